"""A test finds the databases that another has used as new ones."""

import pytest
from sqlalchemy import insert, select, text

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import METADATA, OUTBOX
from tests.support.database_probe import contents, migrate, migrated
from tests.support.kept_databases import KeptDatabases
from tools.private_mariadb import PrivateMariadb

FACT = {"topic": "t", "key": "k", "value": "{}", "headers": {}}


@pytest.fixture
def kept(mariadb: PrivateMariadb) -> KeptDatabases:
    """Kept databases of the test's own, of which there are none yet."""
    return KeptDatabases(mariadb)


async def note(database: Database) -> int:
    """Insert a row whose number the database gives, and return the number."""
    async with database.write() as connection:
        await connection.execute(insert(OUTBOX.outbox).values(**FACT, written_at=SystemClock().now()))
        return int(await connection.scalar(select(OUTBOX.outbox.c.id)) or 0)


async def test_rows_numbers_and_the_revision_are_as_new(kept: KeptDatabases) -> None:
    """Whatever a test does to rows, the next one has the same databases, without them."""
    urls = []
    for _ in range(2):
        with kept.lent() as url:
            urls.append(url)
            async with migrated(url, "progress", METADATA) as database:
                found = await contents(database, *METADATA.sorted_tables)
                assert [name for name, rows in found.items() if rows] == []
                await migrate(DatabaseSettings(url=url), "progress", METADATA)
                assert await note(database) == 1
                async with database.write() as connection:
                    await connection.execute(OUTBOX.outbox.delete())
                    assert await connection.scalar(text("SELECT version_num FROM alembic_version")) != "x"
                    await connection.execute(text("UPDATE alembic_version SET version_num = 'x'"))
    assert urls[0] == urls[1]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE outbox ADD COLUMN x INT",
        "CREATE TABLE closed_database (x INT)",
        "DROP TABLE repair",
        "CREATE TRIGGER x BEFORE INSERT ON outbox FOR EACH ROW SET NEW.topic = 'x'",
    ],
)
async def test_a_test_that_changes_a_definition_leaves_no_database(kept: KeptDatabases, change: str) -> None:
    """The next one has others."""
    with kept.lent() as first:
        async with migrated(first, "progress", METADATA) as database, database.write() as connection:
            await connection.execute(text(change))
    assert kept.idle == []
    with kept.lent() as second:
        await migrate(DatabaseSettings(url=second), "progress", METADATA)
    assert second != first


async def test_a_test_that_stays_connected_leaves_no_database(kept: KeptDatabases) -> None:
    """Else it might still write while the next one runs."""
    with kept.lent() as url:
        await migrate(DatabaseSettings(url=url), "progress", METADATA)
        database = Database.open(DatabaseSettings(url=url), "progress")
        await note(database)
    await database.close()
    assert kept.idle == []


def test_two_at_once_have_databases_of_their_own(kept: KeptDatabases) -> None:
    """And both are kept."""
    with kept.lent() as one, kept.lent() as other:
        assert one != other
    assert len(kept.idle) == 2
