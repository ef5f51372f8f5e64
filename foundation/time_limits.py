"""How long others may take to answer: time in which this process stood still is not theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

TICK_SECONDS: Final = 0.25
LATE_SECONDS: Final = 0.5
"""A tick that is later than this is a process that stood still, most often with the whole machine."""


@asynccontextmanager
async def answered_within(seconds: float) -> AsyncIterator[None]:
    """Cancel the block after so many seconds of the event loop in which this process ran.

    What arrived while it stood still is read first. It gives back at most as much time as it gives.

    Raises:
        TimeoutError: They are over.
    """
    async with asyncio.timeout(None) as limit:
        ticks = _Ticks(asyncio.get_running_loop(), limit, seconds, seconds)
        ticks.go_on()
        try:
            yield
        finally:
            ticks.next.cancel()


@dataclass(slots=True)
class _Ticks:
    """Counts the time of a block.

    Attributes:
        left: How many seconds it has.
        given: How many more may be given back.
    """

    loop: asyncio.AbstractEventLoop
    limit: asyncio.Timeout
    left: float
    given: float
    due: float = 0.0
    next: asyncio.TimerHandle = field(init=False)

    def go_on(self) -> None:
        """Wait for the next tick, or for the end."""
        pause = min(self.left, TICK_SECONDS)
        self.due = self.loop.time() + pause
        self.next = self.loop.call_at(self.due, self._tick, pause)

    def _tick(self, pause: float) -> None:
        late = self.loop.time() - self.due
        took = pause + late
        if late > LATE_SECONDS and self.given > 0:
            self.given -= took
        else:
            self.left -= took
        if self.left > 0:
            self.go_on()
        else:
            self.limit.reschedule(self.loop.time())
