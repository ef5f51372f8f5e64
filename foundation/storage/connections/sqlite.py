"""SQLite's connections, and turns of a process's writers to one file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from itertools import repeat
from types import coroutine
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import aiosqlite

ROWS_A_FETCH = 64
LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY})
"""What a pause may help. A snapshot that another writer has left behind stays so: SQLITE_BUSY_SNAPSHOT."""
ROWS_AT_ONCE: Final = 1000
"""How many rows are read together with their statement."""
PAUSES: Final = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, *repeat(0.05, 200))
"""Seconds before each attempt of a statement that finds the file locked; after the last one it fails."""


class SqliteCursor(aiosqlite.Cursor):
    """A cursor that asks its connection once for a statement; the driver's own asks it four times.

    A statement is executed and its first rows are read in one go; creating and closing a cursor take no time.
    """

    def __init__(self, connection: "SqliteConnection", cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._rows: list[Any] = []
        self._has_more = False

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "SqliteCursor":
        """Execute a statement, and read its first rows."""
        self._rows = await self._conn._execute(self._executed, sql, parameters or ())  # type: ignore[no-untyped-call] # noqa: SLF001
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
        """Close the cursor."""
        self._cursor.close()


class SqliteConnection(aiosqlite.Connection):
    """A connection whose statements run on the event loop; the driver hands each of them to a thread.

    A statement of an embedded database takes some ten microseconds, and handing it over several times as
    long. One that finds the file locked has changed nothing: it pauses, lets others go on, and tries again.
    """

    def __init__(self, *location: Any, **options: Any) -> None:
        """Prepare a connection; awaiting it connects. The arguments are those of `sqlite3.connect`."""
        super().__init__(partial(sqlite3.connect, *location, **options | {"timeout": 0}), ROWS_A_FETCH)
        self._tx = cast("Any", _AtOnce())

    def __await__(self) -> Generator[Any, None, "SqliteConnection"]:
        yield from asyncio.sleep(0).__await__()
        self._connection = self._connector()
        return self

    def cursor(self) -> SqliteCursor:  # type: ignore[override] # entering it gives itself
        """Return a cursor."""
        return SqliteCursor(self, self._conn.cursor())

    async def rows_of(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return all rows of a statement."""
        rows: list[tuple[Any, ...]] = await self._execute(self._execute_fetchall, sql, parameters)
        return rows

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        for pause in PAUSES:
            await (asyncio.sleep(pause) if pause else _turn_of_others())  # where a cancelled one ends undone
            if self._connection is None:
                raise ValueError("no active connection")
            try:
                return fn(*args, **options)
            except sqlite3.OperationalError as error:
                if (
                    getattr(error, "sqlite_errorcode", None) not in LOCKED
                ):  # text that isn't UTF-8 has no code
                    raise
                locked = error
        raise locked

    async def close(self) -> None:
        """Close the connection at once, also if whoever waits for it is cancelled."""
        self.stop()

    def stop(self) -> None:
        """Close the connection at once, whoever uses it."""
        self._running = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@coroutine
def _turn_of_others() -> Generator[None]:
    """Do what `asyncio.sleep(0)` does, in a third of the calls."""
    yield


class _AtOnce:
    """Stands for the queue of the driver's thread, to which SQLAlchemy gives one function by itself."""

    def put_nowait(self, job: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        """Run the function, and settle its future."""
        future, function = job
        future.set_result(function())


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
