"""Durable steps: killed anywhere, two workers at once, clocks apart, and rows that nobody can read."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from foundation.storage.clock import ManualClock
from foundation.storage.columns import UtcDateTime
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.durable_steps.engine import advance
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import CASE_AFTER, PostponedItems, postponed_table
from subgraphs.kit.durable_steps.schedule import DueItems, Pauses, Schedule
from tests.support.examples import OUTER_LAYER

NOON: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
STEPS: Final = 3
PAUSES: Final = Pauses(timedelta(seconds=1), timedelta(minutes=10))
LEASE: Final = timedelta(seconds=30)
METADATA: Final = MetaData()
ITEM: Final = Table(
    "item",
    METADATA,
    Column("item", String(16), primary_key=True),
    Column("done", Integer, nullable=False),
    Column("note", String(16), nullable=False),
    Column("due_at", UtcDateTime, nullable=True),
    Column("tries", Integer, nullable=False),
)
POSTPONED: Final = postponed_table(METADATA)


class Killed(BaseException):
    """The process ends here."""


class Seen(NamedTuple):
    """An item as it was read."""

    item: str
    done: int
    due_at: datetime | None
    tries: int


@dataclass
class Worker:
    """A process with a clock of its own, which does three steps of each item at a place that keeps books.

    Attributes:
        effects: What was done elsewhere, by ids that a repetition has, too.
        faults: What becomes of the next steps: nobody knows, or the process is killed before or after.
        ahead: How much its clock is ahead of the others.
    """

    database: Database
    effects: dict[str, int]
    faults: list[str]
    at: list[datetime]
    ahead: timedelta
    cases: set[str] = field(default_factory=set)

    async def now(self) -> datetime:
        """Return the time by this process's clock."""
        return self.at[0] + self.ahead

    async def load(self, item: str) -> Seen | None:
        """Return an item; one that is poisoned cannot be read."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(ITEM).where(ITEM.c.item == item))).first()
        if row is None:
            return None
        if row.note:
            raise ValueError("nobody can read this")
        return Seen(row.item, row.done, row.due_at, row.tries)

    async def perform(self, seen: Seen, at: datetime) -> Seen | None:
        """Do the next step elsewhere, and write that it was done."""
        del at
        if seen.done == STEPS:
            return None
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "before":
            raise Killed
        await asyncio.sleep(0)  # the other worker may come between
        name = f"{seen.item}.{seen.done}"
        self.effects[name] = self.effects.get(name, 0) + 1
        if fault == "after":
            raise Killed
        if fault == "doubt":
            return None
        async with self.database.write() as connection:
            mine = update(ITEM).where(ITEM.c.item == seen.item, ITEM.c.done == seen.done)
            await connection.execute(mine.values(done=seen.done + 1))
        return await self.load(seen.item)

    def plan(self, seen: Seen, at: datetime) -> Schedule:
        """Return when to look again."""
        return Schedule(None) if seen.done == STEPS else PAUSES.again(seen.tries, at)

    async def schedule(self, seen: Seen, planned: Schedule) -> bool:
        """Write it, unless something came between."""
        c = ITEM.c
        same = c.due_at.is_(None) if seen.due_at is None else c.due_at == seen.due_at
        async with self.database.write() as connection:
            noted = await connection.execute(
                update(ITEM).where(c.item == seen.item, same).values(**planned._asdict())
            )
        return bool(noted.rowcount)

    @property
    def due(self) -> DueItems:
        """Return what is due."""
        return DueItems(self.database, ITEM.c.item, ITEM.c.due_at)

    @property
    def clock(self) -> ManualClock:
        """Return the process's clock."""
        return ManualClock(self.at[0] + self.ahead)

    async def round(self) -> None:
        """Go over what is due."""

        async def opens_case(item: str, _noted: Any) -> None:
            self.cases.add(item)

        loop = Loop(
            name=LoopName("test", "items"),
            postponed=PostponedItems(self.database, POSTPONED),
            clock=self.clock,
            named=str,
            put_off=self.due.put_off,
            opens_case=opens_case,
            at_once=2,
        )
        at = await self.now()
        await loop.each(await self.due.claim(at, 10, at + LEASE), partial(advance, self))


class DurableMachine(RuleBasedStateMachine):
    """Two workers, some items, and whatever may come between."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.at, self.effects, self.faults = [NOON], dict[str, int](), list[str]()
        self.items, self.poisoned = list[str](), set[str]()

    def run_now(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something to its end."""
        return self.runner.run(work)

    @initialize(ahead=st.sampled_from([timedelta(0), timedelta(minutes=5)]))
    def begin(self, ahead: timedelta) -> None:
        """There are two workers, one of which may be fast."""
        self.workers = self.run_now(self.opened(ahead))

    async def opened(self, ahead: timedelta) -> list[Worker]:
        """Return two workers over one database."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        database = Database(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "items")
        self.stack.push_async_callback(database.close)
        async with database.write() as connection:
            await connection.run_sync(METADATA.create_all)
        self.database = database
        return [Worker(database, self.effects, self.faults, self.at, by) for by in (timedelta(0), ahead)]

    @rule(is_poisoned=st.booleans())
    def add(self, *, is_poisoned: bool) -> None:
        """An item comes, which may be unreadable."""
        item = f"i{len(self.items)}"
        self.items.append(item)
        if is_poisoned:
            self.poisoned.add(item)
        note = "poison" if is_poisoned else ""
        self.run_now(
            self.write(insert(ITEM).values(item=item, done=0, note=note, due_at=self.at[0], tries=0))
        )

    async def write(self, statement: Any) -> None:
        """Write something."""
        async with self.database.write() as connection:
            await connection.execute(statement)

    @rule(fault=st.sampled_from(["before", "after", "doubt"]))
    def fail(self, fault: str) -> None:
        """A step goes wrong soon."""
        self.faults.append(fault)

    @rule(number=st.sampled_from([0, 1]))
    def work(self, number: int) -> None:
        """A worker does a round, or is killed in it."""
        self.run_now(self.tried([self.workers[number]]))

    @rule()
    def work_at_once(self) -> None:
        """Both do a round at the same time."""
        self.run_now(self.tried(self.workers))

    async def tried(self, workers: list[Worker]) -> None:
        """Let workers do a round; one that is killed begins anew."""
        await asyncio.gather(*(self.survived(worker.round()) for worker in workers))

    async def survived(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in which the process may be killed."""
        with suppress(Killed):
            await work

    @rule(time=st.sampled_from([timedelta(seconds=2), timedelta(seconds=40), timedelta(minutes=11)]))
    def pass_time(self, time: timedelta) -> None:
        """Time passes."""
        self.at[0] += time

    @rule()
    def mend(self) -> None:
        """Somebody mends an unreadable row."""
        for item in sorted(self.poisoned)[:1]:
            self.poisoned.discard(item)
            self.run_now(self.write(update(ITEM).where(ITEM.c.item == item).values(note="")))

    def teardown(self) -> None:
        """Whatever can end ends in a bounded time, and the others are cases that are tried less and less."""
        if hasattr(self, "workers"):
            self.faults.clear()
            for _ in range(CASE_AFTER + 2):
                self.at[0] += timedelta(minutes=11)
                self.run_now(self.tried(self.workers[:1]))
            self.run_now(self.compare())
        self.run_now(self.stack.aclose())
        self.runner.close()

    async def compare(self) -> None:
        """Compare what was done with what had to be."""
        healthy = set(self.items) - self.poisoned
        assert set(self.effects) == {f"{item}.{step}" for item in healthy for step in range(STEPS)}
        async with self.database.read() as connection:
            rows = {row.item: row for row in await connection.execute(select(ITEM))}
        assert {item for item, row in rows.items() if row.done == STEPS and row.due_at is None} == healthy
        postponed = await PostponedItems(self.database, POSTPONED).of("test: items")
        assert set(postponed) == self.poisoned
        for noted in postponed.values():
            assert noted.is_case
            assert noted.reason == "ValueError: nobody can read this"
            assert rows[noted.item].due_at == noted.due_at > self.at[0]
        assert self.poisoned <= {item for worker in self.workers for item in worker.cases}


def test_every_item_ends_whatever_its_neighbours_are() -> None:
    """Each effect has one id, whoever repeats it; an unreadable row waits alone, with its reason."""
    run_state_machine_as_test(
        DurableMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
