"""Four cells that share budgets: their databases, and what travels between them and the back office."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select

from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.models import NODE, OUTBOX, SEQUENCE, SUBJECT
from backoffice.risk.budgets.allotter import BudgetAllotter
from consumers.acknowledgements.message import SCHEMA, Acknowledgement, CellRange
from consumers.acknowledgements.report import read_report
from consumers.messages.global_events.message import GlobalEvent, decode_global
from consumers.messages.global_events.states import BudgetState
from consumers.rewards.decisions import BudgetReports, RewardDecisions
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.ownership import CellRow, CellState, write_cell
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.mutations.intents import PENDING, ChangeRequest, IntentRepository, UpstreamChange
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.topics import GLOBAL_TOPIC
from subgraphs.rewards import models as rewards
from subgraphs.rewards.budgets import BudgetRepository, count_choice
from tests.backoffice.risk.risk_fixture import NOW, WEEK, RiskFixture, risk_fixture
from tests.support.database_probe import migrated

BRAND: Final = "northbet"
REWARD: Final = "fb-5"
CELLS: Final = (Cell("c0", 0, 2, 12), Cell("c1", 3, 5, 12), Cell("c2", 6, 8, 12), Cell("c3", 9, 11, 12))
INTENTS: Final = IntentRepository(rewards.INTENT)
MAX_ROUNDS: Final = 30
TABLES: Final = (
    rewards.ALLOTMENT,
    rewards.ASKED,
    rewards.BUDGET,
    rewards.GLOBAL_STATE,
    rewards.INTENT,
    rewards.TAKEN,
)


class Overtaken(Exception):
    """The customer may not have the reward; an intent is rolled back."""


@dataclass
class RewardsCell:
    """The rewards database of a cell, and its place on the global topic.

    Attributes:
        applied: How many global messages it has read.
    """

    cell: Cell
    database: Database
    clock: ManualClock
    applied: int = 0

    async def apply(self, events: Sequence[GlobalEvent]) -> None:
        """Apply global messages in one transaction, as the consumer does."""
        messages = [Message(Record(GLOBAL_TOPIC, 0, 0, event.key.encode(), b""), event) for event in events]
        async with self.database.write() as connection:
            await RewardDecisions(self.clock).reducer.apply(connection, messages)

    async def report(self) -> Acknowledgement:
        """Return what the consumer would report."""
        self.clock.advance(timedelta(milliseconds=1))
        async with self.database.read() as connection:
            repository = RewardDecisions(self.clock).reducer.repository
            report = await read_report(connection, repository, rewards.STREAM.dead_letter)
            workers = await BudgetReports(self.cell, self.clock).read(connection)
        cell = self.cell
        return Acknowledgement(
            schema=SCHEMA,
            event_id=str(uuid.uuid4()),
            brand_id="*",
            node=cell.name,
            part="rewards",
            process="test",
            epoch=report.order.epoch,
            number=report.order.number,
            budgets=workers.budgets,
            cell=CellRange(name=cell.name, first=cell.first, last=cell.last, of=cell.of),
            every_seconds=5.0,
            reported_at=self.clock.now(),
        )

    async def ask(self) -> bool:
        """Let a new customer ask for the reward; return whether they may have it."""
        try:
            await self._choose(ClubKey(BRAND, WEEK.iso, uuid.uuid4().hex))
        except Overtaken:
            return False
        return True

    async def _choose(self, key: ClubKey) -> None:
        """Write an intent as the service does, and check the budget before and after."""
        budgets, request = BudgetRepository(), ChangeRequest(key.owner, "", "choice", key.customer, {})
        change = UpstreamChange("/", {"reward_id": REWARD}, {"iso_week": WEEK.iso})
        async with self.database.write() as connection:
            if await budgets.has_room(connection, key, REWARD, request.upstream_key):
                await INTENTS.write_down(connection, request, change, self.clock.now())
                if not await budgets.has_room(connection, key, REWARD, request.upstream_key):
                    raise Overtaken
                return
        raise Overtaken

    async def settle(self) -> None:
        """Let the upstream confirm what was accepted."""
        async with self.database.read() as connection:
            keys = await INTENTS.oldest_pending(connection, WEEK.ends_at, None, 1000)
            accepted = [await INTENTS.by_upstream_key(connection, key.upstream_key) for key in keys]
        for intent in filter(None, accepted):
            async with self.database.write() as connection:
                if await INTENTS.settle(connection, intent, None, self.clock.now()):
                    key = ClubKey(BRAND, WEEK.iso, intent.owner.customer)
                    await count_choice(connection, key, None, REWARD)

    async def used(self) -> int:
        """Return how many customers have the reward, or wait for an answer."""
        waiting = select(func.count()).where(rewards.INTENT.c.status == PENDING).scalar_subquery()
        taken = select(func.coalesce(func.sum(rewards.TAKEN.c.taken), 0)).scalar_subquery()
        async with self.database.read() as connection:
            return int(await connection.scalar(select(waiting + taken)) or 0)


@dataclass
class AllottedCells:
    """A back office and four cells.

    Attributes:
        topic: The global topic, in order.
        reports: All that cells have reported, in order.
    """

    risk_area: RiskFixture
    cells: tuple[RewardsCell, ...]
    topic: list[GlobalEvent] = field(default_factory=list)
    reports: list[Acknowledgement] = field(default_factory=list)

    @property
    def allotter(self) -> BudgetAllotter:
        """Return what divides budgets; it keeps nothing in memory."""
        return BudgetAllotter(
            self.risk_area.base.database, self.risk_area.parts.counter.databases.rewards, self.risk_area.clock
        )

    async def set_budget(self, number: int | None) -> None:
        """Decide the budget of every week."""
        async with self.risk_area.base.database.write() as connection:
            state = BudgetState(reward_id=REWARD, iso_week=None, rewards=number)
            await GlobalDecisions().decide(connection, BRAND, state, by="ann", at=self.risk_area.clock.now())
        await self.publish()

    async def divide(self) -> int:
        """Decide allotments, and publish them."""
        decided = await self.allotter.divide()
        await self.publish()
        return decided

    async def publish(self) -> None:
        """Move what was decided to the topic."""
        outbox = Outbox(OUTBOX)
        async with self.risk_area.base.database.write() as connection:
            waiting = await outbox.waiting(connection, 100)
            await outbox.remove(connection, [one.id for one in waiting])
        self.topic += [
            decode_global(Record(GLOBAL_TOPIC, 0, 0, one.key.encode(), one.value.encode())) for one in waiting
        ]

    async def read(self, place: int, number: int, repeated: int = 0) -> None:
        """Let a cell read messages, some of them again."""
        cell = self.cells[place]
        start = max(0, cell.applied - repeated)
        cell.applied = min(cell.applied + number, len(self.topic))
        await cell.apply(self.topic[start : cell.applied])

    async def report(self, place: int) -> None:
        """Let a cell report; nobody has heard of it yet."""
        self.reports.append(await self.cells[place].report())

    async def hear(self, reports: Sequence[Acknowledgement]) -> None:
        """Let the back office hear reports."""
        async with self.risk_area.base.database.write() as connection:
            await NodeRepository().store(connection, reports, self.risk_area.clock.now())

    async def used(self) -> int:
        """Return how many customers of all cells have the reward, or wait for an answer."""
        return sum([await cell.used() for cell in self.cells])

    async def settle_down(self) -> None:
        """Let everything arrive until nothing changes any more."""
        for _ in range(MAX_ROUNDS):
            for place, cell in enumerate(self.cells):
                await self.read(place, len(self.topic))
                await cell.settle()
                await self.report(place)
            await self.hear(self.reports[-len(self.cells) :])
            if not await self.divide():
                return
        raise AssertionError("shares are moved without end")

    async def clear(self) -> None:
        """Begin anew."""
        self.topic.clear()
        self.reports.clear()
        async with self.risk_area.base.database.write() as connection:
            for table in (NODE, SUBJECT, SEQUENCE, OUTBOX.outbox):
                await connection.execute(delete(table))
        for cell in self.cells:
            cell.applied = 0
            async with cell.database.write() as connection:
                for table in TABLES:
                    await connection.execute(delete(table))


@asynccontextmanager
async def allotted_cells(fresh_url: Callable[[], str]) -> AsyncIterator[AllottedCells]:
    """Open a back office and four cells, each with databases of its own."""
    async with AsyncExitStack() as stack:
        risk_area = await stack.enter_async_context(risk_fixture(fresh_url()))
        opened = []
        for cell in CELLS:
            database = await stack.enter_async_context(migrated(fresh_url(), "rewards", rewards.METADATA))
            async with database.write() as connection:
                await write_cell(connection, CellRow(cell, 1, CellState.OPEN, NOW))
            opened.append(RewardsCell(cell, database, ManualClock(NOW)))
        yield AllottedCells(risk_area, tuple(opened))
