"""The worker that keeps the weeks: turns them by the clock, confirms what was reached, finishes choices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from consumers.progress.wiring import catch_up, catch_up_on_schemes
from consumers.stream.errors import TopicMadeAnew
from consumers.stream.settings import StreamSettings
from furlong.catch_up import until_caught_up
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.qualification.read_back_repository import count_read_back
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from subgraphs.rewards.choices.publisher import ChoicePublisher

log = structlog.get_logger(__name__)
PAUSE_SECONDS: Final = 5.0
CHOICES_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class WeekKeeping:
    """The databases whose weeks are kept.

    Attributes:
        stream: the Kafka whose schemes must have been applied before a week opens; None only where there is
            none.
    """

    progress: Database
    rewards: Database
    clock: Clock
    stream: StreamSettings | None = None

    @classmethod
    def open(
        cls, settings: DatabaseSettings, clock: Clock, stream: StreamSettings | None = None
    ) -> "WeekKeeping":
        """Nothing is connected yet."""
        progress, rewards = Database.open(settings, "progress"), Database.open(settings, "rewards")
        return cls(progress, rewards, clock, stream)

    @property
    def lifecycle(self) -> WeekLifecycle:
        """The closing of weeks."""
        return WeekLifecycle(self.progress, ledger_of(self.progress.dialect, self.clock), self.clock)

    async def keep(self) -> None:
        """Does once what is to be done now.

        A week opens once all schemes are applied that the topic holds: what it opens with never changes.

        Raises:
            SQLAlchemyError: a database is away, or somebody else was faster: it is to be done again.
            OSError: a database is away.
        """
        if news := await self.lifecycle.advance(opening=await self._may_open()):
            log.info("qualifications_confirmed", customers=news)
        async with self.rewards.home.write() as connection:
            publisher = ChoicePublisher(self.rewards.dialect)
            await publisher.publish_waiting(connection, self.clock.now(), CHOICES_AT_ONCE)

    async def _settle(self) -> bool:
        """Judge again what was read back after a loss; to be called once all bets are applied."""
        if news := await self.lifecycle.settle_read_back():
            log.info("qualifications_settled", customers=news)
        async with self.progress.home.read() as connection:
            if waiting := await count_read_back(connection):
                log.warning("qualifications_wait_for_a_person", customers=waiting)
        return True

    async def _may_open(self) -> bool:
        """Tell whether weeks are to open, and all schemes are applied that the topic holds."""
        weeks = await self.lifecycle.unopened()
        if self.stream is None or not weeks:
            return bool(weeks)
        try:
            behind = await catch_up_on_schemes(self.progress, self.stream, self.clock).behind()
        except (KafkaError, TopicMadeAnew, OSError) as fault:
            log.warning("weeks_wait_for_schemes", weeks=weeks, error=repr(fault))
            return False
        if behind:
            log.warning("weeks_wait_for_schemes", weeks=weeks, records=sum(behind.values()))
        return not behind

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the weeks until `stop` is set, whatever comes and goes meanwhile.

        Nothing is opened, closed or confirmed before the database has applied all that the topics hold at the
        start: it may be new, or restored from a backup.
        """
        if self.stream is not None:
            gate = catch_up(self.progress, self.stream, self.clock)
            await until_caught_up(gate, stop, lambda reason: log.warning("weeks_wait", waits_for=reason))
        settled = False
        while not stop.is_set():
            try:
                await self.keep()
                settled = settled or await self._settle()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("weeks_not_kept", error=type(fault).__name__)
            try:
                async with asyncio.timeout(PAUSE_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Closes all connections."""
        await self.progress.close()
        await self.rewards.close()


@asynccontextmanager
async def keeping_weeks(
    settings: DatabaseSettings, clock: Clock, stream: StreamSettings | None = None
) -> AsyncIterator[None]:
    """Keeps the weeks while the block lasts."""
    keeping, stop = WeekKeeping.open(settings, clock, stream), asyncio.Event()
    running = asyncio.create_task(keeping.run(stop), name="weeks")
    try:
        yield
    finally:
        stop.set()
        await running
        await keeping.close()
