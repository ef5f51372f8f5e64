"""The week worker: opens and closes weeks by the clock, confirms qualifications, announces final choices."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from backoffice.risk.figures.cell_counting import counting_cell
from consumers.progress.wiring import SHARED
from consumers.stream.catch_up import CatchUp
from consumers.stream.errors import MixedInstallations, TopicRecreated
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.catch_up import gate_of, until_caught_up
from furlong.workers.rounds import run_rounds
from furlong.workers.status import RoundStatus
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_customer, by_name, call
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.qualification.earlier_qualifications import count_read_back
from subgraphs.progress.weeks.lifecycle import WORKER, WeekLifecycle
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.models import POSTPONED

log = structlog.get_logger(__name__)
CHOICES_PER_BATCH: Final = 200
CHOICES: Final = LoopName(WORKER, "choices")
PARTS: Final = LoopName(WORKER, "parts")


@dataclass(frozen=True)
class WeekWorker:
    """The week worker over the databases of progress and rewards.

    Attributes:
        groups: Draws customers for trials.
        gate: What must have been applied before anything is done, and schemes before a week opens; None only
            if there is no Kafka.
        status: What the worker has done, for `/health` and `/metrics`.
    """

    progress: Database
    rewards: Database
    clock: Clock
    groups: ControlGroups
    gate: CatchUp | None = None
    status: RoundStatus = field(default_factory=lambda: RoundStatus("weeks"))

    @classmethod
    def open(
        cls, settings: DatabaseSettings, clock: Clock, stream: StreamSettings | None = None
    ) -> "WeekWorker":
        """Build the worker; nothing is connected yet."""
        progress, rewards = Database.open(settings, "progress"), Database.open(settings, "rewards")
        groups = ControlGroups(Pseudonyms.from_settings(settings).key)
        gate = None if stream is None else gate_of("progress", settings, stream, clock)
        return cls(progress, rewards, clock, groups, gate)

    @cached_property
    def lifecycle(self) -> WeekLifecycle:
        """What opens, closes and confirms weeks; made once, because its statements take time to compile."""
        return WeekLifecycle(self.progress, ledger_of(self.progress.dialect, self.clock), self.clock)

    async def run_once(self) -> None:
        """Do what is due now.

        A week opens only after all schemes on the topic are applied: its scheme never changes afterwards.

        Raises:
            SQLAlchemyError: A database cannot be reached, or another worker was faster; call the method
                again.
            ClockDiffers: This node's clock is wrong.
            OSError: A database cannot be reached.
        """
        async with self.progress.read() as connection:
            await database_time(self.clock, connection)
        await self._parts.each([self._advance, self._publish_choices], call)

    @property
    def _parts(self) -> Loop[Callable[[], Awaitable[None]]]:
        return Loop(name=PARTS, postponed=self.lifecycle.postponed, clock=self.clock.machine, named=by_name)

    async def _advance(self) -> None:
        """Bring all weeks to their state by the clock."""
        schemes: list[bool] = []

        async def may_open(brand: str, weeks: Sequence[str]) -> bool:
            if not schemes:
                schemes.append(await self._schemes_are_known())
            if not schemes[0]:
                log.warning("weeks_wait_for_schemes", brand=brand, weeks=weeks)
            return schemes[0]

        if changed := await self.lifecycle.advance(may_open):
            log.info("qualifications_confirmed", customers=changed)

    async def _publish_choices(self) -> None:
        """Announce final rewards that waited for a change in doubt."""
        publisher, loop = ChoicePublisher(self.rewards.dialect, self.groups), self._choices
        limit = await loop.widened(CHOICES_PER_BATCH)
        async with self.rewards.read() as connection:
            waiting = await publisher.announcements.due_and_not_final(connection, limit)

        async def publish(keys: Sequence[ClubKey]) -> int:
            async with self.rewards.write() as connection:
                return await publisher.publish_waiting(connection, keys, await self.clock.at(connection))

        await loop.together(waiting, publish)

    @property
    def _choices(self) -> Loop[ClubKey]:
        postponed = PostponedItems(self.rewards, POSTPONED)
        return Loop(name=CHOICES, postponed=postponed, clock=self.clock.machine, named=_named)

    async def postponed(self) -> Mapping[str, int]:
        """Return how many brands, weeks, customers and choices are postponed, and how many need a person."""
        counts: Counter[str] = Counter()
        for items in (self.lifecycle.postponed, self._choices.postponed):
            counts.update(await items.counts(WORKER, self.clock.machine))
        return counts

    async def _settle(self) -> bool:
        """Check again the qualifications that were read back after a loss; all bets must be applied first."""
        if changed := await self.lifecycle.settle_read_back():
            log.info("qualifications_settled", customers=changed)
        async with self.progress.read() as connection:
            waiting = await count_read_back(connection)
        self.status.waiting["a_person"] = waiting
        if waiting:
            log.warning("qualifications_wait_for_a_person", customers=waiting)
        return True

    async def _schemes_are_known(self) -> bool:
        """Tell whether all schemes on the topic are applied."""
        if self.gate is None:
            return True
        try:
            behind = await replace(self.gate, topics=SHARED).behind()
        except (KafkaError, TopicRecreated, MixedInstallations, OSError) as fault:
            log.warning("schemes_not_known", error=repr(fault))
            return False
        if behind:
            log.warning("schemes_not_known", records=sum(behind.values()))
        return not behind

    async def run(self, stop: asyncio.Event) -> None:
        """Do what is due until `stop` is set, through outages of the databases.

        Nothing is opened, closed or confirmed before the database has applied everything that the topics held
        at the start: it may be new, or restored from a backup.
        """
        if self.gate is not None:
            await until_caught_up(self.gate, stop, self.status.wait_for)
        settled = False

        async def settle() -> None:
            nonlocal settled
            settled = settled or await self._settle()

        async def work() -> Mapping[str, int]:
            await self.run_once()
            await self._parts.each([settle], call)
            return await self.postponed()

        await run_rounds(work, self.status, stop)

    async def close(self) -> None:
        """Close all connections."""
        await self.progress.close()
        await self.rewards.close()
        if self.gate is not None:
            await self.gate.close()


def _named(key: ClubKey) -> str:
    return f"{by_customer(key.owner)} {key.iso_week}"


@asynccontextmanager
async def running_week_worker(
    settings: DatabaseSettings, clock: Clock, stream: StreamSettings | None = None
) -> AsyncIterator[None]:
    """Run the week worker while the block runs; in a cell, also count its weeks for the back office."""
    worker, stop = WeekWorker.open(settings, clock, stream), asyncio.Event()
    running = asyncio.create_task(worker.run(stop), name="weeks")
    try:
        async with counting_cell(settings, stream, clock):
            yield
    finally:
        stop.set()
        await running
        await worker.close()
