"""`furlong db upgrade` completes whenever it is repeated, wherever it was interrupted before."""

import asyncio
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, text

from foundation.storage.database import Database, create_engine
from foundation.storage.migrations.lock import MigrationLocked, exclusive
from foundation.storage.migrations.resumable_steps import HalfDoneMigration
from foundation.storage.migrations.upgrade import TablesMissing, migration_config, status, upgrade
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA, NotMigrated, require_migrated
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS, without_settings

DDL = re.compile(r"\s*(CREATE|ALTER)", re.IGNORECASE)
NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)
KILLED_AFTER = Path(__file__).parents[1] / "support" / "processes" / "killed_upgrade.py"


class Interrupted(Exception):
    """What the tests interrupt an upgrade with."""


@contextmanager
def interrupted_after_the_next_ddl(changes: list[str]) -> Iterator[None]:
    """Lets one statement come through that changes the schema, and then ends the upgrade."""

    def end(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if DDL.match(statement) and "CREATE DATABASE" not in statement:
            changes.append(statement)
            raise Interrupted(statement)

    event.listen(Engine, "after_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", end)


async def differences(settings: DatabaseSettings, subgraph: str) -> list[object]:
    """How a migrated database differs from the tables that the code declares."""

    def compare(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(
            compare_metadata(MigrationContext.configure(connection, opts=options), METADATA[subgraph])
        )

    database = Database.open(settings, subgraph)
    try:
        async with database.read() as connection:
            return await connection.run_sync(compare)
    finally:
        await database.close()


@pytest.mark.usefixtures("mariadb_installed")
@pytest.mark.parametrize("new_database_url", ["mariadb"], indirect=True)
@pytest.mark.parametrize("subgraph", sorted(METADATA))
async def test_an_upgrade_that_is_interrupted_after_every_single_statement_completes(
    new_database_url: str, subgraph: str
) -> None:
    """Each attempt gets one statement further and is ended; the last one finds all done, as declared."""
    settings = DatabaseSettings(url=new_database_url)
    changes: list[str] = []
    for _ in range(200):
        before = len(changes)
        try:
            with interrupted_after_the_next_ddl(changes):
                await upgrade(settings, subgraph, METADATA[subgraph])
        except Interrupted:
            continue
        if len(changes) == before:
            break
    assert len(changes) > 10
    assert await differences(settings, subgraph) == []
    assert (await status(settings, subgraph, METADATA[subgraph])).state == "current"


@pytest.mark.parametrize("subgraph", sorted(METADATA))
async def test_each_revision_may_be_repeated_from_any_statement(new_database_url: str, subgraph: str) -> None:
    """With its revision forgotten, as after a kill before that was recorded, all steps are skipped."""
    settings = DatabaseSettings(url=new_database_url)
    await upgrade(settings, subgraph, METADATA[subgraph])
    database = Database.open(settings, subgraph)
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
    await database.close()
    assert (await status(settings, subgraph, METADATA[subgraph])).state == "incomplete"
    await upgrade(settings, subgraph, METADATA[subgraph])
    assert await differences(settings, subgraph) == []


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("statements", [2, 15, 40])
async def test_an_upgrade_that_is_killed_is_continued_by_the_next(
    new_database_url: str, tmp_path: Path, statements: int
) -> None:
    """SIGKILL leaves no lock behind, and whatever was made by then is taken over."""
    killed = await asyncio.to_thread(
        run_forked,
        *(str(KILLED_AFTER), str(statements)),
        environment=without_settings() | {"FURLONG_DATABASE_URL": new_database_url},
        folder=tmp_path,
        timeout=PATIENCE_SECONDS,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    settings = DatabaseSettings(url=new_database_url)
    for subgraph, metadata in METADATA.items():
        await upgrade(settings, subgraph, metadata)
        assert await differences(settings, subgraph) == []


@pytest.mark.usefixtures("processes")
async def test_three_upgrades_at_once_run_one_after_another(new_database_url: str, tmp_path: Path) -> None:
    """Each of three processes ends well, and the tables are as declared."""
    upgrade_all = partial(
        run_forked,
        *("furlong", "db", "upgrade"),
        environment=without_settings() | {"FURLONG_DATABASE_URL": new_database_url},
        folder=tmp_path,
        timeout=PATIENCE_SECONDS,
    )
    for ended in await asyncio.gather(*(asyncio.to_thread(upgrade_all) for _ in range(3))):
        assert ended.returncode == 0, ended.stderr
    for subgraph in METADATA:
        assert await differences(DatabaseSettings(url=new_database_url), subgraph) == []


async def test_an_upgrade_that_waits_too_long_says_who_is_in_the_way(new_database_url: str) -> None:
    """It tells the waiter who holds the lock, then ends with an error of its own; nothing is changed."""
    settings = DatabaseSettings(url=new_database_url)
    await upgrade(settings, "club", METADATA["club"])
    engine = create_engine(settings.model_copy(update={"statement_seconds": 0}), "club")
    told: list[str] = []
    async with exclusive(engine, "furlong_club", None, 10):
        quick = settings.model_copy(update={"url": f"{new_database_url}"})
        with pytest.raises(MigrationLocked, match="another upgrade"):
            await upgrade(quick, "club", METADATA["club"], waiting=told.append, wait_seconds=1.5)
    await engine.dispose()
    assert told
    await upgrade(settings, "club", METADATA["club"])


async def test_a_table_that_is_in_the_way_is_refused_in_words(new_database_url: str) -> None:
    """A table of another shape is neither taken for ours nor dropped."""
    settings = DatabaseSettings(url=new_database_url)
    await upgrade(settings, "club", METADATA["club"])
    database = Database.open(settings, "club")
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        await connection.execute(text("DROP TABLE brand"))
        await connection.execute(text("CREATE TABLE brand (other INTEGER)"))
    await database.close()
    with pytest.raises(HalfDoneMigration, match="table brand has no column"):
        await upgrade(settings, "club", METADATA["club"])


async def test_tables_that_somebody_dropped_are_not_made_again_in_silence(new_database_url: str) -> None:
    """The revision says that they were made: their rows are gone, so a person must know."""
    settings = DatabaseSettings(url=new_database_url)
    await upgrade(settings, "club", METADATA["club"])
    database = Database.open(settings, "club")
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE membership_event"))
    await database.close()
    found = await status(settings, "club", METADATA["club"])
    assert (found.state, found.missing) == ("incomplete", ("membership_event",))
    with pytest.raises(TablesMissing, match="membership_event"):
        await upgrade(settings, "club", METADATA["club"])


async def test_a_database_that_a_newer_version_migrated_is_left_alone(new_database_url: str) -> None:
    """The version before runs on it: it upgrades nothing, and finds that it can serve."""
    settings = DatabaseSettings(url=new_database_url)
    for subgraph, metadata in METADATA.items():
        await upgrade(settings, subgraph, metadata)
    database = Database.open(settings, "club")
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.execute(text("ALTER TABLE brand ADD COLUMN later VARCHAR(10)"))
    await database.close()
    assert (await upgrade(settings, "club", METADATA["club"])).state == "ahead"
    await require_migrated(settings)


async def test_a_database_that_is_behind_is_named(new_database_url: str) -> None:
    """What is not migrated does not serve, and the message says which database, and what to do."""
    settings = DatabaseSettings(url=new_database_url)
    await upgrade(settings, "club", METADATA["club"])
    with pytest.raises(NotMigrated, match=r"rewards is not migrated.*furlong db upgrade"):
        await require_migrated(settings, ["club", "rewards"])


async def test_a_database_that_is_away_is_no_reason_to_upgrade(free_port: Callable[[], int]) -> None:
    """A server that cannot be reached may come back: nothing is said of upgrades."""
    await require_migrated(DatabaseSettings(url=f"mysql+aiomysql://x:y@127.0.0.1:{free_port()}/furlong"))


@pytest.mark.parametrize("subgraph", sorted(METADATA))
def test_migrations_only_add(subgraph: str) -> None:
    """The version before runs on a newer schema: no step drops or changes what it uses.

    New columns are nullable or have a default, because the version before does not write them.
    """
    folder = Path(migration_config(METADATA[subgraph]).get_main_option("version_locations") or "")
    for file in sorted(folder.glob("0*.py")):
        upgrading = file.read_text().partition("def upgrade")[2].partition("def downgrade")[0]
        assert not re.search(r"op\.(drop_\w+|alter_column|rename_table)\(", upgrading), file.name
        # An UPDATE computed from other columns can be repeated.
        assert all(re.match(r"\s*\"UPDATE ", rest) for rest in upgrading.split("op.execute(")[1:]), file.name
        for added in upgrading.split("op.add_column(")[1:]:
            column = added.partition("\n    op.")[0].partition("\n\n")[0]
            assert "nullable=True" in column or "server_default=" in column, (file.name, column)
