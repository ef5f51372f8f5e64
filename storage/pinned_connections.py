"""Connections that stay checked out, so that a small read costs its statement and nothing else."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseAway

log = structlog.get_logger(__name__)
Rows: TypeAlias = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A connection of the pool, and what of the driver's runs statements on it."""

    pooled: AsyncConnection
    driver: Any
    cursor: Any

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> Rows:
        if self.cursor is None:  # aiosqlite: one hop to its thread instead of three
            found: Rows = await self.driver.execute_fetchall(sql, parameters)
        else:
            await self.cursor.execute(sql, parameters)
            found = await self.cursor.fetchall()
        return found


class PinnedConnections:
    """A few connections of one database, each for one statement at a time, in the order of asking.

    Each statement is its own transaction and sees what is committed. A connection on which anything went
    wrong is replaced.

    Attributes:
        watch: is shown each statement before it is sent; for tests and for looking closely.
    """

    def __init__(self, engine: AsyncEngine, most: int, seconds: float) -> None:
        """Connects nothing yet.

        Args:
            engine: its pool must have room for them.
            most: how many connections.
            seconds: how long one statement may take.
        """
        self.watch: Callable[[str], None] | None = None
        self._engine = engine
        # Otherwise each connection would stay in one transaction, which keeps migrations waiting.
        mysql = engine.dialect.name != "sqlite"
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT") if mysql else engine
        self._seconds = seconds
        self._turns = asyncio.Semaphore(most)
        self._free: list[_Kept] = []
        self._closing = False

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> Rows:
        """The rows of a SELECT, as the driver gives them.

        Args:
            sql: with the driver's own placeholders.
            parameters: by position.

        Raises:
            DatabaseAway: no connection, or no answer in time.
            Exception: the driver's own, for a statement or parameters that it refuses.
        """
        if self.watch is not None:
            self.watch(sql)
        async with self._turns:
            if self._free:
                try:
                    return await self._fetch_on(self._free.pop(), sql, parameters)
                except DatabaseAway as error:
                    # It may have been closed while it was idle, and then so were the others.
                    if isinstance(error.__cause__, TimeoutError):
                        raise
                    await self._give_up_idle()
            return await self._fetch_on(await self._open(), sql, parameters)

    async def close(self) -> None:
        """Closes the connections; those at work when they are done."""
        self._closing = True
        await self._give_up_idle()

    async def _give_up_idle(self) -> None:
        free, self._free = self._free, []
        for kept in free:
            await _discard(kept.pooled)

    async def _fetch_on(self, kept: _Kept, sql: str, parameters: Sequence[Any]) -> Rows:
        try:
            async with asyncio.timeout(self._seconds):
                rows = await kept.fetch(sql, parameters)
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

    async def _open(self) -> _Kept:
        try:
            async with asyncio.timeout(self._seconds):
                pooled = await self._autocommit.connect()
        except (SQLAlchemyError, OSError) as error:  # a time-out is an OSError
            raise DatabaseAway(f"{type(error).__name__}: {error}") from error
        driver = (await pooled.get_raw_connection()).driver_connection
        if self._engine.dialect.name == "sqlite":
            return _Kept(pooled, driver, None)
        cursor = driver.cursor()  # type: ignore[union-attr] # a connection that is open has its driver's
        return _Kept(pooled, driver, await cursor if inspect.isawaitable(cursor) else cursor)

    def _is_outage(self, error: BaseException) -> bool:
        dbapi = self._engine.dialect.loaded_dbapi
        drivers = [getattr(dbapi, name, OSError) for name in ("OperationalError", "InterfaceError")]
        return isinstance(error, OSError | EOFError | drivers[0] | drivers[1])


async def _discard(pooled: AsyncConnection) -> None:
    """Closes a connection for good; one that is broken may say so again, which nobody needs to know."""
    try:
        await pooled.invalidate()
        await pooled.close()
    except (SQLAlchemyError, OSError) as error:
        log.debug("a broken connection did not close", error=repr(error))
