"""Fixtures: running consumers over embedded or real brokers and databases, and a producer."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry
from sqlalchemy import Table

from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.progress.models import METADATA
from tests.support.database_probe import contents, migrate

TOPICS = (
    "club.scheme.v1",
    "club.week.v1",
    "club.account-status.v1",
    "wallet.exclusion.v1",
    "club.membership.v1",
    "club.qualification.v1",
    "club.adjustment.v1",
    "club.outcomes.v1",
    "club.progress.v1",
    "event.offer.v1",
    "event.market.v1",
)
PATIENCE_SECONDS = 180.0


@dataclass
class ConsumerHarness:
    """The progress consumer with its broker and database; consumers are stopped at the end."""

    bootstrap: str
    generation: str | None
    database_settings: DatabaseSettings
    database: Database
    producer: AIOKafkaProducer
    create_topics: Callable[..., None] = lambda _: None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    tasks: dict[Consumer, asyncio.Task[None]] = field(default_factory=dict)

    def settings(self, **changes: Any) -> StreamSettings:
        """Return settings with short pauses for this broker."""
        quick: dict[str, Any] = {
            "poll_seconds": 0.1,
            "retry_seconds": 0.05,
            "retry_limit_seconds": 0.2,
            "session_seconds": 6.0,  # the least that a broker allows unless told otherwise
        }
        return StreamSettings(
            **({"bootstrap": self.bootstrap, "generation": self.generation} | quick | changes)
        )

    async def start(self, make: Callable[..., Consumer] = create_consumer, **changes: object) -> Consumer:
        """Start a consumer with a registry of its own."""
        self.registry = CollectorRegistry()
        settings = self.settings(**changes)
        consumer = make(self.database_settings, settings, self.registry, SystemClock())
        self.tasks[consumer] = asyncio.create_task(consumer.run())
        return consumer

    async def stop(self, consumer: Consumer) -> None:
        """Stop a consumer, and raise what it ended with."""
        await consumer.stop()
        await self.tasks.pop(consumer)

    async def ended(self, consumer: Consumer) -> BaseException | None:
        """Return what a consumer ends with by itself."""
        task = self.tasks.pop(consumer)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        return task.exception()

    async def send(self, *records: Record) -> None:
        """Produce records in order."""
        for record in records:
            await self.producer.send_and_wait(
                record.topic, value=record.value, key=record.key, headers=list(record.headers)
            )

    async def rows(self, table: Table) -> list[tuple[object, ...]]:
        """Return all rows of a table."""
        return (await contents(self.database, table))[table.name]

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a condition; fail if a consumer ends meanwhile."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await holds():
            for task in self.tasks.values():
                if task.done():
                    await task
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.02)

    def metric(self, name: str, **labels: str) -> float:
        """Return a metric of the consumer started last."""
        return self.registry.get_sample_value(f"furlong_consumer_{name}", labels) or 0.0


async def open_harness(bootstrap: str, generation: str | None, url: str) -> AsyncIterator[ConsumerHarness]:
    """Yield a harness over a broker that has the topics, and a new database."""
    settings = DatabaseSettings(url=url)
    await migrate(settings, "progress", METADATA)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    harness = ConsumerHarness(bootstrap, generation, settings, Database.open(settings, "progress"), producer)
    try:
        yield harness
    finally:
        for task in harness.tasks.values():
            task.cancel()
        await asyncio.gather(*harness.tasks.values(), return_exceptions=True)
        await producer.stop()
        await harness.database.close()


@pytest.fixture
async def harness(embedded_broker: EmbeddedBroker, tmp_path: object) -> AsyncIterator[ConsumerHarness]:
    """Provide a harness on the embedded broker and SQLite."""
    await asyncio.to_thread(embedded_broker.create_topics, TOPICS)
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async for opened in open_harness(embedded_broker.bootstrap, embedded_broker.generation, url):
        yield opened


async def open_real_harness(request: pytest.FixtureRequest) -> AsyncIterator[ConsumerHarness]:
    """Yield a harness over real Kafka and MariaDB."""
    kafka, url = request.getfixturevalue("empty_kafka"), request.getfixturevalue("mariadb_url")
    await asyncio.to_thread(kafka.create_topics, TOPICS)
    async for opened in open_harness(kafka.bootstrap, None, url):
        opened.create_topics = kafka.create_topics
        yield opened


@pytest.fixture
async def real_harness(request: pytest.FixtureRequest) -> AsyncIterator[ConsumerHarness]:
    """Provide a harness on real Kafka and MariaDB; its tests need both markers."""
    async for opened in open_real_harness(request):
        yield opened


@pytest.fixture(params=["embedded", pytest.param("real", marks=[pytest.mark.kafka, pytest.mark.mariadb])])
async def any_harness(request: pytest.FixtureRequest) -> AsyncIterator[ConsumerHarness]:
    """Provide a harness on embedded parts, and one on real Kafka and MariaDB."""
    if request.param == "real":
        async for opened in open_real_harness(request):
            yield opened
        return
    broker: EmbeddedBroker = request.getfixturevalue("embedded_broker")
    await asyncio.to_thread(broker.create_topics, TOPICS)
    url = f"sqlite+aiosqlite:///{request.getfixturevalue('tmp_path')}"
    async for opened in open_harness(broker.bootstrap, broker.generation, url):
        yield opened
