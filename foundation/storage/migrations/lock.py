"""A lock for upgrades of a database, released when its holder's connection ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Waiting: TypeAlias = Callable[[str], None]
"""Called about once a second with a description of who holds the lock."""

POLL_SECONDS = 1


class MigrationLocked(RuntimeError):
    """Another upgrade held the lock for too long."""

    def __init__(self, holder: str, seconds: float) -> None:
        super().__init__(
            f"another upgrade has been running for more than {seconds:g} s ({holder}); "
            "run this one again when it has ended"
        )


@asynccontextmanager
async def exclusive(
    engine: AsyncEngine, name: str, waiting: Waiting | None, wait_seconds: float
) -> AsyncIterator[AsyncConnection]:
    """Yield a connection that holds the database's migration lock.

    On MariaDB and MySQL it is a named lock of the server (`GET_LOCK`), named after the database and `name`.
    On SQLite it is the write lock, which the whole upgrade holds as one transaction.

    Raises:
        MigrationLocked: Another connection held the lock for all of `wait_seconds`.
    """
    deadline = time.monotonic() + wait_seconds
    if engine.dialect.name == "sqlite":
        async with _sqlite(engine, waiting, deadline, wait_seconds) as connection:
            yield connection
        return
    async with engine.connect() as connection:
        lock = f"{name}:{engine.url.database}"[-64:]  # the longest lock name in MySQL
        while not await _obtained(connection, lock):
            holder = await _holder(connection, lock)
            if time.monotonic() >= deadline:
                raise MigrationLocked(holder, wait_seconds)
            if waiting is not None:
                waiting(holder)
        try:
            yield connection
        finally:
            if not connection.invalidated and not connection.closed:
                await connection.rollback()
                await connection.execute(text("SELECT RELEASE_LOCK(:lock)"), {"lock": lock})


async def _obtained(connection: AsyncConnection, lock: str) -> bool:
    answer = await connection.execute(
        text("SELECT GET_LOCK(:lock, :seconds)"), {"lock": lock, "seconds": POLL_SECONDS}
    )
    return bool(answer.scalar())


async def _holder(connection: AsyncConnection, lock: str) -> str:
    answer = await connection.execute(
        text("SELECT id, user, host FROM information_schema.processlist WHERE id = IS_USED_LOCK(:lock)"),
        {"lock": lock},
    )
    row = answer.first()
    return (
        "its connection has just ended" if row is None else f"connection {row.id}, {row.user} at {row.host}"
    )


@asynccontextmanager
async def _sqlite(
    engine: AsyncEngine, waiting: Waiting | None, deadline: float, wait_seconds: float
) -> AsyncIterator[AsyncConnection]:
    holder = "another process is writing to the file"
    async with engine.execution_options(furlong_write=True).connect() as connection:
        while True:
            try:
                await connection.begin()
            except OperationalError as error:
                if "locked" not in str(error.orig):
                    raise
                if waiting is not None:
                    waiting(holder)
                if time.monotonic() >= deadline:
                    raise MigrationLocked(holder, wait_seconds) from error
                await asyncio.sleep(POLL_SECONDS)
            else:
                break
        yield connection
