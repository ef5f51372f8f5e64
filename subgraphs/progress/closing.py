"""Weeks turn provisional and closed by the clock, and what was reached in them is confirmed.

Every step looks at what is stored and does what is missing, so that it may be cut off anywhere, done again,
and done on several nodes at once: whoever holds the brand goes first, and the next finds it done.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.clock import Clock
from subgraphs.kit.columns import upsert
from subgraphs.kit.database import Database
from subgraphs.kit.schemes import Scheme, WeekState
from subgraphs.kit.weeks import Week, week_at, week_named
from subgraphs.progress.customers import Place
from subgraphs.progress.ledger import Ledger
from subgraphs.progress.models import QUALIFICATION, REFERENCE, WEEK_CLOSING
from subgraphs.progress.rulebook import BrandRules

CUSTOMERS_AT_ONCE = 200


class CannotClose(Exception):
    """A week that is not over, or that the club was not there in; the message says which."""


@dataclass(frozen=True, slots=True)
class WeekStep:
    """How far a week is for customers of a jurisdiction and currency; the instants are None until then.

    Attributes:
        confirmed_at: since when everybody who has reached the target is confirmed.
    """

    brand: str
    iso_week: str
    jurisdiction: str
    currency: str
    opened_at: datetime
    provisional_at: datetime | None
    closed_at: datetime | None
    confirmed_at: datetime | None

    @property
    def place(self) -> Place:
        """For whom."""
        return (self.jurisdiction, self.currency)

    @property
    def state(self) -> WeekState:
        """What is recorded of it."""
        if self.closed_at is not None:
            return WeekState.CLOSED
        return WeekState.PROVISIONAL if self.provisional_at is not None else WeekState.OPEN


@dataclass(frozen=True, slots=True)
class Closing:
    """Keeps the weeks of all brands."""

    database: Database
    ledger: Ledger
    clock: Clock

    async def keep(self) -> int:
        """Brings all weeks to where the clock says they are; returns how many customers there was news of.

        The first week of a brand is the one in which this is first done: earlier ones are left alone.
        """
        async with self.database.home.read() as connection:
            brands = sorted((await connection.scalars(select(REFERENCE.brand.c.brand_id))).all())
        news = 0
        for brand in brands:
            for iso_week in await self._advance(brand):
                news += await self._confirm(brand, iso_week)
        return news

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
            week, now = week_named(iso_week, rules.brand.time_zone), self.clock.now()
            played = _played(rules, week)
            if not played:
                raise CannotClose(f"{brand} had no club in {iso_week}")
            last = max(scheme.grace_until(week) for scheme in played.values())
            if now < last:
                raise CannotClose(f"{iso_week} of {brand} may still change until {last:%Y-%m-%d %H:%M} UTC")
            weeks = {one.iso: one for one in (week, week_at(now, rules.brand.time_zone))}  # kept from here on
            await self._record(connection, rules, weeks.values(), await _steps(connection, brand))
        return await self._confirm(brand, iso_week)

    async def steps(self, brand: str | None = None) -> list[WeekStep]:
        """What is recorded of weeks, by brand and week."""
        async with self.database.home.read() as connection:
            return await _steps(connection, brand)

    async def standings(self) -> dict[tuple[str, str, str], int]:
        """How many customers are provisional, confirmed or revoked, by brand, week and status."""
        c = QUALIFICATION.c
        query = select(c.brand_id, c.iso_week, c.status, func.count()).group_by(
            c.brand_id, c.iso_week, c.status
        )
        async with self.database.home.read() as connection:
            return {(row[0], row[1], row[2]): row[3] for row in await connection.execute(query)}

    async def _advance(self, brand: str) -> list[str]:
        """Records what the clock says of a brand's weeks; returns those that are still to be confirmed."""
        async with self.database.home.write() as connection:
            rules = (await self.ledger.rules(connection, [brand], exclusive=False)).brands[brand]
            steps = await _steps(connection, brand)
            await self._record(connection, rules, _weeks(rules, steps, self.clock.now()), steps)
            waiting = [step for step in await _steps(connection, brand) if step.closed_at]
        return sorted({step.iso_week for step in waiting if not step.confirmed_at})

    async def _record(
        self,
        connection: AsyncConnection,
        rules: BrandRules,
        weeks: Iterable[Week],
        steps: Collection[WeekStep],
    ) -> None:
        now = self.clock.now()
        known = {(step.iso_week, step.place): step for step in steps}
        rows = []
        for week in weeks:
            for place, scheme in _played(rules, week).items():
                step = known.get((week.iso, place))
                state = scheme.state_of(week, now)
                if step is None or step.state is not state:
                    rows.append(_row((rules.brand.id, week.iso, *place), step, state, now))
        if rows:
            changed = ["provisional_at", "closed_at"]
            await connection.execute(upsert(self.database.dialect, WEEK_CLOSING, rows, update=changed))

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
                    await _mark_confirmed(connection, closed, self.clock.now())
                    return news
                after = customers[-1]


def _weeks(rules: BrandRules, steps: Collection[WeekStep], now: datetime) -> list[Week]:
    """Those that are not confirmed yet, and all from the newest that is known to the present one."""
    zone = rules.brand.time_zone
    current = week_at(now, zone)
    found = {step.iso_week: week_named(step.iso_week, zone) for step in steps if not step.confirmed_at}
    newest = max((step.iso_week for step in steps), default=current.iso)
    week = week_named(newest, zone)
    while week.iso < current.iso:
        found[week.iso] = week
        week = week_at(week.ends_at, zone)
    return [*found.values()] if week.iso in found else [*found.values(), week]


def _played(rules: BrandRules, week: Week) -> dict[Place, Scheme]:
    """By which schemes a week is played, by jurisdiction and currency."""
    places = sorted({(scheme.jurisdiction, scheme.currency) for scheme in rules.schemes})
    judged_by = {place: rules.week_rules(week, place) for place in places}
    return {place: by.scheme for place, by in judged_by.items() if by.begun and by.scheme is not None}


def _row(
    key: tuple[str, str, str, str], step: WeekStep | None, state: WeekState, now: datetime
) -> dict[str, object]:
    ended = state is not WeekState.OPEN
    return {
        **dict(zip(("brand_id", "iso_week", "jurisdiction", "currency"), key, strict=True)),
        "opened_at": step.opened_at if step else now,
        "provisional_at": (step.provisional_at if step else None) or (now if ended else None),
        "closed_at": (step.closed_at if step else None) or (now if state is WeekState.CLOSED else None),
    }


async def _steps(connection: AsyncConnection, brand: str | None) -> list[WeekStep]:
    c = WEEK_CLOSING.c
    query = select(WEEK_CLOSING).order_by(c.brand_id, c.iso_week, c.jurisdiction, c.currency)
    rows = await connection.execute(query if brand is None else query.where(c.brand_id == brand))
    return [WeekStep(*row) for row in rows]


async def _mark_confirmed(connection: AsyncConnection, steps: Iterable[WeekStep], at: datetime) -> None:
    c = WEEK_CLOSING.c
    for step in steps:
        await connection.execute(
            update(WEEK_CLOSING)
            .where(
                c.brand_id == step.brand,
                c.iso_week == step.iso_week,
                c.jurisdiction == step.jurisdiction,
                c.currency == step.currency,
                c.confirmed_at.is_(None),
            )
            .values(confirmed_at=at)
        )
