"""What one transaction applies: records of a topic, and where they leave off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from consumers.stream.records import Partition, Record
from consumers.stream.topics import AnyTopic
from storage.tracing import TRACEPARENT


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one partition, at least one, in the order of their offsets.

    Attributes:
        follows: the position that they go on from: all before it has been applied.
        begins: the position where none is stored; as `follows` where it is not said.
    """

    partition: Partition
    follows: int
    records: Sequence[Record]
    begins: int | None = None

    @property
    def next_offset(self) -> int:
        """The position after them."""
        return self.records[-1].offset + 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one topic, of one partition or several."""

    topic: AnyTopic
    parts: Sequence[Part]

    def __len__(self) -> int:
        return sum(len(part.records) for part in self.parts)

    @property
    def records(self) -> Iterator[Record]:
        """All records, partition by partition."""
        return (record for part in self.parts for record in part.records)

    @property
    def follows(self) -> Mapping[Partition, int]:
        """The positions that the batch goes on from."""
        return {part.partition: part.follows for part in self.parts}

    @property
    def initial(self) -> Mapping[Partition, int]:
        """The positions of those partitions that have none stored."""
        return {part.partition: part.follows if part.begins is None else part.begins for part in self.parts}

    @property
    def next_offsets(self) -> Mapping[Partition, int]:
        """The positions after the batch."""
        return {part.partition: part.next_offset for part in self.parts}

    def trace_of(self, key: str) -> str | None:
        """The trace of the newest record with a key, from its headers."""
        wanted = key.encode()
        newest_first = (record for part in self.parts for record in reversed(part.records))
        return next((one.header(TRACEPARENT) for one in newest_first if one.key == wanted), None)

    def halves(self) -> tuple["Batch", "Batch"]:
        """Two batches that come to the same, one after the other; only of two records or more."""
        middle, seen = len(self) // 2, 0
        first: list[Part] = []
        second: list[Part] = []
        for part in self.parts:
            cut = min(max(middle - seen, 0), len(part.records))
            seen += len(part.records)
            here, there = part.records[:cut], part.records[cut:]
            if here:
                first.append(replace(part, records=here))
            if there:
                follows = here[-1].offset + 1 if here else part.follows
                second.append(replace(part, follows=follows, records=there))
        return Batch(self.topic, first), Batch(self.topic, second)
