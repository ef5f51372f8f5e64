"""The seam between the stream and an app: how a topic's records are decoded and applied."""

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
    """What became of the messages of a batch.

    Attributes:
        stale: how many were older than what is stored; they changed nothing.
        duplicates: how many were known already at the same revision; they changed nothing either.
        refused: records that turned out to be poison only beside the stored data, with the reason.
        conflicts: those of the duplicates that say something else than what is stored at their revision.
    """

    stale: int = 0
    duplicates: int = 0
    refused: Sequence[tuple[Record, str]] = field(default_factory=tuple)
    conflicts: Sequence[Record] = ()


Decode = Callable[[Record], E]
"""Raises Poison."""

Apply = Callable[[AsyncConnection, Sequence[Message[E]]], Awaitable[Outcome]]
"""Writes a batch's messages, of one partition or several, those of each in the order of their offsets, in the
transaction of the connection."""


@dataclass(frozen=True, slots=True)
class Topic(Generic[E]):
    """A topic that an app reads.

    Attributes:
        reference: read to its end before the app's other topics begin, because those depend on it.
    """

    name: str
    decode: Decode[E]
    apply: Apply[E]
    reference: bool = False


AnyTopic = Topic[Any]
