"""A cursor that asks its connection once for a statement gives the rows that the driver's own gives."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
    connection = SqliteConnection(":memory:")
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
