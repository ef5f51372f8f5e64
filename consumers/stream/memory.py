"""A broker in memory, and the source over it: for tests that need no network, and know every step.

It keeps to what the stream relies on: order within a partition, groups whose members share the partitions,
offsets that never come again. It does no compaction, forgets nothing by itself, knows no transactions, and no
client speaks to it over a network.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from zlib import crc32

from aiokafka.errors import OffsetOutOfRangeError

from consumers.stream.histories import check_same, generation
from consumers.stream.records import Partition, Record
from consumers.stream.source import Assignment, Bounds, Feature, Revoked


@dataclass(slots=True)
class Log:
    """The records of one partition, from the oldest kept."""

    first: int = 0
    records: list[Record] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The next offset to be written."""
        return self.first + len(self.records)


class MemoryBroker:
    """Topics, groups and their positions, in this process.

    Attributes:
        generation: names its history.
    """

    LACKS: Final = frozenset({Feature.ADMINISTRATION, Feature.COMPACTION, Feature.TRANSACTIONS})

    def __init__(self, generation: str, partitions: int = 4) -> None:
        self.generation = generation
        self._partitions = partitions
        self._logs: dict[str, list[Log]] = {}
        self._made: Counter[str] = Counter()
        self._groups: dict[str, list[MemorySource]] = {}
        self._hints: dict[tuple[str, Partition], int] = {}
        self._written = asyncio.Event()

    def create_topics(self, names: Collection[str]) -> None:
        """Makes the topics that are not there yet."""
        for name in names:
            if name not in self._logs:
                self._logs[name] = [Log() for _ in range(self._partitions)]
                self._made[name] += 1

    def send(self, record: Record, partition: int | None = None) -> Record:
        """Writes a record, where its key belongs unless told otherwise, and gives it as it was written."""
        logs = self._logs[record.topic]
        number = crc32(record.key or b"") % len(logs) if partition is None else partition
        written = replace(record, partition=number, offset=logs[number].end)
        logs[number].records.append(written)
        self._written.set()
        self._written = asyncio.Event()
        return written

    def forget(self, topic: str, partition: int, before: int) -> None:
        """Drops the records of a partition before an offset, as retention does."""
        log = self._logs[topic][partition]
        del log.records[: before - log.first]
        log.first = before

    def delete_topic(self, name: str) -> None:
        """Drops a topic; made anew, it begins at offset 0 again."""
        del self._logs[name]

    async def join(self, group: str, topics: Sequence[str], revoked: Revoked) -> "MemorySource":
        """A new member of a group, with its first assignment."""
        members = self._groups.setdefault(group, [])
        newcomer = MemorySource(self, group, topics, revoked)
        await _revoke(members)
        members.append(newcomer)
        self._share(group)
        return newcomer

    async def drop(self, group: str, member: "MemorySource") -> None:
        """A member leaves its group, or is thrown out of it."""
        members = self._groups[group]
        if member in members:
            await _revoke(members)
            members.remove(member)
            self._share(group)

    def hints(self, group: str) -> dict[Partition, int]:
        """The positions that a group has told."""
        return {partition: at for (name, partition), at in self._hints.items() if name == group}

    def partitions(self, topic: str) -> list[Partition]:
        """All partitions of a topic."""
        named = self.generation_of(topic)
        return [Partition(topic, number, named) for number in range(len(self._logs[topic]))]

    def generation_of(self, topic: str) -> str:
        """Names a topic's history, which begins anew when the topic does."""
        return generation(self.generation, self._made[topic].to_bytes(16))

    def log(self, partition: Partition) -> Log:
        """The records of a partition."""
        return self._logs[partition.topic][partition.number]

    def tell(self, group: str, positions: Mapping[Partition, int]) -> None:
        """Notes a group's positions."""
        self._hints |= {(group, partition): offset for partition, offset in positions.items()}

    async def written(self) -> None:
        """Waits until something is written."""
        await self._written.wait()

    def _share(self, group: str) -> None:
        members = self._groups[group]
        topics = sorted({topic for member in members for topic in member.topics})
        self.create_topics(topics)
        places = [partition for topic in topics for partition in self.partitions(topic)]
        for turn, member in enumerate(members):
            member.assign(places[turn :: len(members)])


class MemorySource:
    """A member of a group of the broker in memory."""

    def __init__(self, broker: MemoryBroker, group: str, topics: Sequence[str], revoked: Revoked) -> None:
        self.assignment = Assignment()
        self.topics = topics
        self._broker = broker
        self._group = group
        self._revoked = revoked
        self._positions: dict[Partition, int] = {}
        self._readable: set[Partition] = set()

    async def poll(
        self, partitions: Collection[Partition], seconds: float, most: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Records that come next in some of the partitions."""
        found = self._next(partitions, most)
        if not found and seconds:
            try:
                async with asyncio.timeout(seconds):
                    await self._broker.written()
            except TimeoutError:
                return {}
            found = self._next(partitions, most)
        return found

    def seek(self, partition: Partition, offset: int) -> None:
        """Goes on from an offset."""
        if partition in self.assignment.partitions:
            self._positions[partition] = offset

    def only(self, partitions: Collection[Partition]) -> None:
        """Reads these partitions only."""
        self._readable = set(partitions) & self.assignment.partitions

    async def passed(self, partition: Partition) -> int:
        """Up to where a partition was read."""
        return self._positions.get(partition, 0)

    def partitions(self, topic: str) -> Collection[Partition]:
        """All partitions of a topic."""
        return self._broker.partitions(topic)

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """The offsets that partitions have."""
        logs = {partition: self._broker.log(partition) for partition in partitions}
        return {partition: Bounds(log.first, log.end) for partition, log in logs.items()}

    def end(self, partition: Partition) -> int | None:
        """The end of a partition."""
        return self._broker.log(partition).end

    async def verify(self) -> None:
        """Compares the topics with those that the partitions are of."""
        joined = {partition.topic: partition.generation for partition in self.assignment.partitions}
        check_same(joined, {topic: self._broker.generation_of(topic) for topic in joined})

    async def hint(self, positions: Mapping[Partition, int]) -> None:
        """Tells the broker positions."""
        self._broker.tell(self._group, positions)

    async def leave(self) -> None:
        """Leaves the group."""
        await self._broker.drop(self._group, self)

    async def revoke(self) -> None:
        """All partitions are taken back until the group has agreed anew."""
        self.assign(())
        await self._revoked()

    def assign(self, partitions: Collection[Partition]) -> None:
        """Takes what the group agreed upon."""
        self._positions, self._readable = {}, set()
        self.assignment.change(partitions)

    def _next(self, partitions: Collection[Partition], most: int) -> dict[Partition, Sequence[Record]]:
        found: dict[Partition, Sequence[Record]] = {}
        for partition in sorted(self._readable & set(partitions) & self._positions.keys()):
            log, position = self._broker.log(partition), self._positions[partition]
            if not log.first <= position <= log.end:
                raise OffsetOutOfRangeError({partition: position})
            start = position - log.first
            records = log.records[start : start + most]
            if records:
                found[partition] = records
                self._positions[partition] = position + len(records)
                most -= len(records)
            if most == 0:
                break
        return found


async def _revoke(members: Sequence[MemorySource]) -> None:
    await asyncio.gather(*(member.revoke() for member in members))
