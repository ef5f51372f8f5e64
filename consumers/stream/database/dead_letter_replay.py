"""Replays dead letters: when a person asks for it, or when the time has come that they wait for."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from heapq import heappop, heappush
from typing import Final, NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.database.dead_letters import DeadLetter
from consumers.stream.database.retry import Retry, cause
from consumers.stream.database.sink import FAULTS_OF_RECORDS, Sink, fault_reason, is_of_the_database
from consumers.stream.errors import Poison, Transient, raise_if_cancelled
from consumers.stream.topics import AnyTopic, Message

log = structlog.get_logger(__name__)
ATTEMPTS = 5
PAGE_SIZE: Final = 1000


class Fate(Enum):
    """What became of a replayed dead letter."""

    APPLIED = "applied"
    PUBLISHED = "published again"
    STALE = "already applied, or older than what is stored"
    POISON = "still poison"
    UNREAD = "from a topic that the consumer no longer reads"
    GONE = "not found"


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of one replay; the reason says why a letter stays."""

    fate: Fate
    reason: str = ""


class _RollBack(Exception):
    """Ends a rehearsal's transaction without a commit."""

    def __init__(self, replayed: Replayed) -> None:
        super().__init__(replayed.fate.value)
        self.found = replayed


@dataclass(frozen=True, slots=True)
class Replay:
    """Applies dead letters of one consumer, while the consumer may be running.

    A letter is removed in the transaction that applies it, so that a second replay finds nothing. A letter
    that is still poison stays, with its new reason. Newer records may have been applied in the meantime: the
    reducers do not depend on order. The customer's open streams are notified after the commit.
    """

    topics: Mapping[str, AnyTopic]
    sink: Sink

    async def replay(self, letter_id: int) -> Replayed:
        """Apply a letter.

        Raises:
            Transient: The database is unavailable.
        """
        try:
            return await Retry(ATTEMPTS, lambda: None).run(lambda: self._replay_in_transaction(letter_id))
        except FAULTS_OF_RECORDS as fault:
            if is_of_the_database(fault):
                raise
            return await self._keep(letter_id, fault_reason(fault))

    async def rehearse(self, letter_id: int) -> Replayed:
        """Return what replaying a letter would do, and change nothing.

        Raises:
            Transient: The database is unavailable.
        """
        try:
            await self._rehearse_in_transaction(letter_id)
        except _RollBack as rolled_back:
            return rolled_back.found
        except FAULTS_OF_RECORDS as fault:
            if is_of_the_database(fault):
                raise
            return Replayed(Fate.POISON, fault_reason(fault))

    async def replay_all(
        self, topic: str | None, *, dry_run: bool = False
    ) -> AsyncIterator[tuple[int, Replayed]]:
        """Apply all stored letters of one topic or all, oldest first, or tell what that would do.

        Raises:
            Transient: The database is unavailable.
        """
        last = 0
        while True:
            async with self.sink.database.read() as connection:
                ids = await self.sink.dead_letters.ids_after(connection, last, PAGE_SIZE, topic)
            if not ids:
                return
            for last in ids:
                yield last, await (self.rehearse(last) if dry_run else self.replay(last))

    async def _replay_in_transaction(self, letter_id: int) -> Replayed:
        async with self.sink.database.write() as connection:
            letter = await self.sink.dead_letters.lock(connection, letter_id)
            if letter is None:
                return Replayed(Fate.GONE)
            replayed = await self._apply(connection, letter)
            if replayed.fate in {Fate.APPLIED, Fate.STALE}:
                await self.sink.dead_letters.remove(connection, letter_id)
            elif replayed.fate is Fate.POISON:
                await self.sink.dead_letters.set_reason(connection, letter_id, replayed.reason)
        record = letter.record
        if self.sink.changed is not None and replayed.fate is Fate.APPLIED and record.key:
            self.sink.changed({record.key})
        origin = f"{record.topic}/{record.partition}/{record.offset}"
        log.info("dead_letter_replayed", letter=letter_id, origin=origin, fate=replayed.fate.name)
        return replayed

    async def _rehearse_in_transaction(self, letter_id: int) -> NoReturn:
        async with self.sink.database.write() as connection:
            letter = await self.sink.dead_letters.lock(connection, letter_id)
            replayed = Replayed(Fate.GONE) if letter is None else await self._apply(connection, letter)
            raise _RollBack(replayed)

    async def _apply(self, connection: AsyncConnection, letter: DeadLetter) -> Replayed:
        topic = self.topics.get(letter.record.topic)
        if topic is None:
            return Replayed(Fate.UNREAD)
        try:
            message = Message(letter.record, topic.decode(letter.record))
        except Poison as error:
            return Replayed(Fate.POISON, error.reason)
        outcome = await topic.apply(connection, [message])
        for _, reason in outcome.refused:
            return Replayed(Fate.POISON, reason)
        return Replayed(Fate.STALE if outcome.stale or outcome.duplicates else Fate.APPLIED)

    async def _keep(self, letter_id: int, reason: str) -> Replayed:
        async with self.sink.database.write() as connection:
            await self.sink.dead_letters.set_reason(connection, letter_id, reason)
        return Replayed(Fate.POISON, reason)


WAITS_UNTIL: Final = "waits until "


def waiting_reason(until: datetime, why: str) -> str:
    """Return the reason of a letter that is replayed by itself at a time."""
    return f"{WAITS_UNTIL}{until.isoformat()}: {why}"


def waits_until(reason: str) -> datetime | None:
    """Return when a letter with a reason is replayed by itself; None if a person has to do it."""
    if not reason.startswith(WAITS_UNTIL):
        return None
    return datetime.fromisoformat(reason.removeprefix(WAITS_UNTIL).partition(": ")[0])


@dataclass(slots=True)
class WaitingLetters:
    """Replays what has waited long enough, by the database's clock.

    Each member of the group does so, for all partitions: a letter is locked while it is replayed, and the
    others do not find it any more.

    Attributes:
        every_seconds: How often it looks.
    """

    replay: Replay
    every_seconds: float
    _read: int = 0
    _waiting: list[tuple[datetime, int]] = field(default_factory=list)

    async def run(self) -> None:
        """Replay letters until cancelled; wait and retry after errors."""
        while True:
            raise_if_cancelled()
            try:
                await self.step()
            except (Transient, SQLAlchemyError, OSError) as fault:
                log.warning("waiting_letters_not_replayed", error=cause(fault))
            await asyncio.sleep(self.every_seconds)

    async def step(self) -> int:
        """Replay the letters whose time has come; return how many there were."""
        now = await self._look()
        count = 0
        while self._waiting and self._waiting[0][0] <= now:
            until, letter = self._waiting[0]
            replayed = await self.replay.replay(letter)
            heappop(self._waiting)
            if (again := waits_until(replayed.reason)) is not None and again > until:
                heappush(self._waiting, (again, letter))
            count += 1
        return count

    async def _look(self) -> datetime:
        """Note the letters that are new, and return the present time."""
        letters = self.replay.sink.dead_letters
        async with self.replay.sink.database.read() as connection:
            while reasons := await letters.reasons_after(connection, self._read, PAGE_SIZE):
                for letter, reason in reasons:
                    if (until := waits_until(reason)) is not None:
                        heappush(self._waiting, (until, letter))
                self._read = reasons[-1][0]
            return await letters.clock.at(connection)
