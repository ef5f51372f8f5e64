"""Statements that wait for a lock on SQLite's file: others go on meanwhile, a cancelled one is undone."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

GENEROUS_SECONDS = 60


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else, who holds the lock of the file's writers."""
    with closing(sqlite3.connect(tmp_path / "club.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE written (number INTEGER)")
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def opened(folder: Path) -> Database:
    """The database of the folder."""
    return Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "club")


async def write(database: Database, number: int) -> None:
    """Write a number."""
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO written VALUES (:number)"), {"number": number})


async def numbers(database: Database) -> list[int]:
    """All that is written."""
    async with database.read() as connection:
        return [*await connection.scalars(text("SELECT number FROM written ORDER BY number"))]


async def test_a_write_waits_for_the_lock_and_readers_go_on(
    tmp_path: Path, other: sqlite3.Connection
) -> None:
    """The event loop serves others meanwhile; when the lock is released, the write happens once."""
    database = opened(tmp_path)
    writing = asyncio.create_task(write(database, 1))
    for _ in range(3):
        assert await numbers(database) == []
        await asyncio.sleep(0.02)
    assert not writing.done()
    other.execute("COMMIT")
    async with asyncio.timeout(GENEROUS_SECONDS):
        await writing
    assert await numbers(database) == [1]
    await database.close()


@pytest.mark.parametrize("cancels", [1, 2, 3])
async def test_a_write_cancelled_while_it_waits_has_done_nothing(
    tmp_path: Path, other: sqlite3.Connection, cancels: int
) -> None:
    """The pool serves on, however often the task was cancelled."""
    database = opened(tmp_path)
    writing = asyncio.create_task(write(database, 1))
    await asyncio.sleep(0.05)
    for _ in range(cancels):
        writing.cancel()
        await asyncio.sleep(0)
    await asyncio.wait({writing}, timeout=GENEROUS_SECONDS)
    assert writing.cancelled()
    other.execute("COMMIT")
    async with asyncio.timeout(GENEROUS_SECONDS):
        await write(database, 2)
    assert await numbers(database) == [2]
    await database.close()


async def test_a_lock_held_for_too_long_is_an_error(tmp_path: Path, other: sqlite3.Connection) -> None:
    """The writer is told, and may try again once the lock is released."""
    database = opened(tmp_path)
    with (
        patch("foundation.storage.connections.sqlite.PAUSES", (0.0, 0.01, 0.02)),
        pytest.raises(OperationalError, match="database is locked"),
    ):
        await write(database, 1)
    other.execute("COMMIT")
    await write(database, 2)
    assert await numbers(database) == [2]
    await database.close()


async def test_opening_cancelled_at_any_moment_leaves_no_connection(tmp_path: Path) -> None:
    """A connection that nobody was given is closed: one left over is reported as a resource warning."""
    for moments in range(12):
        database = opened(tmp_path)
        opening = asyncio.create_task(database.ping())
        for _ in range(moments):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait({opening})
        await database.close()
