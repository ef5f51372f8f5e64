"""Replays the dead letters that wait for a time, such as bets of the future, once it has come."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.cancellation import raise_if_cancelled
from consumers.stream.database.dead_letter_replay import Replay
from consumers.stream.database.retry import cause
from consumers.stream.errors import Transient

log = structlog.get_logger(__name__)
PAGE_SIZE: Final = 1000
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
            while found := await letters.reasons_after(connection, self._read, PAGE_SIZE):
                for letter, reason in found:
                    if (until := waits_until(reason)) is not None:
                        heappush(self._waiting, (until, letter))
                self._read = found[-1][0]
            return await letters.clock.at(connection)
