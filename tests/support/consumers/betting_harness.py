"""The progress consumer in this process, over a broker in memory, with a load of bets and its recount."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import select

from consumers.progress.wiring import create_consumer
from consumers.stream.broker.memory import MemoryBroker
from consumers.stream.broker.source import OnRevoked, Source
from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import CONTRIBUTION, METADATA, PROGRESS, STREAM
from tests.support.consumers.betting_load import BRAND, Load, recount
from tests.support.consumers.sample_messages import scheme
from tests.support.database_probe import migrated

PATIENCE_SECONDS = 180.0


@dataclass
class BettingHarness:
    """Bets, a database that is reached directly, and members that may reach it through a proxy."""

    url: str
    database: Database
    load: Load
    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker("g-1"))
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    running: dict[Consumer, asyncio.Task[None]] = field(default_factory=dict)

    def start(
        self,
        by: Callable[[str], str] = lambda url: url,
        *,
        lock_wait_seconds: int = 2,
        statement_seconds: float = 10.0,
        **changes: Any,
    ) -> Consumer:
        """Start a member of the group.

        Args:
            by: Returns the URL by which the member reaches the database.
            lock_wait_seconds: How long the member's statements wait for a lock.
            statement_seconds: How long the member's statements may take.
            changes: Changes to its settings with short pauses.
        """
        quick: dict[str, Any] = {
            "poll_seconds": 0.05,
            "retry_seconds": 0.05,
            "retry_limit_seconds": 0.2,
            "batch_records": 50,
        }
        settings = StreamSettings(**(quick | {"dead_letter_topics": False} | changes))
        self.registry = CollectorRegistry()
        database = DatabaseSettings(
            url=by(self.url), lock_wait_seconds=lock_wait_seconds, statement_seconds=statement_seconds
        )
        consumer = create_consumer(database, settings, self.registry, SystemClock())
        app = consumer.app

        async def join(revoked: OnRevoked) -> Source:
            return await self.broker.join(app.group, list(app.by_name), revoked)

        consumer.join = join
        self.running[consumer] = asyncio.create_task(consumer.run())
        return consumer

    async def stop(self, consumer: Consumer) -> None:
        """Stop a member."""
        await consumer.stop()
        await self.running.pop(consumer)

    def send(self, bets: int) -> None:
        """Send more bets, with all their revisions."""
        for record in self.load.more(bets):
            self.broker.send(record)

    def metric(self, name: str, topic: str = "club.progress.v1") -> float:
        """Return a metric of the member started last, by default of the bets' topic."""
        labels = {"topic": topic}
        return self.registry.get_sample_value(f"furlong_consumer_{name}", labels) or 0.0

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition; fail if a member ends meanwhile."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            for task in self.running.values():
                if task.done():
                    await task
            assert time.monotonic() < deadline, f"waited in vain, with seed {self.load.seed}"
            await asyncio.sleep(0.01)

    async def reckoning(self) -> None:
        """Wait until everything is applied, and compare every bet and total with a recount."""
        wanted = recount(self.load.records)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while await self._applied() != len(self.load.records):
            for task in self.running.values():
                if task.done():
                    await task
            assert time.monotonic() < deadline, f"waited in vain, with seed {self.load.seed}"
            await asyncio.sleep(0.02)
        bets = await self._rows(CONTRIBUTION.c.bet_id, CONTRIBUTION.c.revision, CONTRIBUTION.c.counted_minor)
        assert {row[0]: row[1:] for row in bets} == wanted.bets
        c = PROGRESS.c
        totals = await self._rows(c.customer_id, c.iso_week, c.total_minor, c.counted_bets)
        found = {row[:2]: row[2:] for row in totals}
        wrong = {key: (found.get(key), to) for key, to in wanted.totals.items() if found.get(key) != to}
        assert wrong == {}, f"with seed {self.load.seed}"
        assert found.keys() == wanted.totals.keys()
        assert len(await self._rows(STREAM.dead_letter.c.reason)) == self.load.poison

    async def _applied(self) -> int:
        c = STREAM.position.c
        async with self.database.read() as connection:
            rows = await connection.scalars(select(c.next_offset).where(c.topic == "club.progress.v1"))
            return sum(rows.all())

    async def _rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(select(*columns))]


@asynccontextmanager
async def betting_harness(url: str, seed: int) -> AsyncIterator[BettingHarness]:
    """Open a field over a new database; members are stopped at the end."""
    async with migrated(url, "progress", METADATA) as database:
        opened = BettingHarness(url, database, Load(seed))
        opened.broker.create_topics(["club.progress.v1", "club.scheme.v1"])
        opened.broker.send(scheme(brand_id=BRAND))
        yield opened
        for consumer in list(opened.running):
            await opened.stop(consumer)
