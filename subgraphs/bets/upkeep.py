"""Upkeep: goes on with bets that somebody has left, settles those whose markets have results, and forgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

from foundation.storage.database import Database
from subgraphs.bets.models import POSTPONED
from subgraphs.bets.opened import OpenedBets, opened_bets
from subgraphs.bets.records.forgetting import forget
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_name, call
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.rounds import WorkerParts

WORKER: Final = "bets-upkeep"
DUE_BETS: Final = LoopName(WORKER, "bets")
PARTS: Final = LoopName(WORKER, "parts")
BATCH: Final = 200
"""How many bets are looked at before the next ones are read."""

AT_ONCE: Final = 8
"""How many bets a process goes on with at the same time: most of their time they wait for the disk."""

CLAIMED_FOR: Final = timedelta(seconds=30)
"""So long other processes leave a bet alone with which this one goes on."""

ROUND_SECONDS: Final = 30.0
"""How long a round goes on while bets are due."""

SWEEP_SECONDS: Final = 60.0
"""How often it looks for bets that nobody has made due, although their market has a result."""

FORGET_SECONDS: Final = 3_600.0
"""How often it looks for what is to be forgotten."""

STORED_SINCE: Final = timedelta(minutes=10)
LONG_OVER: Final = timedelta(days=30)
"""How long after its start what was bet on is remembered beside the bets: its name, and sums of nothing."""


@dataclass(slots=True)
class Upkeep:
    """Does what is due; several processes may do so at the same time."""

    database: Database
    bets: OpenedBets
    _sweeps_at: float = 0
    _forgets_at: float = 0

    @property
    def loop(self) -> Loop[str]:
        """Return the loop over due bets."""
        work = self.bets.work
        return Loop(
            name=DUE_BETS,
            postponed=PostponedItems(self.database, POSTPONED),
            clock=work.clock,
            named=str,
            put_off=work.store.due_bets.put_off,
            at_once=AT_ONCE,
        )

    async def round(self) -> Mapping[str, int]:
        """Go on with the bets that are due; return how many are still.

        Raises:
            OSError: The database is unavailable.
            SQLAlchemyError: The same.
        """
        work, ends = self.bets.work, monotonic() + ROUND_SECONDS
        loop = self.loop
        parts = Loop(name=PARTS, postponed=loop.postponed, clock=work.clock, named=by_name)
        await parts.each([self._sweep, self._forget], call)
        while due := await self._claimed():
            await loop.each(due, work.advance)
            if monotonic() > ends:
                break
        return {"bets": len(due), **await loop.postponed.counts(WORKER, work.clock)}

    async def _claimed(self) -> list[str]:
        at = await self.bets.work.now()
        return await self.bets.work.store.due_bets.claim(at, BATCH, at + CLAIMED_FOR)

    async def _sweep(self) -> None:
        if monotonic() < self._sweeps_at:
            return
        at = await self.bets.work.now()
        async with self.database.write() as connection:
            await self.bets.work.results.sweep(connection, at - STORED_SINCE, at)
        self._sweeps_at = monotonic() + SWEEP_SECONDS

    async def _forget(self) -> None:
        if monotonic() < self._forgets_at:
            return
        async with self.database.write() as connection:
            at = await self.bets.work.clock.at(connection)
            store = self.bets.work.store
            trading = store.counting.exposures.tables
            is_more = await forget(connection, store.tables, at, (trading.exposed_leg, trading.bet_void))
            await store.counting.exposures.forget(connection, at - LONG_OVER)
        self._forgets_at = 0 if is_more else monotonic() + FORGET_SECONDS

    async def close(self) -> None:
        """Close all connections."""
        await self.bets.close()
        await self.database.close()


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the database of bets."""
    database = Database.open(parts.database, "bets")
    return Upkeep(database, opened_bets(database, parts, parts.changed))
