"""The seam between the stream and where records come from: a real broker, the embedded one, or memory."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from consumers.stream.records import Partition, Record

Revoked = Callable[[], Awaitable[None]]
"""Called when the group takes all partitions back: comes to its end within seconds, and raises nothing."""


class Feature(Enum):
    """What not every broker has: each declares its lacks, and the contract suite tests all the rest."""

    SECOND_MEMBER = "members of a group share its partitions"
    ADMINISTRATION = "a topic is made with the partitions and settings asked for"
    DELETION = "a topic is deleted, and one made anew under its name is told from it"
    COMPACTION = "of a compacted topic's records only the newest of a key are kept"
    RETENTION = "old records are dropped, and said to be gone"
    TRANSACTIONS = "records of an aborted transaction are never seen"


class Bounds(NamedTuple):
    """The offsets a partition has: `first` is the oldest, `end` the next to be written."""

    first: int
    end: int


@dataclass(slots=True)
class Assignment:
    """The partitions given to this member.

    Attributes:
        number: counts changes, so that one can be noticed.
    """

    partitions: frozenset[Partition] = frozenset()
    number: int = 0

    def change(self, partitions: Collection[Partition]) -> None:
        """Notes what the group agreed upon."""
        self.partitions = frozenset(partitions)
        self.number += 1


class Source(Protocol):
    """A member of a group that reads topics.

    Partitions are paused when they are given to it: nothing is read before a stored position is sought.
    What is said of a partition that it does not have (any more) is ignored.
    """

    assignment: Assignment

    async def poll(
        self, partitions: Collection[Partition], seconds: float, most: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Records that come next in some of the partitions, waiting for the first of them.

        Raises:
            KafkaError: the broker refuses; OffsetOutOfRangeError where it has no record at a position.
        """

    def seek(self, partition: Partition, offset: int) -> None:
        """Goes on from an offset."""

    def only(self, partitions: Collection[Partition]) -> None:
        """Fetches these partitions, and pauses the others."""

    async def passed(self, partition: Partition) -> int:
        """Up to where a partition was read, offsets that hold no record included."""

    def partitions(self, topic: str) -> Collection[Partition]:
        """All partitions of a topic, whoever reads them."""

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """The offsets that partitions have.

        Raises:
            KafkaError: the broker does not answer.
        """

    def end(self, partition: Partition) -> int | None:
        """The end of a partition when something was fetched from it last."""

    async def verify(self) -> None:
        """Looks whether the topics are still those that were there when the group was joined.

        Raises:
            TopicMadeAnew: one was deleted, and another has its name.
            KafkaError: the broker does not answer.
        """

    async def hint(self, positions: Mapping[Partition, int]) -> None:
        """Tells the broker positions, for its lag tools; nothing depends on it, and nothing is raised."""

    async def leave(self) -> None:
        """Leaves the group, within seconds."""


Join = Callable[[Revoked], Awaitable[Source]]
"""Joins the group and returns with a first assignment. Raises KafkaError."""
