"""From the last release to the next version: killed in the middle, continued, and nothing is lost."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Select, delete, insert, select

from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import status, upgrade
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS, without_settings
from tests.support.product.release import (
    changed_tables,
    last_release,
    next_models,
    released_models,
    sample_row,
    write_versions,
)
from tools.new_migration import NothingToMigrate, write_migration

KILLED_AFTER = Path(__file__).parents[1] / "support" / "processes" / "killed_upgrade.py"


@pytest.fixture
async def closing() -> AsyncIterator[AsyncExitStack]:
    """What is closed at the end of the test."""
    async with AsyncExitStack() as stack:
        yield stack


async def fill(database: Database, name: str, released: MetaData) -> None:
    """Write a row into each table as the last release does, which knows nothing of later columns."""
    async with database.write() as connection:
        for table in released.sorted_tables:
            await connection.execute(delete(table))
            await connection.execute(insert(table).values(sample_row(name, table.name)))


async def rows(database: Database, metadata: MetaData) -> dict[str, list[dict[str, Any]]]:
    """Read all rows of some tables."""
    return await _read(database, {table.name: select(table) for table in metadata.sorted_tables})


async def released_rows(database: Database, name: str) -> dict[str, list[dict[str, Any]]]:
    """Read all rows of the tables of the last release, with the columns that these had."""
    tables = METADATA[name].tables
    return await _read(
        database,
        {
            table: select(*(tables[table].c[column] for column in columns))
            for table, columns in last_release()["tables"][name].items()
        },
    )


async def _read(database: Database, selections: Mapping[str, Select[Any]]) -> dict[str, list[dict[str, Any]]]:
    async with database.read() as connection:
        return {
            table: [dict(row) for row in (await connection.execute(selection)).mappings()]
            for table, selection in selections.items()
        }


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """Return how the tables differ from those that are declared."""
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("name", sorted(last_release()["revisions"]))
async def test_an_upgrade_from_the_last_release_that_is_killed_is_continued(
    new_database_url: str, tmp_path: Path, name: str, closing: AsyncExitStack
) -> None:
    """The release goes on writing in between; then its rows are there, with the new columns' defaults."""
    await asyncio.to_thread(write_versions, tmp_path, name)
    settings = DatabaseSettings(url=new_database_url)
    released, wanted = released_models(name, tmp_path), next_models(name, tmp_path)
    await upgrade(settings, name, released)
    database = Database.open(settings, name)
    closing.push_async_callback(database.close)
    await fill(database, name, released)
    before = await released_rows(database, name)
    killed = await asyncio.to_thread(
        run_forked,
        *(str(KILLED_AFTER), "5", name, str(tmp_path)),
        environment=without_settings() | {"FURLONG_DATABASE_URL": new_database_url},
        folder=tmp_path,
        timeout=PATIENCE_SECONDS,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (await status(settings, name, wanted)).state == "behind"
    assert await released_rows(database, name) == before
    await fill(database, name, released)
    await upgrade(settings, name, wanted)
    assert (await status(settings, name, wanted)).state == "current"
    assert (await upgrade(settings, name, released)).state == "ahead"
    after = await rows(database, wanted)
    async with database.read() as connection:
        assert await connection.run_sync(differences, wanted) == []
    assert await released_rows(database, name) == before
    assert [table for table in after.keys() - before.keys() if after[table]] == []
    changed = {table.name for table in changed_tables(wanted)}
    new = {"noted": None, "weight": 7}
    assert all(row.items() >= new.items() for table in changed & before.keys() for row in after[table])


@pytest.mark.parametrize("name", sorted(last_release()["revisions"]))
async def test_a_migration_is_written_from_the_models(tmp_path: Path, name: str) -> None:
    """It names the revision before it and adds what is new; without a difference none is written."""
    with pytest.raises(NothingToMigrate):
        await asyncio.to_thread(write_migration, METADATA[name], "nothing")
    await asyncio.to_thread(write_versions, tmp_path, name)
    (written,) = (tmp_path / "next").glob("*_next.py")
    text = written.read_text(encoding="utf-8")
    newest = max(
        script.name.partition("_")[0] for script in (tmp_path / "next").glob("*.py") if script != written
    )
    assert f"down_revision = {newest!r}" in text
    assert [text.count(f"op.{step}(") for step in ("add_column", "create_table", "create_index")] == [6, 1, 2]
    assert "drop" not in text
