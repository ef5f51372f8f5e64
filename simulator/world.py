"""The brands, rewards and customers that the upstream knows, read from `world.yaml`.

Or a world is derived from the file that `furlong load` reads, so that a real installation can be rehearsed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind

Identifier = Annotated[str, Meta(pattern=r"^[^:\s]{1,64}$")]
MinorUnits = Annotated[int, Meta(ge=0, le=2**31 - 1)]
MilliOdds = Annotated[int, Meta(ge=1000, le=2**31 - 1)]
Version = Annotated[int, Meta(ge=1)]
Instant = Annotated[datetime, Meta(tz=True)]
Jurisdiction = Annotated[str, Meta(pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Product = Literal["betting", "casino", "bingo", "poker"]
BetType = Literal["single", "multiple", "system"]


class SeedBet(Struct, frozen=True, forbid_unknown_fields=True):
    """A bet that a customer has already placed when the simulator starts."""

    stake_minor: MinorUnits
    odds_milli: MilliOdds
    bet_type: BetType


class Customer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A customer's account. People try the demo with `demo` customers; simulated traffic never uses them."""

    id: Identifier
    demo: bool
    note: str
    bets: bool = False
    """Whether simulated traffic also bets for this customer."""
    status: Literal["active", "suspended", "closed"] = "active"
    verified: bool = True
    rg_state: Literal["none", "restricted", "self_excluded"] = "none"
    promo_restricted: bool = False
    revision: Version = 1
    seed_bets: tuple[SeedBet, ...] = ()
    jurisdiction: Jurisdiction | None = None
    """None for the brand's; the same holds for the currency."""
    currency: Currency | None = None

    @property
    def eligible(self) -> bool:
        """Whether the upstream lets this customer into the club."""
        return (
            self.status == "active"
            and self.verified
            and self.rg_state == "none"
            and not self.promo_restricted
        )


class Reward(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version of a reward's terms. Times are in UTC; without `effective_to` it never ends."""

    id: Identifier
    config_version: Version = 1
    status: Literal["active", "paused", "withdrawn"] = "active"
    kind: RewardKind
    product: Product
    value_minor: MinorUnits | None = None
    spins: Version | None = None
    game_group: str | None = None
    """The brand's group of games in the casino lobby, for free spins."""
    currency: Currency | None = None
    """If None, the brand's; the same holds for the two fields below, and for no jurisdictions."""
    qualifying_product: Product | None = None
    target_minor: MinorUnits | None = None
    jurisdictions: tuple[Jurisdiction, ...] = ()
    expiry_days: Version = 7
    wagering_multiple: Annotated[int, Meta(ge=0)] = 0
    effective_from: Instant = datetime(2026, 1, 19, tzinfo=UTC)
    effective_to: Instant | None = None


class TrafficCustomers(Struct, frozen=True, forbid_unknown_fields=True):
    """Customers that exist for simulated traffic only: their number, and the prefix of their ids."""

    prefix: Identifier
    count: Annotated[int, Meta(ge=0, le=99)]


class Brand(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A betting site. Its jurisdiction and currency are the defaults of customers and rewards."""

    id: Identifier
    time_zone: str
    jurisdiction: Jurisdiction
    currency: Currency
    qualifying_product: Product
    target_minor: MinorUnits
    rewards: tuple[Reward, ...]
    customers: tuple[Customer, ...]
    traffic: TrafficCustomers

    def __post_init__(self) -> None:
        """Refuse an unknown time zone, and duplicate ids."""
        ZoneInfo(self.time_zone)
        _refuse_duplicates(f"customer of {self.id}", (customer.id for customer in self.accounts()))
        _refuse_duplicates(
            f"reward of {self.id}", (f"{reward.id}:{reward.config_version}" for reward in self.rewards)
        )

    def accounts(self) -> tuple[Customer, ...]:
        """Return all customers: those of the file, then those of the traffic."""
        return self.customers + self.traffic_customers()

    def traffic_customers(self) -> tuple[Customer, ...]:
        """Return the customers that exist for simulated traffic only."""
        numbers = range(1, self.traffic.count + 1)
        return tuple(
            Customer(id=f"{self.traffic.prefix}{number:02}", demo=False, note="traffic") for number in numbers
        )

    def betting_customers(self) -> tuple[Customer, ...]:
        """Return all customers that simulated traffic bets for."""
        return self.traffic_customers() + tuple(customer for customer in self.customers if customer.bets)

    def demo_customers(self) -> tuple[Customer, ...]:
        """Return the customers that people try the demo with."""
        return tuple(customer for customer in self.customers if customer.demo)

    def currency_of(self, customer_id: str) -> str:
        """Return the currency of a customer's account; the brand's if the customer is unknown."""
        account = self.account(customer_id)
        return (account.currency if account else None) or self.currency

    def account(self, customer_id: str) -> Customer | None:
        """Return the customer with an id, or None."""
        return next((customer for customer in self.accounts() if customer.id == customer_id), None)

    def offers(self, reward_id: str, config_version: int) -> bool:
        """Return whether a version of a reward was ever published, paused or not."""
        return any(
            (reward.id, reward.config_version) == (reward_id, config_version) for reward in self.rewards
        )


class World(Struct, frozen=True, forbid_unknown_fields=True):
    """All brands, and since when the upstream has had these accounts on record (UTC)."""

    recorded_at: Instant
    brands: tuple[Brand, ...]

    def __post_init__(self) -> None:
        """Refuse duplicate brands."""
        _refuse_duplicates("brand", (brand.id for brand in self.brands))

    def brand(self, brand_id: str) -> Brand | None:
        """Return the brand with an id, or None."""
        return next((brand for brand in self.brands if brand.id == brand_id), None)

    def with_customers(self, more: Mapping[str, tuple[Customer, ...]]) -> "World":
        """Return the world with additional customers by brand, placed before its own."""
        brands = tuple(
            msgspec.structs.replace(brand, customers=(*more.get(brand.id, ()), *brand.customers))
            for brand in self.brands
        )
        return msgspec.structs.replace(self, brands=brands)


def load_world(path: Path | None = None) -> World:
    """Read a world from a file, by default the one that comes with the simulator.

    Raises:
        msgspec.ValidationError: The file is not a valid world.
    """
    source = path or resources.files("simulator").joinpath("world.yaml")
    return msgspec.yaml.decode(source.read_bytes(), type=World)


def _refuse_duplicates(what: str, names: Iterable[str]) -> None:
    duplicates = [name for name, count in Counter(names).items() if count > 1]
    if duplicates:
        raise ValueError(f"{what} given twice: {', '.join(duplicates)}")


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
        newest = {(scheme.jurisdiction, scheme.currency): scheme for scheme in ordered}
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
        if isinstance(brands, Sequence) and any(
            isinstance(brand, dict) and "schemes" in brand for brand in brands
        ):
            return world_of(msgspec.convert(raw, _Installation))
        return load_world(path)
    except OSError as error:
        raise WorldFileError(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WorldFileError(f"{path} is no world: {error}") from error


def world_of(installation: _Installation) -> World:
    """Return the world of an installation, which depends only on its file."""
    return World(recorded_at=RECORDED_AT, brands=tuple(_brand(brand) for brand in installation.brands))


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
    names += [scheme.default_reward_id for scheme in brand.newest if scheme.default_reward_id]
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
