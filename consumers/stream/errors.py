"""Errors of the stream and what is done about each; a cancellation that a library swallowed.

StreamError
├── Poison              one record can never be applied: it becomes a dead letter, the others are applied
├── Transient           the database is unavailable or refuses for now: the partitions back off
├── PositionMoved       another transaction applied these records: continue from the stored positions
├── Stalled             records are waiting but do not arrive: leave the group and join it again
└── Halt                the process stops, because a person has to decide
    ├── ForeignCell
    ├── MixedInstallations
    ├── PositionOutOfRange
    ├── TopicRecreated
    └── TooManyDeadLetters
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from consumers.stream.records import Partition


class StreamError(Exception):
    """Base class of the stream's own errors.

    Attributes:
        exit_code: The exit code of a process that ends with this error.
    """

    exit_code = 1


class Poison(StreamError):
    """A record that can never be applied: it becomes a dead letter, and the others are applied.

    Attributes:
        reason: What is wrong with the record, for a person to read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


UNFORESEEN: Final = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What a record may cause that nobody has thought of."""


def unforeseen(fault: BaseException) -> str:
    """Return why a record cannot be applied of which nobody has thought."""
    return f"it cannot be applied: {type(fault).__name__}: {fault}"


class Transient(StreamError):
    """The database is unavailable or refuses for now: the partitions back off, then are retried.

    Attributes:
        unavailable: Whether the database did not answer. False if the transaction conflicted with others
            too often.
        brief: Whether this passes within a second or so, as while a cell moves: pauses do not grow.
    """

    def __init__(self, message: str, *, unavailable: bool = True, brief: bool = False) -> None:
        super().__init__(message)
        self.unavailable, self.brief = unavailable, brief


class PositionMoved(StreamError):
    """Another transaction has applied records of these partitions: the batch is refused.

    Either another member owns the partitions by now, or an earlier commit of this batch succeeded although
    its answer was lost. In both cases, continue from the stored positions.

    Attributes:
        stored: The stored positions that differ from the expected ones.
    """

    def __init__(self, stored: Mapping[Partition, int], expected: Mapping[Partition, int]) -> None:
        moved = [f"{p.topic}/{p.number} is at {at}, expected {expected[p]}" for p, at in stored.items()]
        super().__init__(f"the stored positions moved: {'; '.join(moved)}")
        self.stored = stored


class Stalled(StreamError):
    """Records are waiting but do not arrive, although nothing here prevents it."""

    exit_code = 5


class Halt(StreamError):
    """The consumer stops, because continuing would do harm and waiting does not help."""


class ForeignCell(Halt):
    """The database or the partitions belong to another cell.

    Continuing would write customers of one cell into the database of another.
    """

    exit_code = 6


class MixedInstallations(Halt):
    """Databases, topics or a backup belong to different installations; the message says which is which."""


class PositionOutOfRange(Halt):
    """The broker has no records at a stored position.

    Records were lost, or the topic was recreated. A person must decide what to do, so the process stops
    and resets nothing.
    """

    exit_code = 4


class TopicRecreated(Halt):
    """A topic was deleted and recreated: its offsets count other records.

    Continuing from the stored position would silently skip records.
    """

    exit_code = 4


class TooManyDeadLetters(Halt):
    """So many records are poison that their producer must be broken: the batch is not applied.

    Continuing would drain the topic into the dead letters.
    """

    exit_code = 3


def raise_if_cancelled() -> None:
    """Raise the current task's cancellation if a library swallowed it, as a connecting driver may.

    Raises:
        asyncio.CancelledError: The task was cancelled, but kept running.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
