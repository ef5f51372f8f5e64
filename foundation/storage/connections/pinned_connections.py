"""Connections that stay checked out of the pool, so that a small read costs only its statement."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import structlog
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.dependencies import RECORDED
from foundation.storage.errors import DatabaseAway

log = structlog.get_logger(__name__)
Rows: TypeAlias = Sequence[tuple[Any, ...]]


class _Pinned(Struct, frozen=True):
    """A pooled connection, and the driver's object that runs statements on it."""

    pooled: AsyncConnection
    driver: Any
    cursor: Any


class PinnedConnections:
    """A few connections to one database; each runs one statement at a time, first come, first served.

    Each statement is its own transaction and sees committed data. A connection that fails is replaced.

    Attributes:
        watch: Called with each statement before it is sent, for tests and debugging.
    """

    def __init__(self, engine: AsyncEngine, most: int, seconds: float) -> None:
        """Create the set; nothing connects yet.

        Args:
            engine: Its pool must have room for the connections.
            most: The maximum number of connections.
            seconds: The time limit of one statement.
        """
        self.watch: Callable[[str], None] | None = None
        self._engine = engine
        # Without autocommit a connection stays in one transaction, which blocks migrations.
        mysql = engine.dialect.name != "sqlite"
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT") if mysql else engine
        self._seconds = seconds
        self._most = most
        self._turns = asyncio.Semaphore(most)
        self._free: list[_Pinned] = []
        self._closing = False

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> Rows:
        """Return the rows of a SELECT, as the driver returns them.

        Args:
            sql: The statement, with the driver's placeholders.
            parameters: The values, by position.

        Raises:
            DatabaseAway: No connection, or no response in time.
            Exception: The driver's own, if the database refuses the statement or its parameters.
        """
        recorded = RECORDED.get()
        if recorded is not None:  # a batch belongs to no request
            recorded.is_covered = False
        if self.watch is not None:
            self.watch(sql)
        async with self._turns:
            if self._free:
                try:
                    return await self._fetch_on(self._free.pop(), sql, parameters)
                except DatabaseAway as error:
                    # The server may have closed it while it was idle, and then the others, too.
                    if isinstance(error.__cause__, TimeoutError):
                        raise
                    await self._give_up_idle()
            return await self._fetch_on(await self._open(), sql, parameters)

    async def close(self) -> None:
        """Close the connections; first, wait for the statements that were begun.

        Who began one may not wait for it: a request that has failed meanwhile, for example.
        """
        self._closing = True
        for _ in range(self._most):
            await self._turns.acquire()
        for _ in range(self._most):
            self._turns.release()
        await self._give_up_idle()

    async def _give_up_idle(self) -> None:
        free, self._free = self._free, []
        for kept in free:
            await _discard(kept.pooled)

    async def _fetch_on(self, kept: _Pinned, sql: str, parameters: Sequence[Any]) -> Rows:
        try:
            async with asyncio.timeout(self._seconds):
                if kept.cursor is None:  # SQLite: one turn of the loop instead of three
                    rows: Rows = await kept.driver.rows_of(sql, parameters)
                else:
                    await kept.cursor.execute(sql, parameters)
                    rows = await kept.cursor.fetchall()
        except BaseException as error:
            await _discard(kept.pooled)
            if self._is_outage(error):
                raise DatabaseAway(f"{type(error).__name__}: {error}") from error
            raise
        if self._closing:
            await _discard(kept.pooled)
        else:
            self._free.append(kept)
        return rows

    async def _open(self) -> _Pinned:
        try:
            async with asyncio.timeout(self._seconds):
                pooled = await self._autocommit.connect()
        except (SQLAlchemyError, OSError) as error:  # a timeout is an OSError
            raise DatabaseAway(f"{type(error).__name__}: {error}") from error
        driver = (await pooled.get_raw_connection()).driver_connection
        if self._engine.dialect.name == "sqlite":
            return _Pinned(pooled, driver, None)
        cursor = driver.cursor()  # type: ignore[union-attr] # a connection that is open has its driver's
        return _Pinned(pooled, driver, await cursor if inspect.isawaitable(cursor) else cursor)

    def _is_outage(self, error: BaseException) -> bool:
        dbapi = self._engine.dialect.loaded_dbapi
        drivers = [getattr(dbapi, name, OSError) for name in ("OperationalError", "InterfaceError")]
        return isinstance(error, OSError | EOFError | drivers[0] | drivers[1])


async def _discard(pooled: AsyncConnection) -> None:
    """Close a connection for good; a broken one may fail again, which does not matter."""
    try:
        await pooled.invalidate()
        await pooled.close()
    except (SQLAlchemyError, OSError) as error:
        log.debug("broken_connection_not_closed", error=repr(error))
