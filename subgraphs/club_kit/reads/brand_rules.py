"""A brand's rules in memory, and what they mean for an account: its weeks, scheme and eligibility."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bounded_cache import BoundedCache
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.accounts import Account, IneligibleReason, ineligible_reason
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Brand, Scheme, currencies_in, scheme_of_week
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.club_kit.reads.account_lookup import KnownCustomer, account_lookup, exclusion_lookup
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.week_definitions import OpenedWeeks
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import BatchedLookup, LookupPart
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.kit.records.global_state import KillSwitches, SwitchedOff

V = TypeVar("V")
MAX_REMEMBERED: Final = 1024
UNKNOWN_CHANGE: Final = timedelta(seconds=1)
_Served: TypeAlias = tuple[str, str, str]


class WeekScheme(msgspec.Struct, frozen=True, gc=False):
    """A week and its scheme; None if there is none."""

    week: Week
    scheme: Scheme | None


class Eligibility(msgspec.Struct, frozen=True, gc=False):
    """What a brand's rules mean for an account in a week.

    Attributes:
        scheme: The scheme; None if there is none for the account's jurisdiction and currency.
        ineligible: Why the customer cannot take part; None if the customer is eligible.
    """

    scheme: Scheme | None
    ineligible: IneligibleReason | None


def _memo() -> BoundedCache[Any, Any]:
    return BoundedCache(MAX_REMEMBERED)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class BrandRules:
    """A brand, its schemes and its opened weeks. Immutable; what is derived from them is memoized.

    Attributes:
        paused: Whether the kill switch of the brand is on; only the club's own rules know it.
    """

    brand: Brand
    schemes: tuple[Scheme, ...]
    opened: OpenedWeeks = field(default_factory=OpenedWeeks)
    paused: bool = False
    _calendar: Calendar = field(init=False, repr=False, compare=False)
    _weeks: BoundedCache[str, Week] = field(default_factory=_memo, init=False, repr=False, compare=False)
    _chosen: BoundedCache[_Served, Scheme | None] = field(
        default_factory=_memo, init=False, repr=False, compare=False
    )
    _week_schemes: BoundedCache[_Served, WeekScheme] = field(
        default_factory=_memo, init=False, repr=False, compare=False
    )
    _evaluated: BoundedCache[tuple[Account, str], Eligibility] = field(
        default_factory=_memo, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Give the brand its calendar, in which weeks that have opened stay as they were."""
        object.__setattr__(self, "_calendar", self.opened.calendar(self.brand.time_zone))

    @property
    def served(self) -> frozenset[tuple[str, str]]:
        """Return the jurisdictions and currencies for which there is a scheme."""
        return frozenset((scheme.jurisdiction, scheme.currency) for scheme in self.schemes)

    def week_at(self, instant: datetime) -> Week:
        """Return the brand's week that contains an instant."""
        return self._calendar.week_at(instant)

    def week_before(self, week: Week) -> Week:
        """Return the brand's week that ends where this one starts."""
        return self._calendar.week_before(week)

    def week_named(self, iso: str) -> Week:
        """Return the brand's week with a name such as `2026-W13`.

        Raises:
            BadInput: No such week.
        """
        week = self._weeks.get(iso)
        if week is None:
            week = self._weeks.add(iso, self._calendar.week_named(iso))
        return week

    def week_scheme(self, iso: str, jurisdiction: str, currency: str) -> WeekScheme:
        """Return a week by its name, and its scheme for customers of a jurisdiction and currency.

        Raises:
            BadInput: No such week.
        """
        key = (iso, jurisdiction, currency)
        scheme = self._week_schemes.get(key)
        if scheme is None:
            week = self.week_named(iso)
            scheme = self._week_schemes.add(key, WeekScheme(week, self.scheme(jurisdiction, currency, week)))
        return scheme

    def next_change(self, after: datetime) -> datetime:
        """Return when, after an instant, the week ends or its choices are locked.

        Weeks that are over have a grace as well; they are only shown with histories, which are read anew. A
        week that ended earlier than its zone says today is the present one until the zone's midnight: then
        nobody knows, and it is asked again soon.
        """
        week = self.week_at(after)
        instants = [week.ends_at, *(scheme.locks_at(week) for scheme in self.schemes)]
        return min((instant for instant in instants if instant > after), default=after + UNKNOWN_CHANGE)

    def scheme(self, jurisdiction: str, currency: str, week: Week) -> Scheme | None:
        """Return the scheme of a week for customers of a jurisdiction and currency; None without one."""
        served = (jurisdiction, currency, week.iso)
        try:
            return self._chosen[served]
        except KeyError:
            versions = (s for s in self.schemes if (s.jurisdiction, s.currency) == served[:2])
            version = self.opened.version(week.iso, jurisdiction, currency)
            return self._chosen.add(served, scheme_of_week(versions, week, version))

    def evaluate(self, account: Account, week: Week) -> Eligibility:
        """Return the scheme and eligibility of a customer with such an account in a week."""
        key = (account, week.iso)
        evaluated = self._evaluated.get(key)
        if evaluated is None:
            scheme = self.scheme(account.jurisdiction, account.currency, week)
            currencies = currencies_in(account.jurisdiction, self.served)
            product = None if scheme is None else scheme.qualifying_product
            reason = ineligible_reason(account, self.brand, currencies=currencies, product=product)
            evaluated = self._evaluated.add(key, Eligibility(scheme, reason))
        return evaluated

    def default_scheme(self, week: Week) -> Scheme:
        """Return the scheme that is shown to customers whose jurisdiction and currency have none.

        Raises:
            LookupError: The brand has no scheme at all.
        """
        brand = self.brand
        chosen = self.scheme(brand.default_jurisdiction, brand.default_currency, week)
        scheme = chosen or scheme_of_week(self.schemes, week)
        if scheme is None:  # a brand arrives with its first scheme, in one message
            raise LookupError(f"brand {brand.id} has no scheme")
        return scheme


async def brand_rules(
    connection: AsyncConnection,
    repository: ReferenceRepository,
    brand: Brand,
    switches: KillSwitches | None = None,
) -> BrandRules:
    """Read the schemes of a brand, the weeks that have opened and, with `switches`, whether it is paused."""
    schemes = await repository.schemes(connection, [brand.id])
    opened = await repository.opened_weeks(connection, [brand.id])
    off = SwitchedOff() if switches is None else await switches.off(connection, brand.id)
    return BrandRules(brand, tuple(schemes[brand.id]), opened[brand.id], off.whole_brand)


class SharedReads:
    """The reads that all requests of a subgraph share: cached brand rules, batched account lookups."""

    def __init__(
        self,
        database: Database,
        repository: ReferenceRepository,
        options: ReadOptions,
        clock: Clock,
        switches: KillSwitches | None = None,
        *,
        control_groups: ControlGroups | None = None,
    ) -> None:
        async def rules(brand: str) -> BrandRules | None:
            async with database.read() as connection:
                known = (await repository.brands(connection, [brand])).get(brand)
                return await brand_rules(connection, repository, known, switches) if known else None

        self.rules: StaleCache[BrandRules] = options.cache(rules, clock)
        self.control_groups = control_groups or ControlGroups(b"")
        tables = repository.tables
        lookups: list[LookupPart[Owner]] = [
            LookupPart(account_lookup(tables)),
            LookupPart(exclusion_lookup(tables)),
        ]
        self.accounts: BatchedLookup[Owner, KnownCustomer] = BatchedLookup(
            database, lookups, KnownCustomer, options.observe
        )
