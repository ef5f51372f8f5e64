"""A broker in memory and the source over it, for tests that need no network and control every step.

It provides what the stream relies on: order within a partition, groups whose members share the partitions,
and offsets that are never reused. It has no compaction, no retention of its own, no transactions and no
network protocol.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from aiokafka.errors import OffsetOutOfRangeError

from consumers.stream.broker.broker_generation import require_same_topics, topic_generation
from consumers.stream.broker.source import Assignment, Bounds, Feature, OnRevoked
from consumers.stream.records import Partition, Record
from foundation.storage.cells.cell import partition_of


@dataclass(slots=True)
class Log:
    """The retained records of one partition, oldest first."""

    first: int = 0
    records: list[Record] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Return the next offset to be written."""
        return self.first + len(self.records)


class MemoryBroker:
    """Topics, groups and their committed positions, in this process.

    Attributes:
        generation: The name of the cluster.
    """

    LACKS: Final = frozenset({Feature.ADMINISTRATION, Feature.COMPACTION, Feature.TRANSACTIONS})

    def __init__(self, generation: str, partitions: int = 4) -> None:
        self.generation = generation
        self._partitions = partitions
        self._logs: dict[str, list[Log]] = {}
        self._created: Counter[str] = Counter()
        self._groups: dict[str, list[MemorySource]] = {}
        self._hints: dict[tuple[str, Partition], int] = {}
        self._written = asyncio.Event()

    def create_topics(self, names: Collection[str]) -> None:
        """Create the topics that do not exist yet."""
        for name in names:
            if name not in self._logs:
                self._logs[name] = [Log() for _ in range(self._partitions)]
                self._created[name] += 1

    def send(self, record: Record, partition: int | None = None) -> Record:
        """Append a record to the given partition, or to its key's, and return it as written."""
        logs = self._logs[record.topic]
        number = partition_of(record.key or b"", len(logs)) if partition is None else partition
        written = replace(record, partition=number, offset=logs[number].end)
        logs[number].records.append(written)
        self._written.set()
        self._written = asyncio.Event()
        return written

    def forget(self, topic: str, partition: int, before: int) -> None:
        """Drop the records of a partition before an offset, as retention does."""
        log = self._logs[topic][partition]
        del log.records[: before - log.first]
        log.first = before

    def delete_topic(self, name: str) -> None:
        """Delete a topic; once recreated, it begins at offset 0 again."""
        del self._logs[name]

    async def join(self, group: str, topics: Sequence[str], on_revoked: OnRevoked) -> "MemorySource":
        """Add a member to a group, and return it with its first assignment."""
        members = self._groups.setdefault(group, [])
        newcomer = MemorySource(self, group, topics, on_revoked)
        await _revoke(members)
        members.append(newcomer)
        self._rebalance(group)
        return newcomer

    async def drop(self, group: str, member: "MemorySource") -> None:
        """Remove a member from its group."""
        members = self._groups[group]
        if member in members:
            await _revoke(members)
            members.remove(member)
            self._rebalance(group)

    def hints(self, group: str) -> dict[Partition, int]:
        """Return the positions that a group has committed."""
        return {partition: at for (name, partition), at in self._hints.items() if name == group}

    def partitions(self, topic: str) -> list[Partition]:
        """Return all partitions of a topic."""
        generation = self.generation_of(topic)
        return [Partition(topic, number, generation) for number in range(len(self._logs[topic]))]

    def generation_of(self, topic: str) -> str:
        """Return the generation of a topic, which changes when the topic is recreated."""
        return topic_generation(self.generation, self._created[topic].to_bytes(16))

    def log(self, partition: Partition) -> Log:
        """Return the records of a partition."""
        return self._logs[partition.topic][partition.number]

    def commit(self, group: str, positions: Mapping[Partition, int]) -> None:
        """Store the positions that a group commits."""
        self._hints |= {(group, partition): offset for partition, offset in positions.items()}

    async def written(self) -> None:
        """Wait until a record is written."""
        await self._written.wait()

    def _rebalance(self, group: str) -> None:
        members = self._groups[group]
        topics = sorted({topic for member in members for topic in member.topics})
        self.create_topics(topics)
        partitions = [partition for topic in topics for partition in self.partitions(topic)]
        for index, member in enumerate(members):
            member.assign(partitions[index :: len(members)])


class MemorySource:
    """A member of a group of the broker in memory."""

    def __init__(
        self, broker: MemoryBroker, group: str, topics: Sequence[str], on_revoked: OnRevoked
    ) -> None:
        self.assignment = Assignment()
        self.topics = topics
        self._broker = broker
        self._group = group
        self._on_revoked = on_revoked
        self._positions: dict[Partition, int] = {}
        self._fetched: set[Partition] = set()

    async def poll(
        self, partitions: Collection[Partition], seconds: float, max_records: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Return the next records of some of the partitions."""
        records = self._next(partitions, max_records)
        if not records and seconds:
            try:
                async with asyncio.timeout(seconds):
                    await self._broker.written()
            except TimeoutError:
                return {}
            records = self._next(partitions, max_records)
        return records

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue reading a partition from an offset."""
        if partition in self.assignment.partitions:
            self._positions[partition] = offset

    def fetch_only(self, partitions: Collection[Partition]) -> None:
        """Read these partitions only."""
        self._fetched = set(partitions) & self.assignment.partitions

    async def fetch_position(self, partition: Partition) -> int:
        """Return the next offset to read."""
        return self._positions.get(partition, 0)

    def partitions(self, topic: str) -> Collection[Partition]:
        """Return all partitions of a topic."""
        return self._broker.partitions(topic)

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """Return the bounds of the partitions."""
        logs = {partition: self._broker.log(partition) for partition in partitions}
        return {partition: Bounds(log.first, log.end) for partition, log in logs.items()}

    def end(self, partition: Partition) -> int | None:
        """Return the end of a partition."""
        return self._broker.log(partition).end

    async def verify_topics(self) -> None:
        """Compare the topics with those of the assigned partitions."""
        joined = {partition.topic: partition.generation for partition in self.assignment.partitions}
        require_same_topics(joined, {topic: self._broker.generation_of(topic) for topic in joined})

    async def commit_hint(self, positions: Mapping[Partition, int]) -> None:
        """Commit positions to the broker."""
        self._broker.commit(self._group, positions)

    async def leave(self) -> None:
        """Leave the group."""
        await self._broker.drop(self._group, self)

    async def revoke(self) -> None:
        """Drop the assignment until the group has rebalanced."""
        self.assign(())
        await self._on_revoked()

    def assign(self, partitions: Collection[Partition]) -> None:
        """Adopt an assignment."""
        self._positions, self._fetched = {}, set()
        self.assignment.change(partitions)

    def _next(self, partitions: Collection[Partition], max_records: int) -> dict[Partition, Sequence[Record]]:
        by_partition: dict[Partition, Sequence[Record]] = {}
        for partition in sorted(self._fetched & set(partitions) & self._positions.keys()):
            log, position = self._broker.log(partition), self._positions[partition]
            if not log.first <= position <= log.end:
                raise OffsetOutOfRangeError({partition: position})
            start = position - log.first
            records = log.records[start : start + max_records]
            if records:
                by_partition[partition] = records
                self._positions[partition] = position + len(records)
                max_records -= len(records)
            if max_records == 0:
                break
        return by_partition


async def _revoke(members: Sequence[MemorySource]) -> None:
    await asyncio.gather(*(member.revoke() for member in members))
