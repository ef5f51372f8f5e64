"""Where batches go: one transaction that applies the records and stores the positions, both or neither."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.batch import Batch
from consumers.stream.deadletters import DeadLetters, Refused
from consumers.stream.errors import Poison
from consumers.stream.idleness import bound_idleness
from consumers.stream.limits import DeadLetterLimit
from consumers.stream.positions import Positions
from consumers.stream.records import Record
from consumers.stream.topics import AnyTopic, Message
from storage.database import Shard
from storage.tracing import following


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch came to."""

    records: int
    stale: int = 0
    duplicates: int = 0
    dead: Sequence[Refused] = ()
    conflicts: Sequence[Record] = ()

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.records + other.records,
            self.stale + other.stale,
            self.duplicates + other.duplicates,
            (*self.dead, *other.dead),
            (*self.conflicts, *other.conflicts),
        )


@dataclass(frozen=True, slots=True)
class Sink:
    """The database that holds positions, dead letters and the app's own tables."""

    shard: Shard
    positions: Positions
    dead_letters: DeadLetters
    limit: DeadLetterLimit

    async def apply(self, batch: Batch) -> Applied:
        """Applies a batch and stores its positions.

        A record that only the database finds fault with is looked for by halves, each of which is then a
        transaction of its own.

        Raises:
            PositionMoved: a stored position is not the one that the batch follows; nothing is changed.
            TooManyDeadLetters: the producer must be broken; nothing is changed.
        """
        messages, poison = decode(batch.topic, batch.records)
        try:
            return await self._commit(batch, messages, poison)
        except DataError as fault:
            if len(messages) > 1:
                one, other = batch.halves()
                return await self.apply(one) + await self.apply(other)
            poison = [*poison, *(Refused(message.record, refusal(fault)) for message in messages)]
            return await self._commit(batch, [], poison)

    async def _commit(
        self, batch: Batch, messages: Sequence[Message[object]], poison: Sequence[Refused]
    ) -> Applied:
        async with self.shard.write() as connection:
            await bound_idleness(connection)
            await self.positions.lock(connection, batch.follows, batch.initial)
            applied = await self._changes(connection, batch, messages, poison)
            self.limit.check(batch.topic.name, len(batch), applied.dead)
            await self.dead_letters.store(connection, batch.parts[0].partition.generation, applied.dead)
            await self.positions.store(connection, batch.next_offsets)
        self.limit.note(batch.topic.name, len(batch), len(applied.dead))
        return applied

    async def _changes(
        self,
        connection: AsyncConnection,
        batch: Batch,
        messages: Sequence[Message[object]],
        poison: Sequence[Refused],
    ) -> Applied:
        if not messages:
            return Applied(len(batch), dead=tuple(poison))
        with following(batch.trace_of):
            outcome = await batch.topic.apply(connection, messages)
        refused = [Refused(record, reason) for record, reason in outcome.refused]
        dead = (*poison, *refused)
        return Applied(len(batch), outcome.stale, outcome.duplicates, dead, outcome.conflicts)


def decode(topic: AnyTopic, records: Iterable[Record]) -> tuple[list[Message[object]], list[Refused]]:
    """The messages in records, and the records that hold none."""
    messages: list[Message[object]] = []
    poison: list[Refused] = []
    for record in records:
        try:
            messages.append(Message(record, topic.decode(record)))
        except Poison as found:
            poison.append(Refused(record, found.reason))
    return messages, poison


def refusal(fault: DataError) -> str:
    """Why the database does not take a record."""
    return f"the database does not take it: {fault.orig}"
