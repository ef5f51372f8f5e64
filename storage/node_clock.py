"""Compares this node's clock with the database server's: a node whose clock is wrong does not act."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from storage.errors import DatabaseAway

MAX_DIFFERENCE: Final = timedelta(seconds=2)
"""How far the clocks may differ: well above what NTP leaves, well below every deadline of money."""


class ClockDiffers(DatabaseAway):
    """This node's clock is wrong, or the database server's: it does not act until they agree again."""


async def database_time(clock: Clock, connection: AsyncConnection) -> datetime:
    """Return the instant that a transaction decides by, if this node's clock agrees with it.

    Raises:
        ClockDiffers: The clocks differ; the message says how far.
    """
    before = clock.now()
    at = await clock.at(connection)
    ahead = max(before - at, min(clock.now() - at, timedelta(0)))  # it takes time to ask
    if abs(ahead) > MAX_DIFFERENCE:
        direction = "ahead of" if ahead > timedelta(0) else "behind"
        raise ClockDiffers(
            f"this machine's clock is {abs(ahead).total_seconds():.0f} s {direction} the database's: "
            "set both by NTP; nothing is done here until then"
        )
    return at


async def clock_problem(clock: Clock, connection: AsyncConnection) -> str | None:
    """Return how this node's clock differs from the database server's; None if they agree."""
    try:
        await database_time(clock, connection)
    except ClockDiffers as differs:
        return str(differs)
    return None
