"""Brokers of every kind behind one interface, for the suite that tests their sources."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from consumers.stream.broker.kafka_source import KafkaSource
from consumers.stream.broker.memory import MemoryBroker
from consumers.stream.broker.source import Feature, OnRevoked, Source
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from furlong.demo.consumers.partition_ends import PartitionEnds
from furlong.demo.consumers.woken_source import WokenSource
from furlong.demo.embedded_broker import EmbeddedBroker

LACKS: Mapping[str, frozenset[Feature]] = {
    "memory": MemoryBroker.LACKS,
    "embedded": EmbeddedBroker.LACKS,
    "woken": EmbeddedBroker.LACKS,
    "real": frozenset(),
}
PATIENCE_SECONDS = 180.0


def brokers_with(feature: Feature | None = None) -> Any:
    """Return the kinds of broker that do not lack a feature, as parameters of a test."""
    kinds = [kind for kind, lacks in LACKS.items() if feature not in lacks]
    marked = [pytest.param(kind, marks=pytest.mark.kafka) if kind == "real" else kind for kind in kinds]
    return pytest.mark.parametrize("under_test", marked, indirect=True)


async def _nothing() -> None:
    """Do nothing on a rebalance."""


class BrokerUnderTest(Protocol):
    """A broker with topics of the test's own."""

    def create(self, topic: str) -> None:
        """Create a topic with four partitions."""

    async def send(self, record: Record, partition: int) -> None:
        """Write a record."""

    async def join(self, group: str, topic: str, revoked: OnRevoked = _nothing) -> Source:
        """Join a group."""

    async def forget(self, topic: str, partition: int, before: int) -> None:
        """Drop the records before an offset."""

    async def recreate(self, topic: str) -> None:
        """Delete a topic and recreate it."""


@dataclass
class MemoryBrokerUnderTest:
    """The broker in memory."""

    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker("g-1"))

    def create(self, topic: str) -> None:
        """Create a topic."""
        self.broker.create_topics([topic])

    async def send(self, record: Record, partition: int) -> None:
        """Write a record."""
        self.broker.send(record, partition)

    async def join(self, group: str, topic: str, revoked: OnRevoked = _nothing) -> Source:
        """Join a group."""
        return await self.broker.join(group, [topic], revoked)

    async def forget(self, topic: str, partition: int, before: int) -> None:
        """Drop records."""
        self.broker.forget(topic, partition, before)

    async def recreate(self, topic: str) -> None:
        """Delete a topic and recreate it."""
        self.broker.delete_topic(topic)
        self.create(topic)


@dataclass
class KafkaBrokerUnderTest:
    """A broker that speaks Kafka's protocol."""

    broker: Any
    generation: str | None
    producer: AIOKafkaProducer
    admin: AdminClient

    def create(self, topic: str) -> None:
        """Create a topic."""
        self.broker.create_topics([topic])

    def make(self, topic: str, partitions: int, config: Mapping[str, str]) -> None:
        """Create a topic by the broker's administration, and wait until the broker names it."""
        new = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=dict(config))
        for made in self.admin.create_topics([new]).values():
            made.result(30)
        until = time.monotonic() + 60
        while topic not in self.admin.list_topics(timeout=30).topics and time.monotonic() < until:
            time.sleep(0.02)

    async def send(self, record: Record, partition: int) -> None:
        """Write a record."""
        at = None if record.timestamp is None else int(record.timestamp.timestamp() * 1000)
        await self.producer.send_and_wait(
            record.topic,
            value=record.value,
            key=record.key,
            partition=partition,
            timestamp_ms=at,
            headers=list(record.headers),
        )

    async def join(self, group: str, topic: str, revoked: OnRevoked = _nothing) -> Source:
        """Join a group."""
        settings = StreamSettings(
            bootstrap=self.broker.bootstrap, generation=self.generation, session_seconds=6
        )
        return await KafkaSource.join(settings, group, [topic], revoked)

    async def forget(self, topic: str, partition: int, before: int) -> None:
        """Drop records."""
        for done in self.admin.delete_records([TopicPartition(topic, partition, before)]).values():
            await asyncio.to_thread(done.result, 30)

    async def recreate(self, topic: str) -> None:
        """Delete a topic and recreate it."""
        await recreate(self.admin, topic)


async def recreate(admin: AdminClient, topic: str) -> None:
    """Delete a topic of a real broker, and recreate it as soon as its name is free."""
    for done in admin.delete_topics([topic]).values():
        await asyncio.to_thread(done.result, 30)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        (made,) = admin.create_topics([NewTopic(topic, num_partitions=4, replication_factor=1)]).values()
        try:
            await asyncio.to_thread(made.result, 30)
        except KafkaException:
            assert time.monotonic() < deadline, f"{topic} was not recreated"
            await asyncio.sleep(0.05)
        else:
            return


@dataclass
class WokenBrokerUnderTest:
    """The embedded broker, whose members are told where records wait."""

    kafka: KafkaBrokerUnderTest
    ends: PartitionEnds

    def create(self, topic: str) -> None:
        """Leave the topic, which exists already, as it is."""

    async def send(self, record: Record, partition: int) -> None:
        """Write a record."""
        await self.kafka.send(record, partition)

    async def join(self, group: str, topic: str, revoked: OnRevoked = _nothing) -> Source:
        """Join a group."""
        joined = await self.kafka.join(group, topic, revoked)
        assert isinstance(joined, KafkaSource)
        return WokenSource(joined, self.ends)


@asynccontextmanager
async def kafka_broker_under_test(broker: Any, generation: str | None) -> AsyncIterator[KafkaBrokerUnderTest]:
    """Provide a broker under test over the embedded or a real broker."""
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        yield KafkaBrokerUnderTest(
            broker, generation, producer, AdminClient({"bootstrap.servers": broker.bootstrap})
        )


async def read(source: Source, partitions: Sequence[Partition], count: int) -> list[Record]:
    """Read exactly that many records, with a generous time limit."""
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found) < count:
            for records in (await source.poll(partitions, 0.2, count - len(found))).values():
                found += records
    return found


async def passed(source: Source, partition: Partition, offset: int) -> bool:
    """Return whether a source skips the offsets up to one without reading a record."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await source.fetch_position(partition) < offset and time.monotonic() < deadline:
        assert await source.poll([partition], 0.2, 10) == {}
    return await source.fetch_position(partition) == offset


def quick_cleaner(admin: AdminClient) -> None:
    """Make the broker compact at once."""
    from confluent_kafka.admin import (  # type: ignore[attr-defined]  # noqa: PLC0415 - wanted by one test
        AlterConfigOpType,
        ConfigEntry,
        ConfigResource,
        ResourceType,
    )

    entry = ConfigEntry("log.cleaner.backoff.ms", "100", incremental_operation=AlterConfigOpType.SET)
    broker = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])
    for done in admin.incremental_alter_configs([broker]).values():
        with suppress(KafkaException):
            done.result(30)
