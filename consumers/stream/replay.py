"""Replays dead letters: the same decoding, the same reducer, and the letter's end in one transaction."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import Enum

import structlog
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.deadletters import DeadLetter
from consumers.stream.errors import Poison
from consumers.stream.faults import Retry
from consumers.stream.sink import Sink, refusal
from consumers.stream.topics import AnyTopic, Message

log = structlog.get_logger(__name__)
ATTEMPTS = 5
IDS_AT_ONCE = 1000


class Fate(Enum):
    """What became of a letter."""

    APPLIED = "applied"
    PUBLISHED = "published anew"
    STALE = "known already, or older than what is stored"
    POISON = "still poison"
    UNREAD = "of a topic that the consumer no longer reads"
    GONE = "not there any more"


@dataclass(frozen=True, slots=True)
class Replayed:
    """The end of one replay; the reason tells why a letter stays."""

    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """Applies dead letters of one consumer, beside the live stream.

    A letter that is applied is removed in the transaction that applies it, so that a second replay finds
    nothing; one that is poison still stays, with the reason it has now. Whether newer records were applied
    in the meantime does not matter: the reducers do not depend on order.
    """

    topics: Mapping[str, AnyTopic]
    sink: Sink

    async def replay(self, letter_id: int) -> Replayed:
        """Applies a letter.

        Raises:
            Transient: the database is away.
        """
        try:
            return await Retry(ATTEMPTS, lambda: None).run(lambda: self._applied(letter_id))
        except DataError as fault:
            return await self._stays(letter_id, refusal(fault))

    async def replay_all(self, topic: str | None) -> AsyncIterator[tuple[int, Replayed]]:
        """Applies all letters that there are, of one topic or all, oldest first.

        Raises:
            Transient: the database is away.
        """
        last = 0
        while True:
            async with self.sink.shard.read() as connection:
                ids = await self.sink.dead_letters.ids_after(connection, last, IDS_AT_ONCE, topic)
            if not ids:
                return
            for last in ids:
                yield last, await self.replay(last)

    async def _applied(self, letter_id: int) -> Replayed:
        async with self.sink.shard.write() as connection:
            letter = await self.sink.dead_letters.hold(connection, letter_id)
            if letter is None:
                return Replayed(Fate.GONE)
            replayed = await self._apply(connection, letter)
            if replayed.fate in {Fate.APPLIED, Fate.STALE}:
                await self.sink.dead_letters.remove(connection, letter_id)
            elif replayed.fate is Fate.POISON:
                await self.sink.dead_letters.explain(connection, letter_id, replayed.reason)
        record = letter.record
        origin = f"{record.topic}/{record.partition}/{record.offset}"
        log.info("dead_letter_replayed", letter=letter_id, origin=origin, fate=replayed.fate.name)
        return replayed

    async def _apply(self, connection: AsyncConnection, letter: DeadLetter) -> Replayed:
        topic = self.topics.get(letter.record.topic)
        if topic is None:
            return Replayed(Fate.UNREAD)
        try:
            message = Message(letter.record, topic.decode(letter.record))
        except Poison as found:
            return Replayed(Fate.POISON, found.reason)
        outcome = await topic.apply(connection, [message])
        for _, reason in outcome.refused:
            return Replayed(Fate.POISON, reason)
        return Replayed(Fate.STALE if outcome.stale or outcome.duplicates else Fate.APPLIED)

    async def _stays(self, letter_id: int, reason: str) -> Replayed:
        async with self.sink.shard.write() as connection:
            await self.sink.dead_letters.explain(connection, letter_id, reason)
        return Replayed(Fate.POISON, reason)
