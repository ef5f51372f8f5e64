"""What a club week is judged by: the brand's rules, held in memory, and the customer's account."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.accounts import Account, IneligibleReason, ineligible_reason
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.holding import Freshness, Held
from subgraphs.kit.owners import Owner
from subgraphs.kit.points import Observe, PointReader
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.reference_points import account_point
from subgraphs.kit.schemes import Brand, Scheme, currencies_in, scheme_of_week
from subgraphs.kit.settings import Execution, PublicDataSettings
from subgraphs.kit.week_definitions import OpenedWeeks
from subgraphs.kit.weeks import Calendar, Week

K = TypeVar("K")
V = TypeVar("V")
MOST_REMEMBERED: Final = 1024
_Served: TypeAlias = tuple[str, str, str]


class Played(msgspec.Struct, frozen=True, gc=False):
    """A week, and the scheme it is played by; None where there is none."""

    week: Week
    scheme: Scheme | None


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What a brand's rules say of an account in a week.

    Attributes:
        scheme: None where there is none for the account's jurisdiction and currency.
        ineligible: why the customer cannot take part; None for one who can.
    """

    scheme: Scheme | None
    ineligible: IneligibleReason | None


@dataclass(frozen=True, slots=True)
class BrandRules:
    """A brand and all its schemes, and what was worked out from them: which never changes."""

    brand: Brand
    schemes: tuple[Scheme, ...]
    opened: OpenedWeeks = field(default_factory=OpenedWeeks)
    _calendar: Calendar = field(init=False, repr=False, compare=False)
    _weeks: dict[str, Week] = field(default_factory=dict, init=False, repr=False, compare=False)
    _chosen: dict[_Served, Scheme | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    _played: dict[_Served, Played] = field(default_factory=dict, init=False, repr=False, compare=False)
    _judged: dict[tuple[Account, str], Judgement] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Give the brand its calendar, in which weeks that have opened stay as they were."""
        object.__setattr__(self, "_calendar", self.opened.calendar(self.brand.time_zone))

    @property
    def served(self) -> frozenset[tuple[str, str]]:
        """The jurisdictions and currencies for which there is a scheme."""
        return frozenset((scheme.jurisdiction, scheme.currency) for scheme in self.schemes)

    def week_at(self, instant: datetime) -> Week:
        """The brand's week that an instant lies in."""
        return self._calendar.week_at(instant)

    def week_before(self, week: Week) -> Week:
        """The brand's week that ends where this one starts."""
        return self._calendar.week_before(week)

    def week_named(self, iso: str) -> Week:
        """The brand's week of a name such as `2026-W13`.

        Raises:
            BadInput: no such week.
        """
        week = self._weeks.get(iso)
        if week is None:
            week = _remember(self._weeks, iso, self._calendar.week_named(iso))
        return week

    def played(self, iso: str, jurisdiction: str, currency: str) -> Played:
        """A week by its name, and the scheme that customers of a jurisdiction and currency play it by.

        Raises:
            BadInput: no such week.
        """
        place = (iso, jurisdiction, currency)
        found = self._played.get(place)
        if found is None:
            week = self.week_named(iso)
            found = _remember(self._played, place, Played(week, self.scheme(jurisdiction, currency, week)))
        return found

    def scheme(self, jurisdiction: str, currency: str, week: Week) -> Scheme | None:
        """The scheme that customers of a jurisdiction and currency play a week by."""
        served = (jurisdiction, currency, week.iso)
        try:
            return self._chosen[served]
        except KeyError:
            versions = (s for s in self.schemes if (s.jurisdiction, s.currency) == served[:2])
            version = self.opened.version(week.iso, jurisdiction, currency)
            return _remember(self._chosen, served, scheme_of_week(versions, week, version))

    def judge(self, account: Account, week: Week) -> Judgement:
        """What holds for a customer with such an account in a week."""
        place = (account, week.iso)
        found = self._judged.get(place)
        if found is None:
            scheme = self.scheme(account.jurisdiction, account.currency, week)
            currencies = currencies_in(account.jurisdiction, self.served)
            reason = ineligible_reason(account, self.brand, currencies=currencies)
            found = _remember(self._judged, place, Judgement(scheme, reason))
        return found

    def default_scheme(self, week: Week) -> Scheme:
        """What the club looks like to a customer for whom there is no scheme of their own."""
        brand = self.brand
        chosen = self.scheme(brand.default_jurisdiction, brand.default_currency, week)
        found = chosen or scheme_of_week(self.schemes, week)
        if found is None:  # a brand arrives with its first scheme, in one message
            raise LookupError(f"brand {brand.id} has no scheme")
        return found


def _remember(known: dict[K, V], key: K, value: V) -> V:
    if len(known) >= MOST_REMEMBERED:
        known.clear()
    known[key] = value
    return value


async def brand_rules(
    connection: AsyncConnection, repository: ReferenceRepository, brand: Brand
) -> BrandRules:
    """Read the schemes of a brand and the weeks that have opened."""
    schemes = await repository.schemes(connection, [brand.id])
    opened = await repository.opened_weeks(connection, [brand.id])
    return BrandRules(brand, tuple(schemes[brand.id]), opened[brand.id])


@dataclass(frozen=True, slots=True)
class Reading:
    """How a subgraph reads and executes.

    Attributes:
        public: how old public data may get.
        execution: of operations.
        observe: is told of each batch of point reads.
    """

    public: PublicDataSettings = field(default_factory=PublicDataSettings)
    execution: Execution = "compiled"
    observe: Observe | None = None

    def held(self, read: Callable[[str], Awaitable[V | None]], clock: Clock) -> Held[V]:
        """Public data that are read by a function."""
        return Held(read, Freshness.from_settings(self.public), clock)


class Circumstances:
    """What all requests of a subgraph share: rules by brand, and reads of accounts."""

    def __init__(
        self, database: Database, repository: ReferenceRepository, reading: Reading, clock: Clock
    ) -> None:
        async def rules(brand: str) -> BrandRules | None:
            async with database.home.read() as connection:
                known = await repository.brands(connection, [brand])
                return await brand_rules(connection, repository, known[brand]) if known else None

        self.rules: Held[BrandRules] = reading.held(rules, clock)
        self.accounts: PointReader[Owner, Account | None] = PointReader.of(
            database, account_point(repository.tables), reading.observe
        )
