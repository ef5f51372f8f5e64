"""Whether anything still uses databases that are to be overwritten, and closing one while it is recovered.

Processes get no new connection to a closed database (`storage.database`), and those that they have are ended.
They answer as if its server were away, and use it again once it is open.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import column, select, table, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from cells.claim import without_fence
from foundation.storage.clock import SystemClock
from foundation.storage.columns import UtcDateTime
from foundation.storage.database import CLOSED, create_engine, database_url
from foundation.storage.errors import code_of
from foundation.storage.migrations.upgrade import create_database, status
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA, NotMigrated

_ENDING_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.05
_LEASE: Final = table("lease", column("name"), column("expires_at", UtcDateTime()))


class StillRunning(RuntimeError):
    """Something still uses a database; the message says what."""


async def require_stopped(settings: DatabaseSettings, names: Iterable[str]) -> None:
    """Check that nothing is connected to databases, and that nobody holds a lease there.

    Raises:
        StillRunning: A process is running, or has ended without giving up a lease, which then runs out soon.
        sqlalchemy.exc.SQLAlchemyError: A database cannot be read.
    """
    for name in names:
        if using := await _users(without_fence(settings), name):
            raise StillRunning(
                f"the database of {name} is still in use: {using}. Stop everything that uses it, or, with "
                f"MariaDB or MySQL, only its consumer and the workers: `furlong db close {name}`"
            )


async def _users(settings: DatabaseSettings, name: str) -> str:
    url = database_url(settings, name)
    if url.get_backend_name() == "sqlite" and _is_open(Path(str(url.database))):
        return "a process has the file open"
    engine = create_engine(settings, name)
    try:
        async with engine.connect() as connection:
            if connection.dialect.name != "sqlite" and (connected := await _connected(connection)):
                return f"{connected} connections"
            held = await _leases(connection)
    finally:
        await engine.dispose()
    return f"leases are held: {', '.join(held)}" if held else ""


def _is_open(path: Path) -> bool:
    """Return whether another connection has a database open: only the last one may leave the WAL mode."""
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
    return False


async def _connected(connection: AsyncConnection) -> int:
    """Return how many others are connected; the server lists a connection for a moment after its end."""
    others = text(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
    )
    deadline = time.monotonic() + _ENDING_SECONDS
    while (count := int(await connection.scalar(others) or 0)) and time.monotonic() < deadline:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(_PAUSE_SECONDS)
    return count


async def _leases(connection: AsyncConnection) -> list[str]:
    now = await SystemClock().at(connection)
    held = select(_LEASE.c.name).where(_LEASE.c.expires_at > now).order_by(_LEASE.c.name)
    try:
        return list(await connection.scalars(held))
    except SQLAlchemyError:
        return []  # it has no tables yet, or a restore was interrupted


_NO_SUCH_THREAD = 1094


class CannotBeClosed(RuntimeError):
    """A file of SQLite, whose connections nobody can end."""

    def __init__(self) -> None:
        super().__init__("a database of SQLite cannot be closed: stop everything that uses it")


async def close_database(settings: DatabaseSettings, name: str) -> int:
    """Close a database, creating it if it was lost; return how many connections to it were ended.

    Raises:
        CannotBeClosed: It is SQLite's.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached, or refuses.
    """
    if database_url(settings, name).get_backend_name() == "sqlite":
        raise CannotBeClosed
    await create_database(settings, name)
    engine = create_engine(settings, name)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE TABLE IF NOT EXISTS {CLOSED} (id INT PRIMARY KEY)"))
            others = await connection.scalars(
                text(
                    "SELECT id FROM information_schema.processlist "
                    "WHERE db = DATABASE() AND id <> CONNECTION_ID()"
                )
            )
            return sum([await _end(connection, int(number)) for number in others.all()])
    finally:
        await engine.dispose()


async def open_database(settings: DatabaseSettings, name: str) -> None:
    """Open a database again.

    Raises:
        NotMigrated: It is not restored, or not migrated.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached, or refuses.
    """
    state = await status(settings, name, METADATA[name])
    if not state.serves:
        raise NotMigrated(state)
    engine = create_engine(settings, name)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"DROP TABLE IF EXISTS {CLOSED}"))
    finally:
        await engine.dispose()


async def _end(connection: AsyncConnection, number: int) -> bool:
    try:
        await connection.execute(text(f"KILL CONNECTION {number}"))
    except DBAPIError as error:
        if code_of(error) != _NO_SUCH_THREAD:
            raise
        return False
    return True
