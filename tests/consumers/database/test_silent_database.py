"""A silent database is noticed while batches wait for it; batches that end are left alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from prometheus_client import CollectorRegistry

from consumers.stream.broker.source import Bounds
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.database.sink import Applied
from consumers.stream.group.cursors import Cursors
from consumers.stream.group.monitor import SessionMonitor
from consumers.stream.group.workers import Workers
from consumers.stream.health import HealthState, Metrics
from consumers.stream.records import Partition
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from tests.support.consumers.sample_messages import bet

PARTITION = Partition("club.progress.v1", 0, "g-1")


class Sink:
    """A sink whose batch ends just while the monitor asks the database for an answer."""

    def __init__(self) -> None:
        self.database, self.asked, self.workers = self, asyncio.Event(), None

    async def apply(self, batch: Batch) -> Applied:
        """Wait until the monitor has asked."""
        await self.asked.wait()
        return Applied(len(batch.parts))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        """Do not answer before the batch has ended, and then fail."""
        self.asked.set()
        while len(self.workers):  # type: ignore[arg-type] # set below
            await self.workers.wait(60)  # type: ignore[attr-defined] # the same
        raise OSError("no answer")
        yield


async def test_a_batch_that_ends_while_the_database_is_asked_is_left_alone() -> None:
    """It was not too late; the member continues."""
    sink: Any = Sink()
    workers = Workers(sink, StreamSettings(), Metrics(CollectorRegistry()), HealthState(), 1)
    sink.workers = workers
    topic: Topic[Any] = Topic(PARTITION.topic, lambda record: record, lambda *_: sink.asked.wait())
    cursors = Cursors.at_positions(
        {topic.name: topic}, {PARTITION: 0}, {PARTITION: Bounds(0, 1)}, time.monotonic()
    )
    workers.start(Batch(topic, [PartitionRecords(PARTITION, 0, [bet()])]), cursors)
    await asyncio.sleep(0.01)
    session: Any = SimpleNamespace(workers=workers, cursors=cursors)
    await SessionMonitor.starting(session, time.monotonic())._end_silent_batches(0.001)
    assert (workers.committed, cursors[PARTITION].position) == (1, 1)
