"""The worker that keeps the weeks: turns them by the clock, confirms what was reached, finishes choices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.settings import DatabaseSettings
from subgraphs.progress.closing import Closing
from subgraphs.progress.ledger import ledger_of
from subgraphs.rewards.announcing import Announcing

log = structlog.get_logger(__name__)
PAUSE_SECONDS: Final = 5.0
CHOICES_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class WeekKeeping:
    """The databases whose weeks are kept."""

    progress: Database
    rewards: Database
    clock: Clock

    @classmethod
    def open(cls, settings: DatabaseSettings, clock: Clock) -> "WeekKeeping":
        """Nothing is connected yet."""
        return cls(Database.open(settings, "progress"), Database.open(settings, "rewards"), clock)

    @property
    def closing(self) -> Closing:
        """The closing of weeks."""
        return Closing(self.progress, ledger_of(self.progress.dialect, self.clock), self.clock)

    async def keep(self) -> None:
        """Does once what is to be done now.

        Raises:
            SQLAlchemyError: a database is away, or somebody else was faster: it is to be done again.
            OSError: a database is away.
        """
        if news := await self.closing.keep():
            log.info("qualifications_confirmed", customers=news)
        async with self.rewards.home.write() as connection:
            announcing = Announcing(self.rewards.dialect)
            await announcing.finish_waiting(connection, self.clock.now(), CHOICES_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the weeks until `stop` is set, whatever comes and goes meanwhile."""
        while not stop.is_set():
            try:
                await self.keep()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("weeks_not_kept", error=type(fault).__name__)
            try:
                await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Closes all connections."""
        await self.progress.close()
        await self.rewards.close()


@asynccontextmanager
async def keeping_weeks(settings: DatabaseSettings, clock: Clock) -> AsyncIterator[None]:
    """Keeps the weeks while the block lasts."""
    keeping, stop = WeekKeeping.open(settings, clock), asyncio.Event()
    running = asyncio.create_task(keeping.run(stop), name="weeks")
    try:
        yield
    finally:
        stop.set()
        await running
        await keeping.close()
