"""SQLite's connections, and turns of a process's writers to one file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiosqlite

ROWS_A_FETCH = 64
ROWS_AT_ONCE: Final = 1000
"""How many rows are read together with their statement."""


class SqliteCursor(aiosqlite.Cursor):
    """A cursor that needs the connection's thread once for a statement; the driver's own needs it four times.

    A statement is executed and its first rows are read in one go; creating and closing a cursor take no time.
    """

    def __init__(self, connection: "SqliteConnection", cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._rows: list[Any] = []
        self._has_more = False
        self._is_abandoned = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        try:
            return await self._conn._execute(fn, *args, **options)  # type: ignore[no-untyped-call] # noqa: SLF001
        except asyncio.CancelledError:
            self._is_abandoned = True
            raise

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "SqliteCursor":
        """Execute a statement, and read its first rows."""
        self._rows = await self._execute(self._executed, sql, parameters or ())
        self._has_more = len(self._rows) == ROWS_AT_ONCE
        return self

    def _executed(self, sql: str, parameters: Iterable[Any]) -> list[Any]:
        self._cursor.execute(sql, parameters)  # type: ignore[arg-type] # a sequence or a mapping
        return self._cursor.fetchmany(ROWS_AT_ONCE) if self._cursor.description else []

    async def fetchone(self) -> Any:
        """Return the next row; None behind the last one."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows, fewer only if there are no more."""
        wanted = size or self.arraysize
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        missing = wanted - len(rows)
        return [*rows, *await super().fetchmany(missing)] if missing and self._has_more else rows

    async def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        rows, self._rows = self._rows, []
        return [*rows, *await super().fetchall()] if self._has_more else rows

    async def close(self) -> None:
        """Close the cursor, behind its statement if that may still run: whoever waited was cancelled."""
        if self._is_abandoned:
            await super().close()
        else:
            self._cursor.close()


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

    def cursor(self) -> SqliteCursor:  # type: ignore[override] # entering it gives itself
        """Return a cursor."""
        return SqliteCursor(self, self._conn.cursor())

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
