"""Derives a world from the file that `furlong load` reads, so that a real installation can be rehearsed.

That file contains brands, schemes and the rewards to show. Customers and the terms of rewards belong to the
squad, so both are invented here: some customers in each jurisdiction and currency that has a scheme, and for
each reward terms that are lawful everywhere, because it is for the qualifying product and needs no wagering.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from simulator.world import Brand, Customer, Product, Reward, TrafficCustomers, World, load_world
from subgraphs.kit.domain.reward_kinds.registry import RewardKind

RECORDED_AT: Final = datetime(2026, 1, 19, tzinfo=UTC)
TRAFFIC_CUSTOMERS: Final = 10
DEMO_CUSTOMERS: Final = 3
EXCLUDED: Final[Mapping[str, Mapping[str, Any]]] = {
    "self-excluded": {"rg_state": "self_excluded"},
    "not verified": {"verified": False},
    "suspended": {"status": "suspended"},
    "barred from promotions": {"promo_restricted": True},
}
FIFTH: Final = 5
SPINS: Final = 20


class _Scheme(msgspec.Struct, frozen=True):
    jurisdiction: str
    currency: str
    version: int
    qualifying_product: Product
    target_minor: int
    default_reward_id: str | None = None


class _Content(msgspec.Struct, frozen=True):
    reward_id: str


class _Brand(msgspec.Struct, frozen=True):
    id: str
    time_zone: str
    default_jurisdiction: str
    default_currency: str
    schemes: Annotated[tuple[_Scheme, ...], msgspec.Meta(min_length=1)]
    content: tuple[_Content, ...] = ()

    @property
    def newest(self) -> tuple[_Scheme, ...]:
        """The newest scheme of each jurisdiction and currency, the brand's default first."""
        ordered = sorted(self.schemes, key=lambda scheme: scheme.version)
        newest = {(one.jurisdiction, one.currency): one for one in ordered}
        default = (self.default_jurisdiction, self.default_currency)
        return tuple(newest[place] for place in sorted(newest, key=lambda place: (place != default, place)))


class _Installation(msgspec.Struct, frozen=True):
    brands: tuple[_Brand, ...]


class WorldFileError(Exception):
    """The file cannot be read as a world; the message says why."""


def read_world(path: Path | None) -> World:
    """Return the world in a file, in the format of simulator/world.yaml or of `furlong load`.

    Raises:
        WorldFileError: The file cannot be read, or has neither format.
    """
    if path is None:
        return load_world()
    try:
        raw: Any = msgspec.yaml.decode(path.read_bytes())
        brands = raw.get("brands") if isinstance(raw, dict) else None
        if isinstance(brands, Sequence) and any(isinstance(one, dict) and "schemes" in one for one in brands):
            return world_of(msgspec.convert(raw, _Installation))
        return load_world(path)
    except OSError as error:
        raise WorldFileError(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WorldFileError(f"{path} is no world: {error}") from error


def world_of(installation: _Installation) -> World:
    """Return the world of an installation, which depends only on its file."""
    return World(recorded_at=RECORDED_AT, brands=tuple(_brand(one) for one in installation.brands))


def _brand(brand: _Brand) -> Brand:
    first = brand.newest[0]
    return Brand(
        id=brand.id,
        time_zone=brand.time_zone,
        jurisdiction=first.jurisdiction,
        currency=first.currency,
        qualifying_product=first.qualifying_product,
        target_minor=first.target_minor,
        rewards=tuple(_rewards(brand)),
        customers=tuple(_customers(brand)),
        traffic=TrafficCustomers("t-", 0),
    )


def _customers(brand: _Brand) -> Iterator[Customer]:
    """Yield customers whose ids name their brand, jurisdiction and currency."""
    for scheme in brand.newest:
        place: dict[str, Any] = {"jurisdiction": scheme.jurisdiction, "currency": scheme.currency}
        prefix = f"{brand.id}-{scheme.jurisdiction}-{scheme.currency}".lower()
        for number in range(1, DEMO_CUSTOMERS + 1):
            yield Customer(id=f"{prefix}-{number}", demo=True, note="to try", **place)
        for number, (note, facts) in enumerate(EXCLUDED.items(), 1):
            yield Customer(id=f"{prefix}-x{number}", demo=False, note=note, **place, **facts)
        for number in range(1, TRAFFIC_CUSTOMERS + 1):
            yield Customer(id=f"{prefix}-t{number:02}", demo=False, note="traffic", bets=True, **place)


def _rewards(brand: _Brand) -> Iterator[Reward]:
    """Yield a version of each reward for each currency, product and target in the schemes.

    Versions are numbered in the order of the file, so that a scheme added at its end changes none of them.
    """
    groups: dict[tuple[str, Product, int], list[str]] = {}
    for scheme in brand.schemes:
        jurisdictions = groups.setdefault(_terms(scheme), [])
        if scheme.jurisdiction not in jurisdictions:
            jurisdictions.append(scheme.jurisdiction)
    names = [content.reward_id for content in brand.content]
    names += [one.default_reward_id for one in brand.newest if one.default_reward_id]
    for name in dict.fromkeys(names):
        for version, ((currency, product, target), places) in enumerate(groups.items(), 1):
            casino = product == "casino"
            other = RewardKind.FREE_BET if product == "betting" else RewardKind.CASH
            yield Reward(
                id=name,
                kind=RewardKind.FREE_SPINS if casino else other,
                product=product,
                config_version=version,
                value_minor=None if casino else max(1, target // FIFTH),
                spins=SPINS if casino else None,
                jurisdictions=tuple(places),
                currency=currency,
                qualifying_product=product,
                target_minor=target,
            )


def _terms(scheme: _Scheme) -> tuple[str, Product, int]:
    return (scheme.currency, scheme.qualifying_product, scheme.target_minor)
