"""A cursor that asks the connection's thread once gives the rows that the driver's own gives."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from foundation.storage.connections.sqlite import ROWS_AT_ONCE, SqliteConnection, SqliteCursor
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

NUMBERS: Final = """WITH RECURSIVE numbers (number) AS (
    SELECT 1 WHERE :most > 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < :most
) SELECT number FROM numbers"""
FETCHES: Final = st.lists(
    st.sampled_from(["one", 1, 7, ROWS_AT_ONCE - 1, ROWS_AT_ONCE + 1, "all"]), max_size=6
)


@asynccontextmanager
async def connected() -> AsyncIterator[SqliteConnection]:
    """A connection to a database in memory."""
    connection = SqliteConnection(":memory:", check_same_thread=False)
    await connection
    try:
        yield connection
    finally:
        await connection.close()


@given(st.integers(-2, 2), st.sampled_from([0, 1, 2]), FETCHES)
@example(0, 1, ["one", "all"])
@example(1, 2, [7, ROWS_AT_ONCE + 1, "all"])
def test_rows_are_fetched_as_by_the_driver(beside: int, times: int, fetches: list[Any]) -> None:
    """However many rows there are, and however they are fetched."""
    rows = max(0, times * ROWS_AT_ONCE + beside)

    async def fetched() -> list[Any]:
        async with connected() as connection, connection.cursor() as cursor:
            await cursor.execute(NUMBERS, {"most": rows})
            return [await _fetch(cursor, how) for how in fetches]

    with sqlite3.connect(":memory:") as plain:
        known = plain.execute(NUMBERS, {"most": rows})
        expected = [
            known.fetchone() if how == "one" else known.fetchall() if how == "all" else known.fetchmany(how)
            for how in fetches
        ]
    plain.close()
    assert asyncio.run(fetched()) == expected


async def _fetch(cursor: SqliteCursor, how: Any) -> Any:
    match how:
        case "one":
            return await cursor.fetchone()
        case "all":
            return await cursor.fetchall()
    return await cursor.fetchmany(how)


async def test_a_stream_has_all_rows(sqlite_url: str) -> None:
    """SQLAlchemy reads it in parts."""
    database = Database.open(DatabaseSettings(url=sqlite_url), "club")
    most = 2 * ROWS_AT_ONCE + 500
    async with database.read() as connection:
        streamed = await connection.stream(text(NUMBERS), {"most": most})
        assert [number async for (number,) in streamed] == [*range(1, most + 1)]
    await database.close()


async def test_a_statement_of_somebody_cancelled_holds_up_nobody() -> None:
    """It runs on in the connection's thread, and its cursor is closed behind it."""
    began, may_end = Event(), Event()

    def wait() -> int:
        began.set()
        return may_end.wait(60)

    async with connected() as connection:
        await connection.create_function("wait_for_it", 0, wait)
        cursor = connection.cursor()
        running = asyncio.create_task(cursor.execute("SELECT wait_for_it()"))
        await asyncio.to_thread(began.wait, 60)
        running.cancel()
        await asyncio.wait({running})
        closing = asyncio.create_task(cursor.close())
        await asyncio.sleep(0)
        assert not closing.done()
        may_end.set()
        await closing
        async with connection.cursor() as another:
            await another.execute("SELECT 1")
            assert await another.fetchall() == [(1,)]
