"""The interface to a broker: a member of a consumer group that reads topics."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from consumers.stream.records import Partition, Record

OnRevoked = Callable[[], Awaitable[None]]
"""Called when the group revokes all partitions; returns within seconds and raises nothing."""


class Feature(Enum):
    """A feature that a broker may lack: each lists what it lacks, and the contract suite tests the rest."""

    SECOND_MEMBER = "members of a group share its partitions"
    ADMINISTRATION = "a topic is created with the requested partitions and settings"
    DELETION = "a topic is deleted, and a topic recreated under its name is told apart from it"
    COMPACTION = "a compacted topic keeps only the newest record of each key"
    RETENTION = "old records are dropped and reported as out of range"
    TRANSACTIONS = "records of an aborted transaction are never read"


class Bounds(NamedTuple):
    """The offsets of a partition: `first` is the oldest record's, `end` the next to be written."""

    first: int
    end: int


@dataclass(slots=True)
class Assignment:
    """The partitions assigned to this member.

    Attributes:
        number: Counts the changes, so that a change can be noticed.
    """

    partitions: frozenset[Partition] = frozenset()
    number: int = 0

    def change(self, partitions: Collection[Partition]) -> None:
        """Replace the assigned partitions."""
        self.partitions = frozenset(partitions)
        self.number += 1


class Source(Protocol):
    """A member of a consumer group that reads topics.

    Newly assigned partitions are paused: nothing is read before the stored position is sought. Calls that
    name a partition which is not assigned (any more) are ignored.
    """

    assignment: Assignment

    async def poll(
        self, partitions: Collection[Partition], seconds: float, max_records: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Return the next records of some of the partitions, waiting for the first of them.

        Raises:
            KafkaError: The broker refuses; OffsetOutOfRangeError if it has no record at a position.
        """

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue reading a partition from an offset."""

    def fetch_only(self, partitions: Collection[Partition]) -> None:
        """Fetch these partitions and pause the others."""

    async def fetch_position(self, partition: Partition) -> int:
        """Return the next offset to read, which may lie beyond offsets that hold no record."""

    def partitions(self, topic: str) -> Collection[Partition]:
        """Return all partitions of a topic, whichever member reads them."""

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        """Return the bounds of the partitions.

        Raises:
            KafkaError: The broker does not answer.
        """

    def end(self, partition: Partition) -> int | None:
        """Return the end of a partition as of the last fetch, or None if it is not known."""

    async def verify_topics(self) -> None:
        """Check that the topics are those that existed when the member joined the group.

        Raises:
            TopicRecreated: A topic was deleted and recreated.
            KafkaError: The broker does not answer.
        """

    async def commit_hint(self, positions: Mapping[Partition, int]) -> None:
        """Commit positions to the broker for its lag tools; nothing depends on it, and nothing is raised."""

    async def leave(self) -> None:
        """Leave the group, within seconds."""


Join = Callable[[OnRevoked], Awaitable[Source]]
"""Joins the group and returns with a first assignment. Raises KafkaError."""
