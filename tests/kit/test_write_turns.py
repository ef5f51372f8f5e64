"""The writers of a process to one SQLite file follow one another, and hold no connection while they wait."""

import asyncio

from sqlalchemy import text

from foundation.storage.connections.sqlite import WriteTurns
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

WRITERS = 40
"""More than the pool of a database has connections."""


async def test_writers_follow_one_another_in_order_and_readers_go_on(sqlite_url: str) -> None:
    """The order is that of asking, also between two databases of one file; a reader meets no queue."""
    both = [Database.open(DatabaseSettings(url=sqlite_url), "club") for _ in range(2)]
    done: list[int] = []

    async def write(number: int) -> None:
        async with both[number % 2].write() as connection:
            await connection.execute(text("SELECT 1"))
            done.append(number)

    async with both[0].write():
        writers = [asyncio.create_task(write(number)) for number in range(WRITERS)]
        await asyncio.sleep(0)
        async with asyncio.timeout(120), both[0].read() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        assert done == []
    await asyncio.gather(*writers)
    assert done == list(range(WRITERS))
    for database in both:
        await database.close()


async def test_a_writer_that_gives_up_leaves_the_turn_to_the_next() -> None:
    """A task that is cancelled while it waits, or in its turn, holds up nobody."""
    turns = WriteTurns()

    async def hold() -> None:
        async with turns.turn():
            await asyncio.Event().wait()

    first, second = asyncio.create_task(hold()), asyncio.create_task(hold())
    await asyncio.sleep(0)
    third = asyncio.create_task(turns.turn().__aenter__())
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    async with asyncio.timeout(120):
        await third


async def test_a_writer_that_waits_too_long_goes_without_a_turn() -> None:
    """Two tasks that wait for one another's files do not wait for ever: SQLite tells them."""
    turns = WriteTurns(patience_seconds=0)
    async with turns.turn(), asyncio.timeout(120), turns.turn():
        pass
    async with turns.turn():
        pass
