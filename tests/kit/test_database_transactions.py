"""Reads and write transactions: whole or not at all, one writer after another, on each engine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database, database_url
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.models import STREAM

POSITION = STREAM.position
AT = datetime(2026, 3, 25, tzinfo=UTC)


@pytest.fixture
async def database(each_url: str) -> AsyncIterator[Database]:
    """The club's database on each engine."""
    database = Database.open(DatabaseSettings(url=each_url, pool_size=5), "club")
    yield database
    await database.close()


async def add(connection: AsyncConnection, topic: str, next_offset: int = 0) -> None:
    """Inserts a row."""
    row = {"topic": topic, "partition": 0, "generation": "g", "next_offset": next_offset, "updated_at": AT}
    await connection.execute(insert(POSITION).values(row))


async def topics(database: Database) -> set[str]:
    """Which rows are there."""
    async with database.read() as connection:
        return set((await connection.execute(select(POSITION.c.topic))).scalars())


async def test_a_write_is_committed_at_its_end(database: Database) -> None:
    """What was written is there after the block, and only then."""
    async with database.write() as connection:
        await add(connection, "written")
        assert await topics(database) == set()
    assert await topics(database) == {"written"}


async def test_an_exception_undoes_the_whole_write(database: Database) -> None:
    """A block that raises leaves nothing behind, and the exception comes out as it is."""

    async def write_and_fail() -> None:
        async with database.write() as connection:
            await add(connection, "undone")
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()
    assert await topics(database) == set()


async def test_cancelling_undoes_the_whole_write(database: Database) -> None:
    """A task that is cancelled inside a write leaves nothing behind, and no lock."""
    written = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            await add(connection, "undone")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await asyncio.wait_for(written.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as connection:
        await add(connection, "done")
    assert await topics(database) == {"done"}


async def test_a_write_cancelled_at_any_moment_happens_or_does_not(database: Database) -> None:
    """Whenever the cancellation strikes, both rows exist or none, and the database keeps working."""

    async def write(number: int) -> None:
        async with database.write() as connection:
            await add(connection, f"{number} first")
            await add(connection, f"{number} second")

    for number in range(60):
        task = asyncio.create_task(write(number))
        await asyncio.sleep(number * 0.0002)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    async with database.write() as connection:
        await add(connection, "at the end")
    found = await topics(database)
    for number in range(60):
        assert (f"{number} first" in found) == (f"{number} second" in found)
    assert "at the end" in found


async def test_a_write_cancelled_while_it_commits_is_committed(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A commit that has begun is waited for, so that nobody else touches its connection in the middle."""

    async def write(number: int) -> None:
        async with database.write() as connection:
            await add(connection, f"row {number}")

    for number in range(20):
        task = asyncio.create_task(write(number))

        def strike(_connection: object, task: asyncio.Task[None] = task) -> None:
            task.cancel()

        event.listen(database._engine.sync_engine, "commit", strike, once=True)
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await topics(database) == {f"row {number}" for number in range(20)}
    assert caplog.records == []


async def test_concurrent_writers_lose_no_update(database: Database) -> None:
    """Transactions that read a row for update, and write what they made of it, follow one another."""
    async with database.write() as connection:
        await add(connection, "counter")

    async def count() -> None:
        async with database.write() as connection:
            counter = select(POSITION.c.next_offset).where(POSITION.c.topic == "counter").with_for_update()
            before = await connection.scalar(counter)
            await asyncio.sleep(0.001)
            await connection.execute(update(POSITION).values(next_offset=(before or 0) + 1))

    await asyncio.gather(*(count() for _ in range(20)))
    async with database.read() as connection:
        assert await connection.scalar(select(POSITION.c.next_offset)) == 20


async def test_a_read_does_not_wait_for_a_writer(database: Database) -> None:
    """While a transaction writes, others read what was there before."""
    async with database.write() as connection:
        await add(connection, "being written")
        assert await asyncio.wait_for(topics(database), 60) == set()


async def test_more_readers_than_connections_wait_their_turn(database: Database) -> None:
    """A pool of five serves fifty reads at once."""

    async def read() -> int:
        async with database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(POSITION)) or 0)

    assert await asyncio.gather(*(read() for _ in range(50))) == [0] * 50


@pytest.mark.parametrize(
    ("base", "own"),
    [
        ("sqlite+aiosqlite:///data/here", "sqlite+aiosqlite:///data/here/club.sqlite"),
        ("mysql+aiomysql://u:p@host/furlong", "mysql+aiomysql://u:p@host/furlong_club"),
        ("mysql+aiomysql://u:p@host:3307/x?a=b", "mysql+aiomysql://u:p@host:3307/x_club?a=b"),
    ],
)
def test_each_subgraph_has_a_database_of_its_own(base: str, own: str) -> None:
    """The common URL and the subgraph's name give the subgraph's URL."""
    assert database_url(DatabaseSettings(url=base), "club").render_as_string(hide_password=False) == own


@pytest.mark.parametrize("base", ["postgresql://host/furlong", "mysql+aiomysql://u:secret@host", "sqlite://"])
def test_urls_of_no_use_are_refused_without_telling_the_password(base: str) -> None:
    """Another engine, or no database's name, is refused; the message shows no password."""
    with pytest.raises(ValueError, match="FURLONG_DATABASE_URL") as refused:
        database_url(DatabaseSettings(url=base), "club")
    assert "secret" not in str(refused.value)


async def test_waiting_writers_do_not_keep_the_hot_reads_waiting(each_url: str) -> None:
    """Transactions that wait, for a lock or an upstream, take no connection that small reads need."""
    database = Database.open(DatabaseSettings(url=each_url, pool_size=2, reading_connections=1), "club")
    begun, end = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with database.write():
            begun.set()
            await end.wait()

    writers = [asyncio.create_task(write()) for _ in range(3)]
    await begun.wait()
    await asyncio.sleep(0.5)  # the others would have taken what is left
    assert [row[0] for row in await database.pinned.fetch("SELECT 1", ())] == [1]
    end.set()
    await asyncio.gather(*writers)
    await database.close()
