"""The unit of one transaction: records of a topic, and the positions before and after them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from consumers.stream.records import Partition, Record
from consumers.stream.topics import AnyTopic
from foundation.storage.tracing import TRACEPARENT


@dataclass(frozen=True, slots=True)
class PartitionRecords:
    """Records of one partition, at least one, in the order of their offsets.

    Attributes:
        position: The position before the records: everything before it has been applied.
        initial_position: The position to store if none is stored; None stands for `position`.
    """

    partition: Partition
    position: int
    records: Sequence[Record]
    initial_position: int | None = None

    @property
    def next_offset(self) -> int:
        """Return the position after the records."""
        return self.records[-1].offset + 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one topic, from one partition or several."""

    topic: AnyTopic
    parts: Sequence[PartitionRecords]

    def __len__(self) -> int:
        return sum(len(part.records) for part in self.parts)

    @property
    def records(self) -> Iterator[Record]:
        """Return all records, partition by partition."""
        return (record for part in self.parts for record in part.records)

    @property
    def expected_positions(self) -> Mapping[Partition, int]:
        """Return the positions before the batch."""
        return {part.partition: part.position for part in self.parts}

    @property
    def initial_positions(self) -> Mapping[Partition, int]:
        """Return the positions to store for partitions that have none."""
        return {
            part.partition: part.position if part.initial_position is None else part.initial_position
            for part in self.parts
        }

    @property
    def next_offsets(self) -> Mapping[Partition, int]:
        """Return the positions after the batch."""
        return {part.partition: part.next_offset for part in self.parts}

    def trace_of(self, key: str) -> str | None:
        """Return the trace of the newest record with a key, from its headers."""
        wanted = key.encode()
        newest_first = (record for part in self.parts for record in reversed(part.records))
        return next((record.header(TRACEPARENT) for record in newest_first if record.key == wanted), None)

    def bisect(self) -> tuple["Batch", "Batch"]:
        """Split a batch of two records or more into two, to be applied one after the other."""
        middle, seen = len(self) // 2, 0
        first: list[PartitionRecords] = []
        second: list[PartitionRecords] = []
        for part in self.parts:
            cut = min(max(middle - seen, 0), len(part.records))
            seen += len(part.records)
            before, after = part.records[:cut], part.records[cut:]
            if before:
                first.append(replace(part, records=before))
            if after:
                position = before[-1].offset + 1 if before else part.position
                second.append(replace(part, position=position, records=after))
        return Batch(self.topic, first), Batch(self.topic, second)
