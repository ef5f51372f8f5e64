"""Opens weeks, turns them provisional and closes them by the clock: what is done, and what is scheduled.

Every step checks the stored state and does what is missing. So it may be interrupted anywhere, repeated, and
run on several nodes at once: the node that locks the brand goes first, and the next one finds the step done.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.club_kit.records.week_definitions import WeekDefinition
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_customer
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.outbox import Outbox
from subgraphs.progress.counting.rulebook import BrandRulebook, Territory
from subgraphs.progress.errors import CannotClose, CannotOpen, Unconfirmed
from subgraphs.progress.ledger.ledger import Ledger
from subgraphs.progress.models import OUTBOX, POSTPONED
from subgraphs.progress.qualification.earlier_qualifications import read_back_after, weeks_read_back
from subgraphs.progress.weeks.status import (
    WeekStatus,
    known_brands,
    mark_confirmed,
    read_statuses,
    store_statuses,
)

T = TypeVar("T")
CUSTOMERS_PER_BATCH = 200
WORKER: Final = "weeks"
BRANDS: Final = LoopName(WORKER, "brands")
CLOSED_WEEKS: Final = LoopName(WORKER, "closed weeks")
CUSTOMERS: Final = LoopName(WORKER, "customers")


async def always(_brand: str, _weeks: Sequence[str]) -> bool:
    """Let weeks open."""
    return True


@dataclass(frozen=True, slots=True)
class WeekLifecycle:
    """Moves the weeks of all brands through their states."""

    database: Database
    ledger: Ledger
    clock: Clock
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))

    @property
    def postponed(self) -> PostponedItems:
        """Return the brands, weeks and customers with whom it could not go on."""
        return PostponedItems(self.database, POSTPONED)

    async def advance(self, may_open: Callable[[str, Sequence[str]], Awaitable[bool]] = always) -> int:
        """Bring all weeks to their state by the clock; return how many qualifications have changed.

        The first week of a brand is the one in which this first happens: earlier weeks are left alone. A
        brand, a week or a customer that fails keeps no other waiting.

        Args:
            may_open: Returns whether weeks of a brand may open, which requires all schemes issued in time to
                be known.
        """

        async def closed(brand: str) -> list[tuple[str, str]]:
            weeks = await self.unopened(brand)
            opening = bool(weeks) and await may_open(brand, weeks)
            return [(brand, iso_week) for iso_week in await self._advance(brand, opening=opening)]

        async def confirm(week: tuple[str, str]) -> int:
            return await self._confirm(*week)

        brands: Loop[str] = self._loop(BRANDS, str)
        closed_weeks: Loop[tuple[str, str]] = self._loop(CLOSED_WEEKS, " ".join)
        weeks = await brands.each(await self.brands(), closed)
        return sum(await closed_weeks.each(chain(*weeks), confirm))

    def _loop(self, name: LoopName, named: Callable[[T], str]) -> Loop[T]:
        return Loop(name=name, postponed=self.postponed, clock=self.clock.machine, named=named)

    async def open(self, brand: str, iso_week: str) -> list[WeekStatus]:
        """Open a week: store its schemes for good, and publish them to the other subgraphs.

        Opening a week a second time, or on another node, changes nothing.

        Raises:
            CannotOpen: The week cannot be opened (yet, or any more).
            BadInput: No such week.
        """
        async with self.database.write() as connection:
            rules = (await self.ledger.lock_rulebook(connection, [brand], exclusive=True)).brands.get(brand)
            if rules is None:
                raise CannotOpen(f"no brand {brand!r}")
            week, now = rules.calendar.week_named(iso_week), await self.clock.at(connection)
            statuses = await read_statuses(connection, brand)
            if not any(status.iso_week == iso_week for status in statuses):
                if now < week.starts_at:
                    raise CannotOpen(f"{iso_week} of {brand} begins at {week.starts_at:%Y-%m-%d %H:%M} UTC")
                if now >= week.ends_at:
                    raise CannotOpen(f"{iso_week} of {brand} is over: `furlong week close` closes it")
                if not schemes_in_force(rules, week):
                    raise CannotOpen(f"{brand} has no club in {iso_week}")
                await self._record(connection, rules, [week], statuses, now)
            stored = await read_statuses(connection, brand)
            return [status for status in stored if status.iso_week == iso_week]

    async def schemes(self, brand: str) -> dict[str, dict[Territory, Scheme]]:
        """Return the schemes of recorded weeks, and of the next week as far as known, by week."""
        async with self.database.read() as connection:
            rules = (await self.ledger.rulebooks.read(connection, [brand])).brands[brand]
            names = {status.iso_week for status in await read_statuses(connection, brand)}
        calendar = rules.calendar
        following = calendar.week_after(calendar.week_at(self.clock.now()))
        return {
            name: schemes_in_force(rules, calendar.week_named(name))
            for name in sorted({*names, following.iso})
        }

    async def calendar(self, brand: str) -> Calendar:
        """Return the weeks of a brand, of which those that have opened stay as they were."""
        async with self.database.read() as connection:
            return (await self.ledger.rulebooks.read(connection, [brand])).brands[brand].calendar

    async def close(self, brand: str, iso_week: str) -> int:
        """Close a week whose grace is over, including one from before the first recorded week.

        Returns:
            How many qualifications have changed.

        Raises:
            CannotClose: The week cannot be closed (yet).
            Unconfirmed: It is closed, but some of its customers could not be confirmed.
            BadInput: No such week.
        """
        async with self.database.write() as connection:
            rules = (await self.ledger.lock_rulebook(connection, [brand], exclusive=True)).brands.get(brand)
            if rules is None:
                raise CannotClose(f"no brand {brand!r}")
            week, now = rules.calendar.week_named(iso_week), await self.clock.at(connection)
            schemes = schemes_in_force(rules, week)
            if not schemes:
                raise CannotClose(f"{brand} had no club in {iso_week}")
            last = max(scheme.grace_until(week) for scheme in schemes.values())
            if now < last:
                raise CannotClose(f"{iso_week} of {brand} may still change until {last:%Y-%m-%d %H:%M} UTC")
            weeks = {
                known.iso: known for known in (week, rules.calendar.week_at(now))
            }  # recorded from here on
            statuses = await read_statuses(connection, brand)
            await self._record(connection, rules, weeks.values(), statuses, now)
        return await self._confirm(brand, iso_week)

    async def settle_read_back(self) -> int:
        """Update the qualifications that were read back; call this once all bets are applied again.

        Returns:
            How many qualifications have changed.
        """
        after, changed = ("", "", ""), 0
        while True:
            async with self.database.write() as connection:
                weeks = await read_back_after(connection, after, CUSTOMERS_PER_BATCH)
                if not weeks:
                    return changed
                brands = {week[0] for week in weeks}
                rulebook = await self.ledger.lock_rulebook(connection, brands, exclusive=True)
                known = [week for week in weeks if week[0] in rulebook.brands]
                changed += await self.ledger.requalify_weeks(connection, known, rulebook, read_back=True)
                after = weeks[-1]

    async def unopened(self, brand: str) -> list[str]:
        """Return the weeks of a brand that `advance` would open now."""
        async with self.database.read() as connection:
            rules = (await self.ledger.rulebooks.read(connection, [brand])).brands[brand]
            statuses = await read_statuses(connection, brand)
            now = await self.clock.at(connection)
        return [
            week.iso
            for week in _weeks_to_advance(rules, statuses, now)
            if any(
                rules.opened.version(week.iso, *territory) is None
                for territory in schemes_in_force(rules, week)
            )
        ]

    async def brands(self) -> list[str]:
        """Return the ids of all brands."""
        async with self.database.read() as connection:
            return await known_brands(connection)

    async def statuses(self, brand: str | None = None) -> list[WeekStatus]:
        """Return the recorded statuses of weeks, by brand and week."""
        async with self.database.read() as connection:
            return await read_statuses(connection, brand)

    async def qualification_counts(
        self, brand: str, iso_week: str | None = None
    ) -> dict[tuple[str, Territory], dict[str, int]]:
        """Return how many customers are provisional, confirmed or revoked, by week and territory."""
        async with self.database.read() as connection:
            return await self.ledger.qualifications.repository.counts(connection, brand, iso_week)

    async def _advance(self, brand: str, *, opening: bool) -> list[str]:
        """Record the states of a brand's weeks by the clock; return closed weeks that are not confirmed.

        Args:
            brand: Its id.
            opening: Whether weeks may open; if so, no bets of the brand are applied in the meantime.
        """
        async with self.database.write() as connection:
            rules = (await self.ledger.lock_rulebook(connection, [brand], exclusive=opening)).brands[brand]
            statuses = await read_statuses(connection, brand)
            lost = await weeks_read_back(connection, brand) | rules.opened.names
            now = await self.clock.at(connection)
            weeks = _weeks_to_advance(rules, statuses, now, lost)
            await self._record(connection, rules, weeks, statuses, now, opening=opening)
            stored = await read_statuses(connection, brand)
        return sorted(
            {
                read_status.iso_week
                for read_status in stored
                if read_status.closed_at and not read_status.confirmed_at
            }
        )

    async def _record(
        self,
        connection: AsyncConnection,
        rules: BrandRulebook,
        weeks: Iterable[Week],
        statuses: Collection[WeekStatus],
        now: datetime,
        *,
        opening: bool = True,
    ) -> None:
        """Store the states of weeks at an instant, and the definitions of the weeks that open now."""
        brand = rules.brand.id
        known = {(status.iso_week, status.territory): status for status in statuses}
        changed, opened = [], []
        for week in weeks:
            for territory, scheme in schemes_in_force(rules, week).items():
                is_open = rules.opened.version(week.iso, *territory) is not None
                if opening and not is_open:
                    opened.append(WeekDefinition.of(rules.brand, week, scheme, now))
                status, state = known.get((week.iso, territory)), scheme.state_of(week, now)
                if status is None and not (opening or is_open):
                    continue
                if status is None or status.state is not state:
                    begun = status or WeekStatus(
                        brand, week.iso, *territory, now, scheme_version=scheme.version
                    )
                    was_lost = status is None and week.iso in rules.opened.names
                    changed.append(begun.in_state(state, now, confirmed=was_lost))
        await store_statuses(connection, changed)
        await self.ledger.store_weeks(connection, opened)
        for definition in opened:
            await self.outbox.put(connection, definition.fact(), now)

    async def _confirm(self, brand: str, iso_week: str) -> int:
        """Update the qualifications of a closed week, page by page, and mark it confirmed.

        Raises:
            Unconfirmed: Some customers could not be confirmed; the others are, and the week is not marked.
        """

        async def confirm(customers: Sequence[str]) -> tuple[int, int]:
            weeks = [(brand, customer, iso_week) for customer in customers]
            async with self.database.write() as connection:
                rulebook = await self.ledger.lock_rulebook(connection, [brand], exclusive=True)
                return len(weeks), await self.ledger.requalify_weeks(connection, weeks, rulebook)

        def named(customer: str) -> str:
            return f"{by_customer(Owner(brand, customer))} {iso_week}"

        closed = [
            status
            for status in await self.statuses(brand)
            if status.iso_week == iso_week and status.closed_at
        ]

        loop, repository = self._loop(CUSTOMERS, named), self.ledger.qualifications.repository
        after, changed, failed = "", 0, 0
        while True:
            async with self.database.read() as connection:
                customers = await repository.customers_of_week(
                    connection, brand, iso_week, after, CUSTOMERS_PER_BATCH
                )
            confirmed = await loop.together(customers, confirm)
            changed += sum(number for _, number in confirmed)
            failed += len(customers) - sum(number for number, _ in confirmed)
            if len(customers) < CUSTOMERS_PER_BATCH:
                break
            after = customers[-1]
        if failed:
            raise Unconfirmed(brand, iso_week, failed)
        async with self.database.write() as connection:
            await mark_confirmed(connection, closed, await self.clock.at(connection))
        return changed


def _weeks_to_advance(
    rules: BrandRulebook, statuses: Collection[WeekStatus], now: datetime, lost: Collection[str] = ()
) -> list[Week]:
    """Return the unconfirmed weeks, and all weeks from the newest recorded one to the present one.

    Args:
        rules: The rulebook of the brand.
        statuses: The recorded statuses of its weeks.
        now: The instant.
        lost: Weeks that are known from elsewhere; those without a status were lost with a database.
    """
    calendar = rules.calendar
    current = calendar.week_at(now)
    found = {
        status.iso_week: calendar.week_named(status.iso_week)
        for status in statuses
        if not status.confirmed_at
    }
    unrecorded = set(lost) - {status.iso_week for status in statuses}
    found |= {iso_week: calendar.week_named(iso_week) for iso_week in unrecorded if iso_week <= current.iso}
    newest = max((status.iso_week for status in statuses), default=current.iso)
    week = calendar.week_named(newest)
    while week.iso < current.iso:
        found[week.iso] = week
        week = calendar.week_after(week)
    return [*found.values()] if week.iso in found else [*found.values(), week]


def schemes_in_force(rules: BrandRulebook, week: Week) -> dict[Territory, Scheme]:
    """Return the schemes of a week by territory, without territories where the club had not begun."""
    territories = sorted({(scheme.jurisdiction, scheme.currency) for scheme in rules.schemes})
    by_territory = {territory: rules.week_rules(week, territory) for territory in territories}
    return {
        territory: week_rules.scheme
        for territory, week_rules in by_territory.items()
        if week_rules.begun and week_rules.scheme is not None
    }


class WeekEvent(Enum):
    """The events of a week that depend on the clock alone."""

    LOCK = "lock"
    WEEK_END = "week-end"
    GRACE_END = "grace-end"


class ScheduledEvent(NamedTuple):
    """An event of a week and its instant, which may differ between jurisdictions."""

    at: datetime
    event: WeekEvent
    brand: str
    iso_week: str


async def upcoming_events(
    lifecycle: WeekLifecycle, now: datetime, brand: str | None = None
) -> list[ScheduledEvent]:
    """Return the upcoming events of the current and the previous week, of one brand or all, by time."""
    wanted = [name for name in await lifecycle.brands() if brand in {None, name}]
    async with lifecycle.database.read() as connection:
        rulebook = await lifecycle.ledger.rulebooks.read(connection, wanted)
    events = {
        event for rules in rulebook.brands.values() for event in _of_brand(rules, now) if event.at > now
    }
    return sorted(events, key=lambda event: (event.at, event.brand, event.event.value))


def _of_brand(rules: BrandRulebook, now: datetime) -> Iterator[ScheduledEvent]:
    present = rules.calendar.week_at(now)
    return _of_weeks(rules, (rules.calendar.week_before(present), present))


def _of_weeks(rules: BrandRulebook, weeks: Iterable[Week]) -> Iterator[ScheduledEvent]:
    for week in weeks:
        for scheme in schemes_in_force(rules, week).values():
            for at, event in (
                (scheme.locks_at(week), WeekEvent.LOCK),
                (week.ends_at, WeekEvent.WEEK_END),
                (scheme.grace_until(week), WeekEvent.GRACE_END),
            ):
                yield ScheduledEvent(at, event, rules.brand.id, week.iso)
