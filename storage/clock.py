"""Clocks: product time, which a rehearsal moves, and machine time.

docs/rehearsal.md says which of the two a piece of code needs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import UtcDateTime


class Clock(Protocol):
    """Product time, always in UTC."""

    def now(self) -> datetime:
        """Return the current instant in UTC, by this node's clock."""

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the instant that a transaction decides by: the same on all nodes, whatever their clocks."""

    @property
    def machine(self) -> "Clock":
        """Return the clock for leases, tokens and signatures, which a rehearsal does not move."""


class SystemClock:
    """The machine's own clock, and the database's."""

    def now(self) -> datetime:
        """Return the current instant in UTC, by this node's clock."""
        return datetime.now(UTC)

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the current instant by the database server's clock; with SQLite, by this machine's."""
        if connection.dialect.name == "sqlite":
            return self.now()
        found = await connection.scalar(func.utc_timestamp(6, type_=UtcDateTime()).select())
        return found or self.now()

    @property
    def machine(self) -> Clock:
        """Return this clock."""
        return self


def seconds_of(clock: Clock) -> Callable[[], float]:
    """Return a function that reads a clock in seconds since the epoch; the machine's costs least."""
    return time.time if type(clock) is SystemClock else lambda: clock.now().timestamp()


@dataclass(slots=True)
class ManualClock:
    """A clock that stops until it is moved, for tests and simulations."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant that the clock was last set to."""
        return self.instant

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the same instant: the database keeps the same time."""
        del connection
        return self.instant

    @property
    def machine(self) -> Clock:
        """Return this clock: tests move all time at once."""
        return self

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.instant += by
