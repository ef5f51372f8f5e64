"""A cancelled statement over SQLite delays neither the end of the event loop nor the next statement."""

import asyncio
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

SLOW = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n"
)
GENEROUS_SECONDS = 60


async def cancelled_while_reading(folder: Path, cancels: int) -> None:
    """Cancel a read in the middle of its statement, and end with the connection still being closed."""
    database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "club")

    async def read() -> None:
        async with database.read() as connection:
            await connection.execute(text(SLOW))

    await database.ping()
    reading = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    for _ in range(cancels):
        reading.cancel()
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("cancels", [1, 2, 3])
def test_the_loop_ends_while_a_cancelled_statement_still_runs(tmp_path: Path, cancels: int) -> None:
    """The statement outlives its task, and the loop is closed while the driver's thread is being stopped."""
    loop = Thread(target=lambda: asyncio.run(cancelled_while_reading(tmp_path, cancels)), daemon=True)
    loop.start()
    loop.join(GENEROUS_SECONDS)
    assert not loop.is_alive()


async def test_the_database_serves_on_after_cancelled_statements(tmp_path: Path) -> None:
    """A cancelled statement costs its connection, not the pool."""
    database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}"), "club")
    for cancels in (1, 2):

        async def read() -> None:
            async with database.read() as connection:
                await connection.execute(text(SLOW))

        reading = asyncio.create_task(read())
        await asyncio.sleep(0.05)
        for _ in range(cancels):
            reading.cancel()
            await asyncio.sleep(0)
        await asyncio.wait({reading}, timeout=GENEROUS_SECONDS)
        assert reading.cancelled()
        await database.ping()
    async with asyncio.timeout(GENEROUS_SECONDS):
        await database.close()
