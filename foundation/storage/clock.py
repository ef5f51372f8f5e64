"""Clocks: product time, which a rehearsal moves, and machine time.

docs/rehearsal.md says which of the two a piece of code needs. A node compares its clock with the database
server's before it acts.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import UtcDateTime
from foundation.storage.errors import DatabaseAway

MAX_DIFFERENCE: Final = timedelta(seconds=2)
"""How far the clocks may differ: well above what NTP leaves, well below every deadline of money."""


class Clock(Protocol):
    """Product time, always in UTC."""

    def now(self) -> datetime:
        """Return the current instant in UTC, by this node's clock."""

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the instant that a transaction decides by: the same on all nodes, whatever their clocks."""

    @property
    def machine(self) -> "Clock":
        """Return the clock for leases, tokens and signatures, which a rehearsal does not move."""


_DATABASE_TIME: Final = func.utc_timestamp(6, type_=UtcDateTime()).select()


class SystemClock:
    """The machine's own clock, and the database's."""

    def now(self) -> datetime:
        """Return the current instant in UTC, by this node's clock."""
        return datetime.now(UTC)

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the current instant by the database server's clock; with SQLite, by this machine's."""
        if connection.dialect.name == "sqlite":
            return self.now()
        now = await connection.scalar(_DATABASE_TIME)
        return now or self.now()

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


class ClockDiffers(DatabaseAway):
    """This node's clock is wrong, or the database server's: it does not act until they agree again."""


async def database_time(clock: Clock, connection: AsyncConnection) -> datetime:
    """Return the instant that a transaction decides by, if this node's clock agrees with it.

    Raises:
        ClockDiffers: The clocks differ; the message says how far.
    """
    before = clock.now()
    at = await clock.at(connection)
    if (problem := difference(before, at, clock.now())) is not None:
        raise ClockDiffers(f"{problem}; nothing is done here until then")
    return at


def difference(before: datetime, at: datetime, after: datetime) -> str | None:
    """Say how this machine's clock differs from the database server's; None if they agree.

    Args:
        before: This machine's time before the server was asked.
        at: What the server said.
        after: This machine's time when the answer was there: it takes time to ask.
    """
    ahead = ahead_of(before, at, after)
    if abs(ahead) <= MAX_DIFFERENCE:
        return None
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    return (
        f"this machine's clock is {abs(ahead).total_seconds():.0f} s {direction} the database's: "
        "set both by NTP"
    )


def ahead_of(
    before: datetime, at: datetime, after: datetime, resolution: timedelta = timedelta(0)
) -> timedelta:
    """Return by how much this machine is ahead at least of a server that was asked; negative if behind.

    Args:
        before: As for `difference`.
        at: As for `difference`.
        after: As for `difference`.
        resolution: The server's time may be up to this much later than it said.
    """
    return max(before - at - resolution, min(after - at, timedelta(0)))


async def clock_problem(clock: Clock, connection: AsyncConnection) -> str | None:
    """Return how this node's clock differs from the database server's; None if they agree."""
    try:
        await database_time(clock, connection)
    except ClockDiffers as differs:
        return str(differs)
    return None
