"""The source over Kafka: joins the group, and polls records of the assigned partitions."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError

from consumers.stream.broker.broker_generation import BrokerGenerations, require_same_topics
from consumers.stream.broker.kafka_client import (
    RESPONSE_SECONDS,
    bounded_consumer,
    close_client,
    cluster_id,
)
from consumers.stream.broker.source import Assignment, Bounds, OnRevoked
from consumers.stream.cell_partitions import CellPartitions
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)


class KafkaSource:
    """A member of a Kafka consumer group."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        broker_generations: BrokerGenerations,
        generations: Mapping[str, str],
        on_revoked: OnRevoked,
    ) -> None:
        self.assignment = Assignment()
        self._consumer = consumer
        self._broker_generations = broker_generations
        self._generations = generations
        self._on_revoked = on_revoked

    @classmethod
    async def join(
        cls,
        settings: StreamSettings,
        group: str,
        topics: Sequence[str],
        on_revoked: OnRevoked,
        *,
        cell: CellPartitions | None = None,
    ) -> "KafkaSource":
        """Join the group, and return with a first assignment; a cell's group shares the cell's partitions.

        Raises:
            KafkaError: The brokers cannot be reached, or refuse.
        """
        cluster = settings.generation or await cluster_id(settings)
        broker_generations = await BrokerGenerations.open(settings, cluster)
        consumer = _group_consumer(settings, group, cell)
        try:
            source = cls(consumer, broker_generations, await broker_generations.require(topics), on_revoked)
            consumer.subscribe(list(topics), listener=_Listener(source))
            await consumer.start()
        except BaseException:
            await _close(consumer, broker_generations)
            raise
        return source

    async def poll(
        self, partitions: Collection[Partition], seconds: float, max_records: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Return the next records of some of the partitions."""
        wanted = {_topic_partition(partition): partition for partition in partitions}
        try:
            polled = await self._consumer.getmany(
                *wanted, timeout_ms=round(seconds * 1000), max_records=max_records
            )
        except NoOffsetForPartitionError:
            return {}  # the partition was just assigned: its stored position is about to be sought
        return {
            wanted[topic_partition]: [Record.of_kafka(record) for record in records]
            for topic_partition, records in polled.items()
        }

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue reading a partition from an offset."""
        with suppress(IllegalStateError):
            self._consumer.seek(_topic_partition(partition), offset)

    def fetch_only(self, partitions: Collection[Partition]) -> None:
        """Fetch these partitions and pause the others, whose fetched records are dropped."""
        wanted = {_topic_partition(partition) for partition in partitions}
        paused, assigned = self._consumer.paused(), self._consumer.assignment()
        self._consumer.resume(*(wanted & paused & assigned))
        self._consumer.pause(*(assigned - wanted - paused))

    async def fetch_position(self, partition: Partition) -> int:
        """Return the next offset to read; 0 if the partition is no longer assigned."""
        wanted = _topic_partition(partition)
        return int(await self._consumer.position(wanted)) if wanted in self._consumer.assignment() else 0

    def partitions(self, topic: str) -> Collection[Partition]:
        """Return all partitions of a topic, as far as the client knows them."""
        numbers = self._consumer.partitions_for_topic(topic) or ()
        return [Partition(topic, number, self._generations[topic]) for number in numbers]

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """Return the bounds of the partitions."""
        wanted = {partition: _topic_partition(partition) for partition in partitions}
        if not wanted:
            return {}
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                firsts = await self._consumer.beginning_offsets(list(wanted.values()))
                ends = await self._consumer.end_offsets(list(wanted.values()))
        except TimeoutError as fault:
            raise KafkaError("the brokers do not answer") from fault
        return {
            partition: Bounds(firsts[topic_partition], ends[topic_partition])
            for partition, topic_partition in wanted.items()
        }

    def end(self, partition: Partition) -> int | None:
        """Return the end of a partition as of the last fetch, or None if it is not known."""
        wanted = _topic_partition(partition)
        if wanted not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.last_stable_offset(wanted)
        return end

    async def verify_topics(self) -> None:
        """Compare the topics' ids with those that they had when this member joined the group."""
        generations = await self._broker_generations.find(self._generations.keys())
        require_same_topics(self._generations, generations)

    async def commit_hint(self, positions: Mapping[Partition, int]) -> None:
        """Commit positions to Kafka."""
        offsets = {_topic_partition(partition): offset for partition, offset in positions.items()}
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                await self._consumer.commit(offsets)
        except (KafkaError, IllegalStateError, TimeoutError) as fault:
            log.info("kafka_hint_failed", error=repr(fault))

    async def leave(self) -> None:
        """Leave the group and close the connections."""
        await _close(self._consumer, self._broker_generations)

    async def revoke(self) -> None:
        """Drop the assignment until the group has rebalanced."""
        self.assignment.change(())
        await self._on_revoked()

    def assign(self, assigned: Collection[TopicPartition]) -> None:
        """Adopt an assignment; its partitions stay paused until their stored positions are known."""
        self._consumer.pause(*assigned)
        self.assignment.change(
            [
                Partition(partition.topic, partition.partition, self._generations[partition.topic])
                for partition in assigned
            ]
        )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no type hints
    """Passes rebalances on to the source; aiokafka swallows whatever a listener raises."""

    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Drop the assignment: a rebalance begins by revoking all partitions."""
        del revoked
        await self._source.revoke()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Adopt the assignment that the group agreed on."""
        self._source.assign(assigned)


def _group_consumer(settings: StreamSettings, group: str, cell: CellPartitions | None) -> AIOKafkaConsumer:
    # The sticky assignor keeps this member's state in its class, so each member needs a class of its own.
    assignor = type("OwnStickyAssignor", (StickyPartitionAssignor,), {})
    if cell is not None:
        assignor = _assignor_of(cell, assignor)
    return bounded_consumer(settings, group, gathers=True, partition_assignment_strategy=(assignor,))


def _assignor_of(cell: CellPartitions, assignor: Any) -> Any:
    """Return an assignor that knows only a cell's partitions, and otherwise assigns like the given one."""

    class CellAssignor(assignor):  # type: ignore[misc] # aiokafka has no type hints
        @classmethod
        def assign(cls, cluster: Any, members: Any) -> Any:
            return super().assign(_CellCluster(cluster, cell), members)

    return CellAssignor


@dataclass(frozen=True, slots=True)
class _CellCluster:
    """The topics of a cluster as an assignor asks for them, with a cell's partitions only."""

    cluster: Any
    cell: CellPartitions

    def topics(self) -> Collection[str]:
        topics: Collection[str] = self.cluster.topics()
        return topics

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        partitions = self.cluster.partitions_for_topic(topic)
        return (
            None
            if partitions is None
            else {partition for partition in partitions if self.cell.wanted(topic, partition)}
        )


async def _close(consumer: AIOKafkaConsumer, broker_generations: BrokerGenerations) -> None:
    await close_client(consumer)
    await broker_generations.close()


def _topic_partition(partition: Partition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.number)
