"""Tracks how far each assigned partition has been read and applied, and which partitions may be read now."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from consumers.stream.broker.source import Bounds
from consumers.stream.records import Partition
from consumers.stream.topics import AnyTopic


@dataclass(slots=True)
class Cursor:
    """The progress of one assigned partition. Times are on the monotonic clock.

    Attributes:
        first: The first offset of the partition.
        position: The first offset that has not been applied.
        fetch_position: The next offset to read. It lies beyond `position` if the partition ends with offsets
            that hold no record, as compaction and transactions leave them.
        target: For a reference topic, the offset up to which it is read before other topics.
        end: The end of the partition as last seen.
        progress_at: When the position last moved, or when the partition last had nothing to read, could not
            be read, or waited for a worker.
        busy: Whether records of the partition are being applied.
        failures: How many batches in a row were deferred.
        backoff_until: When the partition may be read again.
        hinted: The position last committed to Kafka.
    """

    partition: Partition
    topic: AnyTopic
    first: int
    position: int
    fetch_position: int
    target: int
    end: int
    progress_at: float
    busy: bool = False
    failures: int = 0
    backoff_until: float = 0.0
    hinted: int = -1

    @property
    def lag(self) -> int:
        """Return how many records have not been applied yet."""
        return max(0, self.end - max(self.position, self.fetch_position))

    def advance(self, position: int, now: float) -> None:
        """Move to a position after records were applied."""
        self.position, self.fetch_position, self.progress_at = position, position, now
        self.failures, self.backoff_until = 0, 0.0

    def back_off(self, now: float, first_pause: float, longest_pause: float) -> float:
        """Stop reading for a pause, longer after each failure, and return its seconds."""
        pause = min(longest_pause, first_pause * 2.0**self.failures)
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        self.failures = min(self.failures + 1, 30)
        self.fetch_position = self.position
        self.backoff_until, self.progress_at = now + pause, now
        return pause

    def update_end(self, fetch_position: int, end: int | None, now: float) -> None:
        """Note the next offset to read, and the end of the partition if it is known."""
        self.fetch_position, self.end = max(fetch_position, self.position), max(self.end, end or 0)
        if self.lag == 0:
            self.progress_at = now


@dataclass(slots=True)
class Cursors:
    """The cursors of one assignment, by partition.

    Attributes:
        awaited: Offsets up to which other members must apply their partitions of reference topics before
            this member reads other topics.
    """

    by_partition: dict[Partition, Cursor] = field(default_factory=dict)
    awaited: dict[Partition, int] = field(default_factory=dict)

    @classmethod
    def at_positions(
        cls,
        topics: Mapping[str, AnyTopic],
        positions: Mapping[Partition, int],
        bounds: Mapping[Partition, Bounds],
        now: float,
    ) -> "Cursors":
        """Return cursors at positions; reference topics are to be read to their present ends first.

        Args:
            topics: The app's topics by name.
            positions: The positions of this member's partitions.
            bounds: The bounds of these partitions.
            now: The current time on the monotonic clock.
        """
        return cls(
            {
                partition: Cursor(
                    partition=partition,
                    topic=topics[partition.topic],
                    first=bounds[partition].first,
                    position=position,
                    fetch_position=position,
                    target=bounds[partition].end,
                    end=bounds[partition].end,
                    progress_at=now,
                )
                for partition, position in positions.items()
            }
        )

    def __iter__(self) -> Iterator[Cursor]:
        return iter(self.by_partition.values())

    def __getitem__(self, partition: Partition) -> Cursor:
        return self.by_partition[partition]

    @property
    def lag(self) -> int:
        """Return how many records have not been applied yet."""
        return sum(cursor.lag for cursor in self)

    @property
    def backing_off(self) -> list[Cursor]:
        """Return the partitions whose last batch was deferred."""
        return [cursor for cursor in self if cursor.failures]

    def readable(self, now: float) -> set[Partition]:
        """Return the partitions to fetch: not backing off, and reference topics before those that wait."""
        caught_up = not self.awaited and all(
            cursor.fetch_position >= cursor.target for cursor in self if cursor.topic.reference
        )
        partitions = set()
        for cursor in self:
            if cursor.backoff_until <= now and (caught_up or cursor.topic.reads_at_once):
                partitions.add(cursor.partition)
            else:
                cursor.progress_at = now
        return partitions

    def idle(self, partitions: Collection[Partition]) -> list[Partition]:
        """Return the partitions that no worker is applying."""
        return [partition for partition in partitions if not self.by_partition[partition].busy]

    def note_workers_busy(self, partitions: Collection[Partition], now: float) -> None:
        """Note that these partitions waited for a worker, so that they do not count as stalled."""
        for partition in partitions:
            self.by_partition[partition].progress_at = now

    def note_other_members(self, positions: Mapping[Partition, int]) -> None:
        """Note how far other members have applied their partitions of reference topics."""
        self.awaited = {
            partition: end for partition, end in self.awaited.items() if positions.get(partition, 0) < end
        }

    def end_backoff(self) -> None:
        """Let all partitions be read again: the database is available."""
        for cursor in self:
            cursor.backoff_until = 0.0

    def stalled(self, now: float, after_seconds: float) -> list[Cursor]:
        """Return the partitions that have made no progress for that long although records are waiting."""
        return [
            cursor
            for cursor in self
            if cursor.lag and not cursor.busy and now - cursor.progress_at > after_seconds
        ]
