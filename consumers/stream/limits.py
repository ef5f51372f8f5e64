"""How many records may be poison before the consumer stops: a broken producer must not drain a topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consumers.stream.deadletters import Refused
from consumers.stream.errors import TooManyDeadLetters


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """A bucket for each topic: a dead letter adds one, and each record takes `share` out again.

    So a topic may hold that share of poison for ever, and `most` at once. At a start the buckets hold the
    letters of the last minutes: a supervisor that starts the process again and again drains nothing either.
    """

    most: int
    share: float
    _levels: dict[str, float] = field(default_factory=dict)

    def begin(self, recent: Mapping[str, int]) -> None:
        """Fills the buckets that are not in use yet, with how many letters each topic got lately."""
        for topic, letters in recent.items():
            self._levels.setdefault(topic, letters)

    def check(self, topic: str, records: int, dead: Sequence[Refused]) -> None:
        """Whether a batch may be committed.

        Raises:
            TooManyDeadLetters: its dead letters are over the limit.
        """
        if dead and self._after(topic, records, len(dead)) > self.most:
            record, reason = dead[-1]
            before = self._levels.get(topic, 0.0)
            raise TooManyDeadLetters(
                f"{topic}: {len(dead)} of {records} records are poison, after {before:.0f} lately; "
                f"the last one at {record.partition}/{record.offset}: {reason}"
            )

    def note(self, topic: str, records: int, dead: int) -> None:
        """Counts a batch that was committed."""
        self._levels[topic] = self._after(topic, records, dead)

    def _after(self, topic: str, records: int, dead: int) -> float:
        return max(0.0, self._levels.get(topic, 0.0) + dead - self.share * records)
