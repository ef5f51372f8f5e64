"""Rounds of recovery: try the changes in doubt of several subgraphs, one process at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.kit.mutations.recovery import Recovery
from subgraphs.kit.records.leases import Lease

LEASE: Final = timedelta(seconds=60)
"""The duration of the lease, well above what settling one batch takes if every call times out."""

PACE_SECONDS: Final = 0.05
"""The pause between two batches, so that many waiting changes do not flood the upstream."""


@dataclass(frozen=True, slots=True)
class RecoveryRound:
    """The numbers of changes that a round has settled, and that are still in doubt."""

    settled: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True)
class RecoveryRounds:
    """Tries all changes in doubt while this process holds the lease.

    Attributes:
        database: Where the lease is.
        rest: Waits between two batches.
    """

    database: Database
    lease: Lease
    recoveries: Sequence[Recovery]
    clock: Clock
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def round(self) -> RecoveryRound:
        """Try each change in doubt once, oldest first.

        Raises:
            SQLAlchemyError: A database cannot be reached.
            ClockDiffers: This node's clock is wrong.
            OSError: A database cannot be reached.
        """
        settled = in_doubt = 0
        for recovery in self.recoveries:
            if not await recovery.pending(None, 1):
                continue
            batch = None
            while (batch is None or batch.last) and await self._hold_lease():
                batch = await recovery.settle_some(batch.last if batch else None)
                settled, in_doubt = settled + batch.settled, in_doubt + batch.in_doubt
                await self.rest(PACE_SECONDS)
        return RecoveryRound(settled, in_doubt)

    async def leave(self) -> None:
        """Give up the lease, so that another node can continue at once."""
        async with self.database.write() as connection:
            await self.lease.end(connection)

    async def _hold_lease(self) -> bool:
        async with self.database.write() as connection:
            return await self.lease.hold(
                connection, await database_time(self.clock.machine, connection), LEASE
            )
