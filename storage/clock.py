"""Where the time of day comes from: product time, which a rehearsal moves, and machine time.

docs/rehearsal.md has the rule which of the two a line of code needs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import UtcDateTime


class Clock(Protocol):
    """Tells product time, always in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC, by this node."""

    async def at(self, connection: AsyncConnection) -> datetime:
        """The instant by which a transaction decides: the same for all nodes, whatever their clocks say."""

    @property
    def machine(self) -> "Clock":
        """The clock of leases, tokens and signatures, which a rehearsal does not move."""


class SystemClock:
    """The machine's own clock, and the database's."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC, by this node."""
        return datetime.now(UTC)

    async def at(self, connection: AsyncConnection) -> datetime:
        """The present instant by the database's server; for SQLite that is this machine."""
        if connection.dialect.name == "sqlite":
            return self.now()
        found = await connection.scalar(func.utc_timestamp(6, type_=UtcDateTime()).select())
        return found or self.now()

    @property
    def machine(self) -> Clock:
        """This clock."""
        return self


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved: for tests and for looking at another moment."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self.instant

    async def at(self, connection: AsyncConnection) -> datetime:
        """The same instant: its database keeps the same time."""
        del connection
        return self.instant

    @property
    def machine(self) -> Clock:
        """This clock: a test moves all time at once."""
        return self

    def advance(self, by: timedelta) -> None:
        """Moves the clock forward."""
        self.instant += by
