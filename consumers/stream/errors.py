"""What can go wrong on the stream, by what is done about it.

StreamError
├── Poison              one record can never be applied: it becomes a dead letter, the rest goes on
├── Transient           the database is away or refuses for now: the partitions rest, then it runs again
├── PositionMoved       somebody else applied these records: go on from the stored positions
├── Stalled             records wait and do not come: the group is left and joined anew
└── Halt                the process stops, because a person has to decide
    ├── PositionOutOfRange
    ├── TopicMadeAnew
    └── TooManyDeadLetters
"""

from collections.abc import Mapping

from consumers.stream.records import Partition


class StreamError(Exception):
    """Anything the stream raises by itself.

    Attributes:
        exit_code: what a process ends with that cannot go on for it.
    """

    exit_code = 1


class Poison(StreamError):
    """A record that can never be applied: it goes to the dead letters, and the rest goes on.

    Attributes:
        reason: what is wrong with it, for a person to read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transient(StreamError):
    """The database does not answer, or refuses for now: the partitions rest, then their records run again.

    Attributes:
        away: it does not answer at all; otherwise other transactions were in the way too often.
    """

    def __init__(self, message: str, *, away: bool = True) -> None:
        super().__init__(message)
        self.away = away


class PositionMoved(StreamError):
    """Somebody else has applied records of these partitions: the batch is refused.

    Either another member owns them by now, or an earlier commit went through although its answer was
    lost. Both go on from the stored positions.

    Attributes:
        stored: the positions in the database, of the partitions where they are not the expected ones.
    """

    def __init__(self, stored: Mapping[Partition, int], expected: Mapping[Partition, int]) -> None:
        told = [f"{p.topic}/{p.number} is at {at}, expected {expected[p]}" for p, at in stored.items()]
        super().__init__(f"the stored positions moved: {'; '.join(told)}")
        self.stored = stored


class Stalled(StreamError):
    """Partitions have records waiting that do not come, although nothing holds them up here."""

    exit_code = 5


class Halt(StreamError):
    """The consumer stops, because going on would do harm and waiting does not help."""


class PositionOutOfRange(Halt):
    """The broker no longer has, or does not have yet, the records at a stored position.

    Records were lost, or a topic was made anew under its old name. What to do is for a person to decide,
    so the process stops and resets nothing.
    """

    exit_code = 4


class TopicMadeAnew(Halt):
    """A topic was deleted and made anew under its old name: its offsets count other records.

    Going on from the stored position would pass over records in silence.
    """

    exit_code = 4


class TooManyDeadLetters(Halt):
    """So many records are poison that their producer must be broken: the batch is not applied.

    Going on would drain the topic into the dead letters.
    """

    exit_code = 3
