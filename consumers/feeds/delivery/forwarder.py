"""Forwards one feed: reads records, publishes and counts what they map to, then commits the offsets."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, NoOffsetForPartitionError
from prometheus_client import CollectorRegistry, Counter, Gauge

from consumers.feeds.delivery.dead_letters import FeedDeadLetters
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.mapping.progress_message import ProgressMessage
from consumers.stream.database.dead_letters import DeadLetterLimit, RejectedRecord
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from subgraphs.kit.durable_steps.loop import LoopName


class FeedMetrics:
    """The counters and gauges of all feeds of a process, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.records = self._counter("records", "Records forwarded or published as dead letters")
        self.batches = self._counter("batches", "Batches whose offsets were committed")
        self.dead_letters = self._counter("dead_letters", "Records published to the feed's `.dlq` topic")
        self.assignments = self._counter("assignments", "Times that the group assigned partitions")
        self.stalls = self._counter("stalls", "Times that waiting records did not arrive")
        self.lag = self._gauge("lag_records", "Records not forwarded yet, of this process's partitions")
        self.kafka_up = self._gauge("kafka_up", "Whether the brokers answer")
        self._ages = self._gauge("newest_event_age_seconds", "Age of the newest forwarded record")
        self._newest: dict[str, float] = {}

    def forwarded(self, feed: str, newest: float | None) -> None:
        """Record the time of a batch's newest record, in seconds since 1970."""
        if newest is None:
            return
        if feed not in self._newest:
            self._ages.labels(feed).set_function(lambda: time.time() - self._newest[feed])
        self._newest[feed] = max(newest, self._newest.get(feed, 0.0))

    def _counter(self, name: str, meaning: str) -> Counter:
        return Counter(f"furlong_feed_{name}", meaning, ("feed",), registry=self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"furlong_feed_{name}", meaning, ("feed",), registry=self._registry)


log = structlog.get_logger(__name__)
RECORDS: Final = LoopName("feeds", "records")
"""Each goes on by itself: one that cannot be mapped is a dead letter, which a person replays."""


@dataclass(slots=True)
class Forwarder:
    """Forwards batches one at a time: nothing is polled before the brokers have the previous batch.

    The offsets are committed after that. After a fault in between, the same messages are published again;
    their readers recognize them by the bet's revision.

    Attributes:
        target_topic: The topic that the messages are published to.
        batch_lock: Held while a batch is being forwarded.
        committed: How many batches were committed so far.
        progress_at: When the last batch was committed, or when there was none to forward, on the monotonic
            clock.
    """

    feed: AnyFeed
    target_topic: str
    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer
    dead_letters: FeedDeadLetters
    limit: DeadLetterLimit
    metrics: FeedMetrics
    batch_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    committed: int = 0
    progress_at: float = field(default_factory=time.monotonic)

    async def step(self, seconds: float, max_records: int) -> None:
        """Forward the next records, waiting for them for a limited time.

        Raises:
            TooManyDeadLetters: The platform must be broken; nothing of the batch is published.
            KafkaError: The brokers refuse, or do not answer.
        """
        polled = await self._poll(seconds, max_records)
        if not polled:
            return
        async with self.batch_lock:
            records = [Record.of_kafka(message) for some in polled.values() for message in some]
            messages, refused = self._map(records)
            self.limit.check(self.dead_letters.topic, len(records), refused)
            await self._publish(messages)
            for record in refused:
                await self.dead_letters.publish(record)
            await self.commit({partition: some[-1].offset + 1 for partition, some in polled.items()})
            self._count(records, len(refused))

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit offsets to the brokers, which have everything before them."""
        try:
            await self.consumer.commit(dict(offsets))
        except (CommitFailedError, IllegalStateError) as fault:
            # The group has assigned the partitions to other members, which publish the same once more.
            log.info("feed_position_refused", feed=self.feed.name, error=repr(fault))

    async def _poll(self, seconds: float, max_records: int) -> Mapping[TopicPartition, Sequence[Any]]:
        try:
            return dict(
                await self.consumer.getmany(timeout_ms=round(seconds * 1000), max_records=max_records)
            )
        except NoOffsetForPartitionError:
            await self._seek_to_beginning()
            return {}

    async def _seek_to_beginning(self) -> None:
        """Start partitions without a committed offset at their beginning."""
        for partition in self.consumer.assignment():
            if await self.consumer.committed(partition) is None:
                log.info(
                    "feed_begins", feed=self.feed.name, topic=partition.topic, partition=partition.partition
                )
                await self.consumer.seek_to_beginning(partition)

    def _map(self, records: Sequence[Record]) -> tuple[list[ProgressMessage], list[RejectedRecord]]:
        messages: list[ProgressMessage] = []
        refused: list[RejectedRecord] = []
        for record in records:
            try:
                messages.append(self.feed.message(record))
            except Poison as error:
                refused.append(RejectedRecord(record, error.reason))
        return messages, refused

    async def _publish(self, messages: Sequence[ProgressMessage]) -> None:
        """Send all messages in order, and wait as long as it takes: an unavailable broker blocks the feed."""
        sent = [
            await self.producer.send(
                self.target_topic, value=message.value, key=message.key, headers=list(message.headers)
            )
            for message in messages
        ]
        for result in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    def _count(self, records: Sequence[Record], dead: int) -> None:
        name = self.feed.name
        self.committed, self.progress_at = self.committed + 1, time.monotonic()
        self.limit.record(self.dead_letters.topic, len(records), dead)
        self.metrics.batches.labels(name).inc()
        self.metrics.records.labels(name).inc(len(records))
        self.metrics.dead_letters.labels(name).inc(dead)
        times = [record.timestamp.timestamp() for record in records if record.timestamp is not None]
        self.metrics.forwarded(name, max(times, default=None))
