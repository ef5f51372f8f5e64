"""Loops of the worker of weeks, of which one item is poisoned."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from foundation.storage.clock import ManualClock
from furlong.workers.week_worker import WeekWorker
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import POSTPONED
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from subgraphs.rewards import models as rewards
from tests.subgraphs.poisoned import LoopFixture, run_sql
from tests.support.consumers.progress_reducer import Reducer, opened_reducer
from tests.support.consumers.sample_messages import bet, membership, scheme
from tests.support.database_probe import migrated

DURING = datetime(2026, 3, 25, 12, tzinfo=UTC)
CLOSED = datetime(2026, 3, 30, 12, tzinfo=UTC)


async def qualify(reducer: Reducer, brand: str, customer: str, *, is_poisoned: bool) -> None:
    """Let a customer reach the target of the week; when they joined is no time."""
    names = {"brand_id": brand, "customer_id": customer}
    await reducer.memberships(membership(**names))
    stakes = {"stake_minor": 2500, "counting_stake_minor": 2500}
    await reducer.bets(bet(**names, bet_id=f"b-{brand}-{customer}", **stakes))
    if is_poisoned:
        wrong = "update membership_change set at = 'never' where brand_id = :brand and customer_id = :name"
        await run_sql(reducer.database, wrong, brand=brand, name=customer)


@asynccontextmanager
async def weeks_of(reducer: Reducer, poisoned: Sequence[bool], done: str) -> AsyncIterator[LoopFixture]:
    """Yield the worker's loops over weeks that are closed; `done` says which names have gone on."""
    clock, database = ManualClock(DURING), reducer.database
    lifecycle = WeekLifecycle(database, ledger_of(database.dialect, clock), clock)
    await lifecycle.advance()
    clock.instant = CLOSED

    async def numbers() -> set[int]:
        names = {row[0] for row in await run_sql(database, done)}
        return {number for number in range(len(poisoned)) if f"n-{number}" in names}

    yield LoopFixture(PostponedItems(database, POSTPONED), lifecycle.advance, numbers, clock.advance)


@asynccontextmanager
async def brands(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Brands of which one has locales that are no JSON."""
    async with opened_reducer(f"sqlite+aiosqlite:///{folder}") as reducer:
        for number in range(len(poisoned)):
            await reducer.schemes(scheme(brand_id=f"n-{number}"))
        for number, is_poisoned in enumerate(poisoned):
            if is_poisoned:
                wrong = "update brand set locales = '{' where brand_id = :name"
                await run_sql(reducer.database, wrong, name=f"n-{number}")
        done = "select brand_id from week_closing where iso_week = '2026-W13' and closed_at is not null"
        async with weeks_of(reducer, poisoned, done) as items:
            yield items


@asynccontextmanager
async def closed_weeks(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Closed weeks of brands; in one, the only customer cannot be confirmed."""
    async with opened_reducer(f"sqlite+aiosqlite:///{folder}") as reducer:
        for number, is_poisoned in enumerate(poisoned):
            await reducer.schemes(scheme(brand_id=f"n-{number}"))
            await qualify(reducer, f"n-{number}", "c-1", is_poisoned=is_poisoned)
        done = "select brand_id from week_closing where confirmed_at is not null"
        async with weeks_of(reducer, poisoned, done) as items:
            yield items


@asynccontextmanager
async def customers_of_a_week(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Customers of one closed week, of whom one cannot be confirmed."""
    async with opened_reducer(f"sqlite+aiosqlite:///{folder}") as reducer:
        for number, is_poisoned in enumerate(poisoned):
            await qualify(reducer, "northbet", f"n-{number}", is_poisoned=is_poisoned)
        done = "select customer_id from qualification where status = 'confirmed'"
        async with weeks_of(reducer, poisoned, done) as items:
            yield items


@asynccontextmanager
async def choices(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Final rewards that are announced late; of one, the time of the last message is none."""
    url, clock = f"sqlite+aiosqlite:///{folder}", ManualClock(CLOSED)
    async with (
        opened_reducer(url) as reducer,
        migrated(url, "rewards", rewards.METADATA) as database,
    ):
        rows = [
            {
                "brand_id": "northbet",
                "iso_week": "2026-W13",
                "customer_id": f"n-{number}",
                "revision": 1,
                "due": True,
                "final": False,
                "occurred_at": DURING,
            }
            for number in range(len(poisoned))
        ]
        async with database.write() as connection:
            await connection.execute(insert(rewards.ANNOUNCEMENT), rows)
        for number, is_poisoned in enumerate(poisoned):
            if is_poisoned:
                wrong = "update announcement set occurred_at = 'never' where customer_id = :name"
                await run_sql(database, wrong, name=f"n-{number}")
        worker = WeekWorker(reducer.database, database, clock, ControlGroups(b""))

        async def done() -> set[int]:
            names = await run_sql(database, "select customer_id from announcement where final")
            return {int(row[0].removeprefix("n-")) for row in names}

        yield LoopFixture(PostponedItems(database, rewards.POSTPONED), worker.run_once, done, clock.advance)
