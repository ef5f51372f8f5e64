"""Turns of a process's writers to one SQLite file: first come, first served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary

PATIENCE_SECONDS: Final = 30.0
"""How long a writer waits for its turn; then SQLite decides, and reports after a while that it is locked."""


class WriteTurns:
    """A queue of writers to one file.

    A writer that SQLite keeps waiting sleeps and tries again, in no order: with many writers on a slow
    machine, some do not succeed in time. A writer that waits here takes no connection and no thread.
    """

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience = patience_seconds
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Run the block when all earlier writers of this event loop are done, or after the longest wait."""
        lock = self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience):
                await lock.acquire()
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            lock.release()


@lru_cache(maxsize=1024)
def turns_at(file: str) -> WriteTurns:  # noqa: ARG001 - the key of the cache
    """Return the queue of a file, which all its databases in this process share."""
    return WriteTurns()
