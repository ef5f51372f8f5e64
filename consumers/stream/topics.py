"""The description of a topic by an app: how its records are decoded and applied."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.records import Record

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Message(Generic[E]):
    """A decoded record."""

    record: Record
    event: E


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of applying the messages of a batch.

    Attributes:
        stale: How many messages changed nothing because something newer is stored.
        duplicates: How many messages changed nothing because the same revision is stored.
        refused: Records that only the stored data shows to be poison, with the reason.
        conflicts: Records among the duplicates whose contents differ from what is stored at their revision.
    """

    stale: int = 0
    duplicates: int = 0
    refused: Sequence[tuple[Record, str]] = field(default_factory=tuple)
    conflicts: Sequence[Record] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        """Return the outcome of both."""
        return Outcome(
            self.stale + other.stale,
            self.duplicates + other.duplicates,
            (*self.refused, *other.refused),
            (*self.conflicts, *other.conflicts),
        )


Decode = Callable[[Record], E]
"""Decodes a record. Raises Poison."""

Apply = Callable[[AsyncConnection, Sequence[Message[E]]], Awaitable[Outcome]]
"""Writes a batch's messages in the connection's transaction.

The messages come from one partition or several; those of each partition are in the order of their offsets.
"""


@dataclass(frozen=True, slots=True)
class Topic(Generic[E]):
    """A topic that an app reads.

    Attributes:
        reference: Whether the topic is read to its end before the app's other topics, which depend on it.
        waits: Whether the topic is read only once the reference topics were read to their ends, because it
            depends on them. Public facts that depend on nothing need not wait for all accounts.
        committed: Called after each commit of records of the topic.
        shared: Whether every cell reads all of its partitions, because it is not keyed by customer.
    """

    name: str
    decode: Decode[E]
    apply: Apply[E]
    reference: bool = False
    waits: bool = True
    committed: Callable[[], None] | None = None
    shared: bool = False

    @property
    def reads_at_once(self) -> bool:
        """Whether the topic is read before the reference topics were read to their ends."""
        return self.reference or not self.waits


AnyTopic = Topic[Any]
