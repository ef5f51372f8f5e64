"""A slow or absent database differs from a fault of ours, by the errors of real servers and drivers."""

from collections.abc import Callable

import pytest
from graphql import GraphQLError
from sqlalchemy import MetaData, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway, is_unavailable
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.graphql.schema_building import UNAVAILABLE, shown_to_caller
from subgraphs.progress.models import METADATA
from tests.support.database_probe import migrate


async def failing(database: Database, *statements: str) -> DBAPIError:
    """The error that the last of some statements ends with, in one transaction."""

    async def run() -> None:
        async with database.write() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    with pytest.raises(DBAPIError) as caught:
        await run()
    return caught.value


@pytest.fixture
async def settings(database_url: str) -> DatabaseSettings:
    """A migrated database, with little patience."""
    database_settings = DatabaseSettings(url=database_url, statement_seconds=1, lock_wait_seconds=1)
    await migrate(database_settings, "progress", METADATA)
    return database_settings


@pytest.mark.usefixtures("mariadb_installed")
@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
async def test_a_database_that_takes_too_long_is_unavailable(settings: DatabaseSettings) -> None:
    """A statement that ran out of time, a lock that was waited for in vain, a connection that was killed."""
    database, other = Database.open(settings, "progress"), Database.open(settings, "progress")
    insert = "INSERT INTO lease (name, holder, expires_at) VALUES ('a', 'b', '2026-01-01')"
    async with other.write() as connection:
        await connection.execute(text(insert))
        faults = [
            await failing(database, "SELECT SLEEP(30) FROM information_schema.tables"),
            await failing(database, insert),
            await failing(database, "KILL CONNECTION_ID()", "SELECT 1"),
        ]
    await database.close()
    await other.close()
    assert [is_unavailable(fault) for fault in faults] == [True] * 3, faults


@pytest.mark.usefixtures("mariadb_installed")
@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
@pytest.mark.parametrize(
    ("number", "words"),
    [(1047, "WSREP has not yet prepared node for application use"), (1180, "Got error 6 during COMMIT")],
)
async def test_a_node_that_has_left_its_cluster_is_unavailable(
    settings: DatabaseSettings, number: int, words: str
) -> None:
    """What Galera's nodes say: the request may succeed at another node, or when this one is back."""
    database = Database.open(settings, "progress")
    signal = f"SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = '{words}'"
    assert is_unavailable(await failing(database, signal))
    await database.close()


async def test_a_table_is_looked_at_for_rows_again_and_again(settings: DatabaseSettings) -> None:
    """What others have committed is seen at once; a table that is not there is an unavailable database."""
    database, other = Database.open(settings, "progress"), Database.open(settings, "progress")
    seen = [await database.has_rows(METADATA.tables["lease"])]
    async with other.write() as connection:
        await connection.execute(
            text("INSERT INTO lease (name, holder, expires_at) VALUES ('a', 'b', '2026-01-01')")
        )
        seen.append(await database.has_rows(METADATA.tables["lease"]))
    seen.append(await database.has_rows(METADATA.tables["lease"]))
    async with other.write() as connection:
        await connection.execute(text("DELETE FROM lease"))
    seen.append(await database.has_rows(METADATA.tables["lease"]))
    assert seen == [False, False, True, False]
    with pytest.raises(DatabaseAway):
        await database.has_rows(Table("nowhere", MetaData()))
    assert not await database.has_rows(METADATA.tables["lease"])
    await database.close()
    await other.close()


async def test_a_server_that_is_not_there_is_unavailable(free_port: Callable[[], int]) -> None:
    """Nobody listens at its address."""
    url = f"mysql+aiomysql://user:password@127.0.0.1:{free_port()}/furlong"
    database = Database.open(DatabaseSettings(url=url), "progress")
    assert is_unavailable(await failing(database, "SELECT 1"))
    await database.close()


async def test_a_fault_of_ours_stays_one(settings: DatabaseSettings) -> None:
    """A table that is missing, or a row that is there, comes again with every try."""
    database = Database.open(settings, "progress")
    faults = [await failing(database, "SELECT * FROM nothing"), await failing(database, "SELECT nothing")]
    await database.close()
    assert [is_unavailable(fault) for fault in faults] == [False] * 2
    assert not is_unavailable(ValueError("of ours"))


@pytest.mark.parametrize(
    "fault", [DatabaseAway("away"), PoolTimeoutError("no connection"), TimeoutError(), ConnectionResetError()]
)
def test_the_caller_gets_a_code_and_no_id(fault: Exception) -> None:
    """A client may try again; nobody need look into a log for it."""
    shown = shown_to_caller(GraphQLError("", original_error=fault))
    assert shown.extensions == {"code": UNAVAILABLE}
