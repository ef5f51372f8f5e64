"""One batch of a partition: one transaction that applies its records and stores the position."""

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.stream.deadletters import DeadLetters
from consumers.stream.errors import Poison
from consumers.stream.positions import Positions
from consumers.stream.records import Partition, Record
from consumers.stream.topics import AnyTopic, Message
from subgraphs.kit.database import Shard


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order of offset.

    Attributes:
        follows: the position that the batch goes on from: all before it has been applied.
    """

    partition: Partition
    follows: int
    records: Sequence[Record]

    @property
    def next_offset(self) -> int:
        """The position after the batch."""
        return self.records[-1].offset + 1


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch came to."""

    records: int
    stale: int
    dead: int


@dataclass(frozen=True, slots=True)
class Sink:
    """Where batches go: the database that holds positions, dead letters and the app's own tables."""

    shard: Shard
    positions: Positions
    dead_letters: DeadLetters

    async def apply(self, topic: AnyTopic, batch: Batch) -> Applied:
        """Applies a batch and stores its position, both or neither.

        Raises:
            PositionMoved: the stored position is not the one that the batch follows; nothing is changed.
        """
        messages, poison = _decode(topic, batch.records)
        async with self.shard.write() as connection:
            await self.positions.lock(connection, batch.partition, batch.follows)
            stale = 0
            if messages:
                outcome = await topic.apply(connection, messages)
                stale = outcome.stale
                poison = [*poison, *outcome.refused]
            await self.dead_letters.store(connection, batch.partition.generation, poison)
            await self.positions.store(connection, batch.partition, batch.next_offset)
        return Applied(len(batch.records), stale, len(poison))


def _decode(
    topic: AnyTopic, records: Sequence[Record]
) -> tuple[list[Message[object]], list[tuple[Record, str]]]:
    messages: list[Message[object]] = []
    poison: list[tuple[Record, str]] = []
    for record in records:
        try:
            messages.append(Message(record, topic.decode(record)))
        except Poison as found:
            poison.append((record, found.reason))
    return messages, poison
