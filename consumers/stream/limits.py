"""How many records may be poison before the consumer stops: a broken producer must not drain a topic."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consumers.stream.deadletters import Refused
from consumers.stream.errors import TooManyDeadLetters


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """A bucket for each topic: a dead letter adds one, and each record takes `share` out again.

    So a topic may hold that share of poison for ever, and `most` at once. A stop changes nothing; after a
    start the buckets are empty again.
    """

    most: int
    share: float
    _levels: dict[str, float] = field(default_factory=dict)

    def check(self, topic: str, records: int, dead: Sequence[Refused]) -> None:
        """Whether a batch may be committed.

        Raises:
            TooManyDeadLetters: its dead letters are over the limit.
        """
        if dead and self._after(topic, records, len(dead)) > self.most:
            record, reason = dead[-1].record, dead[-1].reason
            raise TooManyDeadLetters(
                f"{topic}: {len(dead)} of {records} records are poison, and too many before them; "
                f"the last one at {record.partition}/{record.offset}: {reason}"
            )

    def note(self, topic: str, records: int, dead: int) -> None:
        """Counts a batch that was committed."""
        self._levels[topic] = self._after(topic, records, dead)

    def _after(self, topic: str, records: int, dead: int) -> float:
        return max(0.0, self._levels.get(topic, 0.0) + dead - self.share * records)
