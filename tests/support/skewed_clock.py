"""A node whose clock is wrong, before a database whose clock is right."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock


@dataclass(frozen=True, slots=True)
class SkewedClock:
    """A node's wrong clock, and the database's right one."""

    database: Clock
    skew: timedelta

    def now(self) -> datetime:
        """Return the node's own time."""
        return self.database.now() + self.skew

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the database's time."""
        return await self.database.at(connection)

    @property
    def machine(self) -> Clock:
        """Return this clock."""
        return self
