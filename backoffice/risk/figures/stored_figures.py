"""The back office's own tables as the store of counted weeks, for an installation without cells."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from backoffice.figures import repository
from backoffice.figures.week_figures import WeekFigures
from backoffice.global_events.models import OUTBOX
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.leases import Lease

LEASE: Final = timedelta(seconds=60)
"""How long others wait for a process that was killed while it counted."""


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """Stores figures in the back office's tables.

    Attributes:
        database: The back office's.
        clock: The machine's, for the lease.
        every: How often weeks are counted.
        holder: This process, for the lease.
    """

    database: Database
    clock: Clock
    every: timedelta
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def hold(self) -> bool:
        """Take or renew the lease; return False while another process has it."""
        async with self.database.write() as connection:
            now = await self.clock.at(connection)
            return await self._lease.hold(connection, now, max(LEASE, 2 * self.every))

    async def leave(self) -> None:
        """End the lease."""
        async with self.database.write() as connection:
            await self._lease.end(connection)

    async def counted(self, brand: str) -> Mapping[str, tuple[bool, datetime]]:
        """Return which counted weeks can no longer change, and when each was counted."""
        async with self.database.read() as connection:
            return await repository.finished(connection, brand)

    async def store(self, figures: WeekFigures, *, finished: bool) -> None:
        """Replace the figures of a week."""
        async with self.database.write() as connection:
            await repository.store(connection, figures, finished=finished)

    @property
    def _lease(self) -> Lease:
        return Lease(OUTBOX.lease, "risk-figures", self.holder)
