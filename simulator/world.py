"""What the upstream squad knows: brands, their rewards and their customers, read from `world.yaml`."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

Identifier = Annotated[str, Meta(pattern=r"^[^:\s]{1,64}$")]
MinorUnits = Annotated[int, Meta(ge=0, le=2**31 - 1)]
MilliOdds = Annotated[int, Meta(ge=1000, le=2**31 - 1)]
Version = Annotated[int, Meta(ge=1)]
Instant = Annotated[datetime, Meta(tz=True)]
Jurisdiction = Annotated[str, Meta(pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Product = Literal["betting", "casino", "bingo", "poker"]
BetType = Literal["single", "multiple", "system"]
RewardKind = Literal["free_bet", "bet_boost", "free_spins", "casino_bonus", "cash"]


class SeedBet(Struct, frozen=True, forbid_unknown_fields=True):
    """A bet that a customer has already placed when the simulator starts."""

    stake_minor: MinorUnits
    odds_milli: MilliOdds
    bet_type: BetType


class Customer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A customer's account. `demo` customers are for people to try; simulated traffic never touches them."""

    id: Identifier
    demo: bool
    note: str
    bets: bool = False
    """Whether simulated traffic bets for this one, too."""
    status: Literal["active", "suspended", "closed"] = "active"
    verified: bool = True
    rg_state: Literal["none", "restricted", "self_excluded"] = "none"
    promo_restricted: bool = False
    revision: Version = 1
    seed_bets: tuple[SeedBet, ...] = ()
    jurisdiction: Jurisdiction | None = None
    """None: the brand's; so is the currency."""
    currency: Currency | None = None

    @property
    def eligible(self) -> bool:
        """Whether the squad lets this customer into the club at all."""
        return (
            self.status == "active"
            and self.verified
            and self.rg_state == "none"
            and not self.promo_restricted
        )


class Reward(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version of a reward's terms. Times are UTC; `effective_to` None means without end."""

    id: Identifier
    kind: RewardKind
    product: Product
    config_version: Version = 1
    status: Literal["active", "paused", "withdrawn"] = "active"
    value_minor: MinorUnits | None = None
    spins: Version | None = None
    expiry_days: Version = 7
    wagering_multiple: Annotated[int, Meta(ge=0)] = 0
    effective_from: Instant = datetime(2026, 1, 19, tzinfo=UTC)
    effective_to: Instant | None = None
    jurisdictions: tuple[Jurisdiction, ...] = ()
    """Empty: the brand's; and None below: the brand's as well."""
    currency: Currency | None = None
    qualifying_product: Product | None = None
    target_minor: MinorUnits | None = None


class TrafficCustomers(Struct, frozen=True, forbid_unknown_fields=True):
    """How many customers only bet in simulated traffic, and how their ids begin."""

    prefix: Identifier
    count: Annotated[int, Meta(ge=0, le=99)]


class Brand(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A betting site. Its jurisdiction and currency are those of whom and what nothing else is said."""

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
        """Refuse a zone that does not exist, and what stands there twice."""
        ZoneInfo(self.time_zone)
        _refuse_twice(f"customer of {self.id}", (customer.id for customer in self.accounts()))
        _refuse_twice(f"reward of {self.id}", (f"{one.id}:{one.config_version}" for one in self.rewards))

    def accounts(self) -> tuple[Customer, ...]:
        """Everybody with an account: the named customers, then those of the traffic."""
        return self.customers + self.traffic_customers()

    def traffic_customers(self) -> tuple[Customer, ...]:
        """The customers that simulated traffic bets for."""
        numbers = range(1, self.traffic.count + 1)
        return tuple(
            Customer(id=f"{self.traffic.prefix}{number:02}", demo=False, note="traffic") for number in numbers
        )

    def betting_customers(self) -> tuple[Customer, ...]:
        """Those that simulated traffic bets for: of the named ones those with `bets`."""
        return self.traffic_customers() + tuple(one for one in self.customers if one.bets)

    def demo_customers(self) -> tuple[Customer, ...]:
        """The customers that are shown to people who try the demo."""
        return tuple(customer for customer in self.customers if customer.demo)

    def currency_of(self, customer_id: str) -> str:
        """The currency of a customer's account; the brand's for one who is not known."""
        account = self.account(customer_id)
        return (account.currency if account else None) or self.currency

    def account(self, customer_id: str) -> Customer | None:
        """The account with this id, or None."""
        return next((customer for customer in self.accounts() if customer.id == customer_id), None)

    def offers(self, reward_id: str, config_version: int) -> bool:
        """Whether this version of a reward was ever put on Kafka, paused or not."""
        return any((one.id, one.config_version) == (reward_id, config_version) for one in self.rewards)


class World(Struct, frozen=True, forbid_unknown_fields=True):
    """All brands, and since when the squad has had these accounts on record (UTC)."""

    recorded_at: Instant
    brands: tuple[Brand, ...]

    def __post_init__(self) -> None:
        """Refuse a brand that stands there twice."""
        _refuse_twice("brand", (brand.id for brand in self.brands))

    def brand(self, brand_id: str) -> Brand | None:
        """The brand with this id, or None."""
        return next((brand for brand in self.brands if brand.id == brand_id), None)


def load_world(path: Path | None = None) -> World:
    """Read a world from a file, by default the one that comes with the simulator.

    Raises:
        msgspec.ValidationError: if the file says something that no world can be.
    """
    source = path or resources.files("simulator").joinpath("world.yaml")
    return msgspec.yaml.decode(source.read_bytes(), type=World)


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"{what} given twice: {', '.join(twice)}")
