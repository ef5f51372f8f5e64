"""How far each assigned partition has been read, and which of them may be read just now."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from consumers.stream.records import Partition
from consumers.stream.topics import AnyTopic


@dataclass(slots=True)
class Cursor:
    """One assigned partition.

    Attributes:
        position: the first offset not applied yet.
        passed: up to where the partition has been read: beyond `position` where it ends with offsets that
            hold no record, as compaction and transactions leave them.
        target: for a reference topic, up to where it must be read before other topics begin.
        end: the end of the partition, as last seen.
        failures: batches put off in a row.
        rests_until: not to be read before, on the monotonic clock.
        moved_at: when its position last moved or had nothing more to read, on the monotonic clock.
    """

    kafka: TopicPartition
    partition: Partition
    topic: AnyTopic
    position: int
    passed: int
    target: int
    end: int
    moved_at: float
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
        self.rests_until = now + pause
        return pause

    def seen(self, passed: int, end: int | None, now: float) -> None:
        """Notes up to where the partition has been read, and where it ends by now."""
        self.passed, self.end = passed, max(self.end, end or 0)
        if self.lag == 0:
            self.moved_at = now


@dataclass(slots=True)
class Cursors:
    """The cursors of one assignment, by their Kafka partition."""

    by_kafka: dict[TopicPartition, Cursor] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Cursor]:
        return iter(self.by_kafka.values())

    def reference_first(self, polled: Iterable[TopicPartition]) -> list[Cursor]:
        """The cursors of partitions, those of reference topics before the others."""
        known = [self.by_kafka[kafka] for kafka in polled if kafka in self.by_kafka]
        return sorted(known, key=lambda cursor: not cursor.topic.reference)

    def readable(self, now: float) -> set[TopicPartition]:
        """Partitions to read now: not resting, and other topics only once reference topics are read."""
        caught_up = all(cursor.passed >= cursor.target for cursor in self if cursor.topic.reference)
        return {
            cursor.kafka
            for cursor in self
            if cursor.rests_until <= now and (caught_up or cursor.topic.reference)
        }

    def stalled(self, now: float, after_seconds: float) -> list[Cursor]:
        """Partitions with records waiting that have not moved for so long."""
        return [cursor for cursor in self if cursor.lag and now - cursor.moved_at > after_seconds]
