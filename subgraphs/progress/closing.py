"""Weeks open, turn provisional and close by the clock, and what was reached in them is confirmed.

Every step looks at what is stored and does what is missing, so that it may be cut off anywhere, done again,
and done on several nodes at once: whoever holds the brand goes first, and the next finds it done.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from storage.database import Database
from subgraphs.kit.domain.schemes import Scheme
from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.records.week_definitions import WeekDefinition
from subgraphs.progress.customers import Place
from subgraphs.progress.ledger import Ledger
from subgraphs.progress.models import OUTBOX, REFERENCE
from subgraphs.progress.read_back import waiting_after, weeks_read_back
from subgraphs.progress.rulebook import BrandRules
from subgraphs.progress.week_steps import WeekStep, mark_confirmed, read_steps, store_steps

CUSTOMERS_AT_ONCE = 200


class CannotClose(Exception):
    """A week that is not over, or that the club was not there in; the message says which."""


class CannotOpen(Exception):
    """A week that has not begun, is over, or in which the club is not there; the message says which."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Keeps the weeks of all brands."""

    database: Database
    ledger: Ledger
    clock: Clock
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))

    async def keep(self, *, opening: bool = True) -> int:
        """Brings all weeks to where the clock says they are; returns how many customers there was news of.

        The first week of a brand is the one in which this is first done: earlier ones are left alone.

        Args:
            opening: whether weeks may open: not before all schemes are known that were issued in time.
        """
        news = 0
        to_open = {brand for brand, _ in await self.unopened()} if opening else set()
        for brand in await self.brands():
            for iso_week in await self._advance(brand, opening=brand in to_open):
                news += await self._confirm(brand, iso_week)
        return news

    async def open(self, brand: str, iso_week: str) -> list[WeekStep]:
        """Open a week: store by which schemes it is played, and tell the other subgraphs.

        Nothing moves it afterwards. Opened a second time, or by another node, a week is as it was.

        Raises:
            CannotOpen: there is no such week to open (yet, or any more).
            BadInput: no such week at all.
        """
        async with self.database.home.write() as connection:
            rules = (await self.ledger.rules(connection, [brand], exclusive=True)).brands.get(brand)
            if rules is None:
                raise CannotOpen(f"no brand {brand!r}")
            week, now = rules.calendar.week_named(iso_week), self.clock.now()
            steps = await read_steps(connection, brand)
            if not any(step.iso_week == iso_week for step in steps):
                if now < week.starts_at:
                    raise CannotOpen(f"{iso_week} of {brand} begins at {week.starts_at:%Y-%m-%d %H:%M} UTC")
                if now >= week.ends_at:
                    raise CannotOpen(f"{iso_week} of {brand} is over: `furlong week close` closes it")
                if not played(rules, week):
                    raise CannotOpen(f"{brand} has no club in {iso_week}")
                await self._record(connection, rules, [week], steps)
            return [step for step in await read_steps(connection, brand) if step.iso_week == iso_week]

    async def schemes(self, brand: str) -> dict[str, dict[Place, Scheme]]:
        """By which schemes recorded weeks are played, and the next one as far as is known, by week."""
        async with self.database.home.read() as connection:
            rules = (await self.ledger.rulebook.read(connection, [brand])).brands[brand]
            names = {step.iso_week for step in await read_steps(connection, brand)}
        calendar = rules.calendar
        following = calendar.week_after(calendar.week_at(self.clock.now()))
        return {name: played(rules, calendar.week_named(name)) for name in sorted({*names, following.iso})}

    async def close(self, brand: str, iso_week: str) -> int:
        """Closes one week whose grace is over, also one from before the first that was kept.

        Returns:
            Of how many customers there was news.

        Raises:
            CannotClose: there is no such week to close (yet).
            BadInput: no such week at all.
        """
        async with self.database.home.write() as connection:
            rules = (await self.ledger.rules(connection, [brand], exclusive=True)).brands.get(brand)
            if rules is None:
                raise CannotClose(f"no brand {brand!r}")
            week, now = rules.calendar.week_named(iso_week), self.clock.now()
            by_place = played(rules, week)
            if not by_place:
                raise CannotClose(f"{brand} had no club in {iso_week}")
            last = max(scheme.grace_until(week) for scheme in by_place.values())
            if now < last:
                raise CannotClose(f"{iso_week} of {brand} may still change until {last:%Y-%m-%d %H:%M} UTC")
            weeks = {one.iso: one for one in (week, rules.calendar.week_at(now))}  # kept from here on
            await self._record(connection, rules, weeks.values(), await read_steps(connection, brand))
        return await self._confirm(brand, iso_week)

    async def settle_read_back(self) -> int:
        """Judge weeks again that were read back; to be called once all bets are applied again.

        Returns:
            Of how many customers' weeks there was news.
        """
        after, news = ("", "", ""), 0
        while True:
            async with self.database.home.write() as connection:
                weeks = await waiting_after(connection, after, CUSTOMERS_AT_ONCE)
                if not weeks:
                    return news
                rules = await self.ledger.rules(connection, {week[0] for week in weeks}, exclusive=True)
                known = [week for week in weeks if week[0] in rules.brands]
                news += await self.ledger.follow_weeks(connection, known, rules, settling=True)
                after = weeks[-1]

    async def unopened(self) -> list[tuple[str, str]]:
        """Return the brands and weeks that `keep` would open now."""
        found: list[tuple[str, str]] = []
        for brand in await self.brands():
            async with self.database.home.read() as connection:
                rules = (await self.ledger.rulebook.read(connection, [brand])).brands[brand]
                steps = await read_steps(connection, brand)
            found += [
                (brand, week.iso)
                for week in _weeks(rules, steps, self.clock.now())
                if any(rules.opened.version(week.iso, *place) is None for place in played(rules, week))
            ]
        return found

    async def brands(self) -> list[str]:
        """All that are known."""
        async with self.database.home.read() as connection:
            return sorted(await connection.scalars(select(REFERENCE.brand.c.brand_id)))

    async def steps(self, brand: str | None = None) -> list[WeekStep]:
        """What is recorded of weeks, by brand and week."""
        async with self.database.home.read() as connection:
            return await read_steps(connection, brand)

    async def standings(self) -> dict[tuple[str, str, Place], dict[str, int]]:
        """How many customers are provisional, confirmed or revoked: by brand, week and place, by status."""
        async with self.database.home.read() as connection:
            return await self.ledger.qualifying.repository.counts(connection)

    async def _advance(self, brand: str, *, opening: bool) -> list[str]:
        """Records what the clock says of a brand's weeks; returns those that are still to be confirmed.

        Args:
            brand: its id.
            opening: whether weeks may open: bets of the brand wait meanwhile.
        """
        async with self.database.home.write() as connection:
            rules = (await self.ledger.rules(connection, [brand], exclusive=opening)).brands[brand]
            steps = await read_steps(connection, brand)
            lost = await weeks_read_back(connection, brand) | rules.opened.names
            weeks = _weeks(rules, steps, self.clock.now(), lost)
            await self._record(connection, rules, weeks, steps, opening=opening)
            waiting = [step for step in await read_steps(connection, brand) if step.closed_at]
        return sorted({step.iso_week for step in waiting if not step.confirmed_at})

    async def _record(
        self,
        connection: AsyncConnection,
        rules: BrandRules,
        weeks: Iterable[Week],
        steps: Collection[WeekStep],
        *,
        opening: bool = True,
    ) -> None:
        now, brand = self.clock.now(), rules.brand.id
        known = {(step.iso_week, step.place): step for step in steps}
        turned, opened = [], []
        for week in weeks:
            for place, scheme in played(rules, week).items():
                is_open = rules.opened.version(week.iso, *place) is not None
                if opening and not is_open:
                    opened.append(WeekDefinition.of(rules.brand, week, scheme, now))
                step, state = known.get((week.iso, place)), scheme.state_of(week, now)
                if step is None and not (opening or is_open):
                    continue
                if step is None or step.state is not state:
                    begun = step or WeekStep(brand, week.iso, *place, now, scheme_version=scheme.version)
                    was_lost = step is None and week.iso in rules.opened.names
                    turned.append(begun.turned(state, now, confirmed=was_lost))
        await store_steps(connection, turned)
        await self.ledger.store_weeks(connection, opened)
        for definition in opened:
            await self.outbox.put(connection, definition.fact(), now)

    async def _confirm(self, brand: str, iso_week: str) -> int:
        """Looks at all customers of a closed week again, some at a time, and marks it when all are done."""
        closed = [step for step in await self.steps(brand) if step.iso_week == iso_week and step.closed_at]
        after, news = "", 0
        while True:
            async with self.database.home.write() as connection:
                rules = await self.ledger.rules(connection, [brand], exclusive=True)
                repository = self.ledger.qualifying.repository
                customers = await repository.customers_of_week(
                    connection, brand, iso_week, after, CUSTOMERS_AT_ONCE
                )
                weeks = [(brand, customer, iso_week) for customer in customers]
                news += await self.ledger.follow_weeks(connection, weeks, rules)
                if len(customers) < CUSTOMERS_AT_ONCE:
                    await mark_confirmed(connection, closed, self.clock.now())
                    return news
                after = customers[-1]


def _weeks(
    rules: BrandRules, steps: Collection[WeekStep], now: datetime, known: Collection[str] = ()
) -> list[Week]:
    """Return the weeks that are not confirmed yet, and all from the newest that is known to the present one.

    Args:
        rules: of the brand.
        steps: what is recorded of its weeks.
        now: the instant.
        known: weeks that are known from elsewhere: those without a step were lost with a database.
    """
    calendar = rules.calendar
    current = calendar.week_at(now)
    found = {step.iso_week: calendar.week_named(step.iso_week) for step in steps if not step.confirmed_at}
    lost = set(known) - {step.iso_week for step in steps}
    found |= {iso_week: calendar.week_named(iso_week) for iso_week in lost if iso_week <= current.iso}
    newest = max((step.iso_week for step in steps), default=current.iso)
    week = calendar.week_named(newest)
    while week.iso < current.iso:
        found[week.iso] = week
        week = calendar.week_after(week)
    return [*found.values()] if week.iso in found else [*found.values(), week]


def played(rules: BrandRules, week: Week) -> dict[Place, Scheme]:
    """By which schemes a week is played, by jurisdiction and currency."""
    places = sorted({(scheme.jurisdiction, scheme.currency) for scheme in rules.schemes})
    judged_by = {place: rules.week_rules(week, place) for place in places}
    return {place: by.scheme for place, by in judged_by.items() if by.begun and by.scheme is not None}
