"""How far each assigned partition has been read, and which of them may be read just now."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from consumers.stream.records import Partition
from consumers.stream.source import Bounds
from consumers.stream.topics import AnyTopic


@dataclass(slots=True)
class Cursor:
    """One assigned partition.

    Attributes:
        first: where the partition begins.
        position: the first offset not applied yet.
        passed: up to where the partition has been read: beyond `position` where it ends with offsets that
            hold no record, as compaction and transactions leave them.
        target: for a reference topic, up to where it must be read before other topics begin.
        end: the end of the partition, as last seen.
        busy: records of it are being applied.
        failures: batches put off in a row.
        rests_until: not to be read before, on the monotonic clock.
        moved_at: when its position last moved, or when it last had nothing to read, might not be read, or
            waited for a worker, on the monotonic clock.
    """

    partition: Partition
    topic: AnyTopic
    first: int
    position: int
    passed: int
    target: int
    end: int
    moved_at: float
    busy: bool = False
    failures: int = 0
    rests_until: float = 0.0
    hinted: int = -1

    @property
    def lag(self) -> int:
        """Records that have not been applied yet."""
        return max(0, self.end - max(self.position, self.passed))

    def moved(self, position: int, now: float) -> None:
        """Notes that records were applied."""
        self.position, self.passed, self.moved_at = position, position, now
        self.failures, self.rests_until = 0, 0.0

    def failed(self, now: float, first_pause: float, longest_pause: float) -> float:
        """Puts the partition to rest, longer each time; returns for how many seconds."""
        pause = min(longest_pause, first_pause * 2.0**self.failures)
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        self.failures = min(self.failures + 1, 30)
        self.passed = self.position
        self.rests_until, self.moved_at = now + pause, now
        return pause

    def seen(self, passed: int, end: int | None, now: float) -> None:
        """Notes up to where the partition has been read, and where it ends by now."""
        self.passed, self.end = max(passed, self.position), max(self.end, end or 0)
        if self.lag == 0:
            self.moved_at = now


@dataclass(slots=True)
class Cursors:
    """The cursors of one assignment, by their partition.

    Attributes:
        awaited: up to where other members must have read their partitions of reference topics before this
            one begins with other topics.
    """

    by_partition: dict[Partition, Cursor] = field(default_factory=dict)
    awaited: dict[Partition, int] = field(default_factory=dict)

    @classmethod
    def over(
        cls,
        topics: Mapping[str, AnyTopic],
        positions: Mapping[Partition, int],
        bounds: Mapping[Partition, Bounds],
        now: float,
    ) -> "Cursors":
        """Cursors at positions, with all that lies before the ends of reference topics to be read first.

        Args:
            topics: by name.
            positions: of the partitions of this member.
            bounds: of these partitions.
            now: on the monotonic clock.
        """
        return cls(
            {
                partition: Cursor(
                    partition=partition,
                    topic=topics[partition.topic],
                    first=bounds[partition].first,
                    position=position,
                    passed=position,
                    target=bounds[partition].end,
                    end=bounds[partition].end,
                    moved_at=now,
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
        """Records that have not been applied yet."""
        return sum(cursor.lag for cursor in self)

    @property
    def resting(self) -> list[Cursor]:
        """Partitions whose last batch was put off."""
        return [cursor for cursor in self if cursor.failures]

    def readable(self, now: float) -> set[Partition]:
        """Partitions to fetch now: not resting, and other topics only once reference topics are read."""
        caught_up = not self.awaited and all(
            cursor.passed >= cursor.target for cursor in self if cursor.topic.reference
        )
        found = set()
        for cursor in self:
            if cursor.rests_until <= now and (caught_up or cursor.topic.reference):
                found.add(cursor.partition)
            else:
                cursor.moved_at = now
        return found

    def idle(self, partitions: Collection[Partition]) -> list[Partition]:
        """Those of which nothing is being applied."""
        return [partition for partition in partitions if not self.by_partition[partition].busy]

    def wait_for_workers(self, partitions: Collection[Partition], now: float) -> None:
        """Notes that no worker was free for what these partitions have: it is not the brokers' delay."""
        for partition in partitions:
            self.by_partition[partition].moved_at = now

    def others_read(self, positions: Mapping[Partition, int]) -> None:
        """Notes how far other members have applied what they have of reference topics."""
        self.awaited = {one: end for one, end in self.awaited.items() if positions.get(one, 0) < end}

    def wake(self) -> None:
        """Ends all rests: the database is back."""
        for cursor in self:
            cursor.rests_until = 0.0

    def stalled(self, now: float, after_seconds: float) -> list[Cursor]:
        """Partitions with records waiting that have not moved for so long."""
        return [
            cursor
            for cursor in self
            if cursor.lag and not cursor.busy and now - cursor.moved_at > after_seconds
        ]
