"""A member of a group of the embedded broker that fetches only where records are known to wait."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from consumers.stream.broker.kafka_source import KafkaSource
from consumers.stream.broker.source import Bounds, Join, OnRevoked
from consumers.stream.consumer import Consumer
from consumers.stream.records import Partition, Record
from furlong.demo.consumers.partition_ends import PartitionEnds


class WokenSource:
    """The source over Kafka, whose partitions are paused until another end than their position is known.

    The embedded broker leaves no offsets without records, so that a partition is read to its end when the
    position after its last record is the end.
    """

    def __init__(self, kafka: KafkaSource, ends: PartitionEnds) -> None:
        self.assignment = kafka.assignment
        self._kafka, self._ends = kafka, ends
        self._positions: dict[Partition, int] = {}
        self._firsts: dict[Partition, int] = {}
        self._wanted: frozenset[Partition] = frozenset()
        self._fetched: tuple[int, frozenset[Partition]] = (-1, frozenset())

    async def poll(
        self, partitions: Collection[Partition], seconds: float, max_records: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Return the next records of some of the partitions."""
        left = await self._until_behind(partitions, seconds)
        self._fetch_behind()
        polled = await self._kafka.poll(partitions, left, max_records)
        for partition, records in polled.items():
            self._positions[partition] = records[-1].offset + 1
        self._fetch_behind()  # before the client asks for what follows, and waits for it
        return polled

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue reading a partition from an offset."""
        if partition in self.assignment.partitions:
            self._positions[partition] = offset
        self._kafka.seek(partition, offset)

    def fetch_only(self, partitions: Collection[Partition]) -> None:
        """Fetch these partitions as far as records wait in them, and pause the others."""
        self._wanted = frozenset(partitions)
        self._fetch_behind()

    async def fetch_position(self, partition: Partition) -> int:
        """Return the next offset to read; 0 if the partition is no longer assigned."""
        return self._positions.get(partition, 0) if partition in self.assignment.partitions else 0

    def partitions(self, topic: str) -> Collection[Partition]:
        """Return all partitions of a topic, as far as the client knows them."""
        return self._kafka.partitions(topic)

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """Return the bounds of the partitions: the broker is asked once, and then the ends are told."""
        new = [partition for partition in partitions if partition not in self._firsts]
        asked = await self._kafka.bounds(new)
        self._ends.note({(partition.topic, partition.number): end for partition, (_, end) in asked.items()})
        self._firsts |= {partition: first for partition, (first, _) in asked.items()}
        return {
            partition: Bounds(self._firsts[partition], self._ends.of(partition) or 0)
            for partition in partitions
        }

    def end(self, partition: Partition) -> int | None:
        """Return the end of a partition, or None if it is not known."""
        return self._ends.of(partition)

    async def verify_topics(self) -> None:
        """Compare the topics' ids with those that they had when this member joined the group."""
        await self._kafka.verify_topics()

    async def commit_hint(self, positions: Mapping[Partition, int]) -> None:
        """Commit positions to Kafka."""
        await self._kafka.commit_hint(positions)

    async def leave(self) -> None:
        """Leave the group and close the connections."""
        await self._kafka.leave()

    def _fetch_behind(self) -> None:
        """Let the client fetch the wanted partitions that are not read to their ends."""
        behind = self.assignment.number, self._behind(self._wanted)
        if behind != self._fetched:
            self._kafka.fetch_only(behind[1])
            self._fetched = behind

    def _behind(self, partitions: Collection[Partition]) -> frozenset[Partition]:
        # An end before the position is an error, which the client has to find.
        return frozenset(
            partition
            for partition in self._wanted.intersection(partitions)
            if self._positions.get(partition) != self._ends.of(partition)
        )

    async def _until_behind(self, partitions: Collection[Partition], seconds: float) -> float:
        """Wait until records are known to wait in one of the partitions, and return the seconds left."""
        clock, calls = asyncio.get_running_loop().time, self._ends.calls
        until = clock() + seconds
        while (left := until - clock()) > 0 and not self._behind(partitions) and self._ends.calls == calls:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._ends.changed()
        return max(left, 0.0) if self._behind(partitions) else 0.0


def woken_join(consumer: Consumer, ends: PartitionEnds) -> Join:
    """Return what joins a consumer's group of the embedded broker, and reads what the ends say."""
    app, cell = consumer.app, consumer.sink.cell

    async def join(on_revoked: OnRevoked) -> WokenSource:
        topics = [topic.name for topic in app.topics]
        kafka = await KafkaSource.join(consumer.settings, app.group, topics, on_revoked, cell=cell)
        return WokenSource(kafka, ends)

    return join
