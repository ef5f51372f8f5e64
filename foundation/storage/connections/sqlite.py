"""SQLite's connections, and turns of a process's writers to one file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiosqlite

ROWS_A_FETCH = 64


class SqliteConnection(aiosqlite.Connection):
    """A connection that can be terminated while it is being closed.

    SQLAlchemy terminates the connection of a cancelled statement while a graceful close still runs. The
    driver's thread ends at the first of the two stops and never responds to the second, so the close would
    wait forever, and with it the event loop that is shutting down.
    """

    def __init__(self, *location: Any, **options: Any) -> None:
        """Prepare a connection; awaiting it connects. The arguments are those of `sqlite3.connect`."""
        super().__init__(partial(sqlite3.connect, *location, **options), ROWS_A_FETCH)
        self._thread.daemon = True  # a process that exits does not wait for its statements
        self._has_stopped = False
        self._stopped: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Return what completes when the thread has closed the connection: the same at every call."""
        if not self._has_stopped:
            self._has_stopped = True
            self._stopped = super().stop()
        return self._stopped


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
