"""Limits dead letters, so that a broken producer does not drain a topic into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consumers.stream.database.dead_letters import RejectedRecord
from consumers.stream.errors import TooManyDeadLetters


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """A leaky bucket for each topic: each dead letter adds one, each record drains `share`.

    A topic may therefore always hold that share of poison, and `most` dead letters at once. The buckets start
    with the dead letters of the last minutes, so that a supervisor that keeps restarting the process does not
    drain the topic either.

    Attributes:
        most: The capacity of a bucket.
        share: How much each record drains.
    """

    most: int
    share: float
    _levels: dict[str, float] = field(default_factory=dict)

    def restore(self, recent: Mapping[str, int]) -> None:
        """Fill unused buckets with the number of recent dead letters of each topic."""
        for topic, letters in recent.items():
            self._levels.setdefault(topic, letters)

    def check(self, topic: str, records: int, dead: Sequence[RejectedRecord]) -> None:
        """Check that a batch may be committed.

        Raises:
            TooManyDeadLetters: The batch's dead letters exceed the limit.
        """
        if dead and self._level_after(topic, records, len(dead)) > self.most:
            record, reason = dead[-1]
            before = self._levels.get(topic, 0.0)
            raise TooManyDeadLetters(
                f"{topic}: {len(dead)} of {records} records are poison, after {before:.0f} recent ones; "
                f"the last is at {record.partition}/{record.offset}: {reason}"
            )

    def record(self, topic: str, records: int, dead: int) -> None:
        """Count a batch that was committed."""
        self._levels[topic] = self._level_after(topic, records, dead)

    def _level_after(self, topic: str, records: int, dead: int) -> float:
        return max(0.0, self._levels.get(topic, 0.0) + dead - self.share * records)
