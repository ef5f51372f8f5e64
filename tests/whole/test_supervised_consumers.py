"""A consumer of the demo that ends is started again."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import delete, insert

from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.consumers import supervised_consumers
from furlong.demo.consumers.partition_ends import PartitionEnds
from furlong.demo.consumers.supervised_consumers import SupervisedConsumer, running_consumers
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.workers.consumer_process import create_consumer
from subgraphs.progress.models import METADATA, STREAM
from tests.support.database_probe import migrate


async def test_a_consumer_that_has_ended_is_started_again(
    embedded_broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again and again while it cannot go on; once what stopped it is gone, it is live."""
    monkeypatch.setattr(supervised_consumers, "REST_SECONDS", 0.05)
    await asyncio.to_thread(embedded_broker.create_topics, [topic.name for topic in TOPICS])
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    await migrate(settings, "progress", METADATA)
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    database = Database.open(settings, "progress")
    ahead = {
        "topic": "club.progress.v1",
        "partition": 0,
        "generation": embedded_broker.generation,
        "next_offset": 1_000,
        "updated_at": SystemClock().now(),
    }
    async with database.write() as connection:
        await connection.execute(insert(STREAM.position).values(ahead))
    starts: list[int] = []

    def create() -> Consumer:
        starts.append(len(starts))
        return create_consumer("progress", settings, stream, CollectorRegistry(), SystemClock())

    supervised = SupervisedConsumer("progress", create)
    async with running_consumers([supervised], PartitionEnds()):
        while len(starts) < 3 or (supervised.health and supervised.health.live):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        async with database.write() as connection:
            await connection.execute(delete(STREAM.position))
        while not (supervised.health and supervised.health.consuming):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        many = len(starts)
        await asyncio.sleep(0.3)
        assert len(starts) == many
    assert not (supervised.health and supervised.health.live)
    await database.close()
