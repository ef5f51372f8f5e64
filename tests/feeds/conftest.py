"""Fixtures: feed workers over embedded and real brokers, and what they publish."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from prometheus_client import CollectorRegistry

from consumers.feeds.delivery.feed_worker import FeedWorker
from consumers.feeds.delivery.forwarder import FeedMetrics
from consumers.feeds.mapping.feed import AnyFeed
from consumers.stream.settings import StreamSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from tools.private_kafka import PrivateKafka

PATIENCE_SECONDS = 180.0
PARTITIONS = 4


@dataclass
class FeedHarness:
    """A broker with topics of the test's own, and the feed workers that run over it."""

    bootstrap: str
    generation: str | None
    topic: str
    into: str
    producer: AIOKafkaProducer
    kafka: PrivateKafka | None = None
    workers: dict[FeedWorker, asyncio.Task[None]] = field(default_factory=dict)

    def settings(self, **changes: Any) -> StreamSettings:
        """Return settings with short pauses for this broker."""
        quick = {"poll_seconds": 0.1, "retry_seconds": 0.05, "retry_limit_seconds": 0.2, "hint_seconds": 0.1}
        kept = {"bootstrap": self.bootstrap, "generation": self.generation, "session_seconds": 6.0}
        return StreamSettings(**(kept | quick | changes))

    def start(self, feed: AnyFeed, **changes: Any) -> FeedWorker:
        """Start a feed worker in a group of the test's own."""
        worker = FeedWorker(
            feed, self.topic, self.settings(**changes), FeedMetrics(CollectorRegistry()), self.into
        )
        worker.group += self.topic  # of this test alone, also on a broker that others have used
        self.workers[worker] = asyncio.create_task(worker.run())
        return worker

    async def stop(self, worker: FeedWorker) -> None:
        """Stop a worker, and raise what it ended with."""
        await worker.stop()
        await self.workers.pop(worker)

    async def ended(self, worker: FeedWorker) -> BaseException | None:
        """Return what a worker ends with by itself."""
        task = self.workers.pop(worker)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        return task.exception()

    async def send(self, *values: bytes | None, key: bytes = b"any", **headers: bytes) -> None:
        """Send records to the feed's topic, in order."""
        for value in values:
            await self.producer.send_and_wait(self.topic, value, key, headers=list(headers.items()))

    async def arrived(self, number: int, topic: str | None = None, **of: str) -> list[ConsumerRecord]:
        """Return at least so many messages, or records of another topic; `of` are headers they must have."""
        topic = topic or self.into
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        records: list[ConsumerRecord] = []
        async with consumer, asyncio.timeout(PATIENCE_SECONDS):
            wanted = {name.replace("_", "."): text.encode() for name, text in of.items()}
            numbers = range(1 if topic.endswith(".dlq") and self.generation is None else PARTITIONS)
            consumer.assign([TopicPartition(topic, number) for number in numbers])
            while len(records) < number:
                for some in (await consumer.getmany(timeout_ms=100)).values():
                    records += [one for one in some if wanted.items() <= dict(one.headers).items()]
        return records

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition; fail if a worker ends meanwhile."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            for task in self.workers.values():
                if task.done():
                    await task
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.02)


async def _opened(bootstrap: str, generation: str | None, topic: str) -> AsyncIterator[FeedHarness]:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        harness = FeedHarness(bootstrap, generation, topic, f"{topic}.progress", producer)
        yield harness
        for task in harness.workers.values():
            task.cancel()
        await asyncio.gather(*harness.workers.values(), return_exceptions=True)


def _plans(topic: str) -> Mapping[str, int]:
    return {topic: PARTITIONS, f"{topic}.dlq": 1, f"{topic}.progress": PARTITIONS}


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.kafka)])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[FeedHarness]:
    """Provide a harness over the embedded broker, and one over a real broker."""
    topic = f"feed-{uuid4().hex[:8]}"
    if request.param == "embedded":
        embedded: EmbeddedBroker = request.getfixturevalue("embedded_broker")
        await asyncio.to_thread(embedded.create_topics, _plans(topic))
        async for opened in _opened(embedded.bootstrap, embedded.generation, topic):
            yield opened
        return
    kafka = request.getfixturevalue("kafka")
    for name, partitions in _plans(topic).items():
        await asyncio.to_thread(partial(kafka.create_topics, [name], partitions=partitions))
    async for opened in _opened(kafka.bootstrap, None, topic):
        opened.kafka = kafka
        yield opened
