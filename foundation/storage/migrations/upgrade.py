"""Creates a subgraph's database and upgrades its tables to the newest revision (Alembic).

One process at a time migrates a database. The others wait for a lock, which the server releases when its
holder's connection ends. Each step can be repeated (`resumable_steps`), so the next upgrade
continues one that was killed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Literal, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

from foundation.storage.columns import exact_collation
from foundation.storage.database import (
    CLOSED,
    UNFINISHED_RESTORE,
    create_engine,
    database_url,
    has_file,
)
from foundation.storage.migrations.lock import Waiting, exclusive
from foundation.storage.servers import connected
from foundation.storage.settings import DatabaseSettings

State: TypeAlias = Literal["absent", "empty", "current", "behind", "incomplete", "ahead", "unrestored"]
UNKNOWN_DATABASE = 1049
WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """How far a subgraph's database is migrated.

    Attributes:
        subgraph: The subgraph's name.
        revision: The revision that the database records; None before the first.
        wanted: The newest revision that this version of Furlong knows.
        state: `absent`: no database; `empty`: never migrated; `behind`: an upgrade is needed; `incomplete`:
            an upgrade was interrupted, or tables were dropped; `ahead`: a newer version migrated it;
            `unrestored`: a restore was interrupted.
        missing: Tables of this version that do not exist.
        closed: Whether only what recovers it may connect.
    """

    subgraph: str
    revision: str | None
    wanted: str
    state: State
    missing: tuple[str, ...] = ()
    closed: bool = False

    @property
    def serves(self) -> bool:
        """Return whether this version can run on it: migrations only add, so it may be ahead."""
        return self.state in {"current", "ahead"}


class TablesMissing(RuntimeError):
    """Tables of a revision that is recorded as complete are gone; migrations do not run twice."""

    def __init__(self, state: MigrationStatus) -> None:
        super().__init__(
            f"{state.subgraph} is at revision {state.revision}, but these tables are gone: "
            f"{', '.join(state.missing)}. They have been dropped: restore a backup, or empty the database "
            "and run `furlong db upgrade` and `furlong recover` to rebuild it"
        )


class RestoreUnfinished(RuntimeError):
    """A restore of the database was interrupted."""

    def __init__(self, subgraph: str) -> None:
        super().__init__(
            f"a restore of the database of {subgraph} was interrupted: run `furlong restore` again with "
            f"--only {subgraph}"
        )


def migration_config(metadata: MetaData) -> Config:
    """Return Alembic's configuration for the database of some tables.

    Its migrations are in the folder `metadata.info["migrations"]`. The caller adds
    `attributes["connection"]`.
    """
    config = Config()
    config.set_main_option(
        "script_location", str(Path(str(resources.files("foundation.storage"))) / "migrations")
    )
    config.set_main_option("version_locations", str(metadata.info["migrations"]))
    config.set_main_option("path_separator", "newline")
    config.attributes["metadata"] = metadata
    return config


async def upgrade(
    settings: DatabaseSettings,
    subgraph: str,
    metadata: MetaData,
    *,
    waiting: Waiting | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> MigrationStatus:
    """Create the database if there is none, and run the migrations that it has not had.

    A database that a newer version has migrated is left as it is.

    Args:
        settings: Where the databases are.
        subgraph: The subgraph's name.
        metadata: Its tables.
        waiting: Called repeatedly with the holder of the lock while the upgrade waits for it.
        wait_seconds: How long to wait for the lock.

    Returns:
        The state before the upgrade; its `revision` may be None.

    Raises:
        ServerRefused: Furlong does not run on that server.
        sqlalchemy.exc.SQLAlchemyError: The database cannot be reached, or refuses.
        MigrationLocked: Another upgrade held the lock for too long.
        HalfDoneMigration: Something that a migration creates exists with another definition.
        TablesMissing: Tables of a revision that is recorded as complete are gone.
        RestoreUnfinished: A restore was interrupted.
    """
    await create_database(settings, subgraph)
    # An index over a large table takes longer than any statement of a request may.
    engine = create_engine(settings.model_copy(update={"statement_seconds": 0}), subgraph)
    config = migration_config(metadata)
    try:
        async with exclusive(engine, f"furlong_{subgraph}", waiting, wait_seconds) as connection:
            state = await connection.run_sync(_status, subgraph, metadata)
            if state.state == "unrestored":
                raise RestoreUnfinished(subgraph)
            if state.state not in {"current", "ahead"}:
                await connection.run_sync(_run, config)
                after = await connection.run_sync(_status, subgraph, metadata)
                if after.missing:
                    raise TablesMissing(after)
            await connection.commit()
        return state
    finally:
        await engine.dispose()


def knows(metadata: MetaData, revision: str) -> bool:
    """Tell whether this version of Furlong has a migration of that revision."""
    scripts = ScriptDirectory.from_config(migration_config(metadata))
    return revision in {script.revision for script in scripts.walk_revisions()}


async def status(settings: DatabaseSettings, subgraph: str, metadata: MetaData) -> MigrationStatus:
    """Tell how far a subgraph's database is migrated; nothing is created or changed.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database cannot be reached, or refuses.
    """
    absent = MigrationStatus(subgraph, None, _head(metadata), "absent", _names(metadata))
    if not has_file(settings, subgraph):
        return absent
    engine = create_engine(settings, subgraph)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_status, subgraph, metadata)
    except DBAPIError as error:
        if error.orig is not None and UNKNOWN_DATABASE in error.orig.args:
            return absent
        raise
    finally:
        await engine.dispose()


async def statuses(
    settings: DatabaseSettings, metadata: Mapping[str, MetaData]
) -> tuple[MigrationStatus, ...]:
    """Tell how far the databases of several subgraphs are migrated."""
    return tuple([await status(settings, name, tables) for name, tables in metadata.items()])


def _status(connection: Connection, subgraph: str, metadata: MetaData) -> MigrationStatus:
    scripts = ScriptDirectory.from_config(migration_config(metadata))
    revision = MigrationContext.configure(connection).get_current_revision()
    wanted = str(scripts.get_current_head())
    present = set(inspect(connection).get_table_names())
    missing = tuple(name for name in _names(metadata) if name not in present)
    state = MigrationStatus(subgraph, revision, wanted, "current", missing, CLOSED in present)
    if UNFINISHED_RESTORE in present:
        return replace(state, state="unrestored")
    if revision is None:
        return replace(state, state="incomplete" if set(_names(metadata)) & present else "empty")
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        return replace(state, state="ahead")
    if revision != wanted:
        return replace(state, state="behind")
    return replace(state, state="incomplete") if missing else state


def _head(metadata: MetaData) -> str:
    return str(ScriptDirectory.from_config(migration_config(metadata)).get_current_head())


def _names(metadata: MetaData) -> tuple[str, ...]:
    return tuple(sorted(table.name for table in metadata.tables.values()))


def _run(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


_COLLATION = text("SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = :name")


async def create_database(settings: DatabaseSettings, subgraph: str) -> None:
    """Create a subgraph's database if there is none; whoever made it, its tables will compare exactly.

    Raises:
        ServerRefused: Furlong does not run on that server.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached, or refuses.
    """
    url = database_url(settings, subgraph)
    if url.get_backend_name() == "sqlite":
        return  # the first connection creates the file
    async with connected(url) as (connection, _):
        exact = exact_collation(connection.dialect)
        name = connection.dialect.identifier_preparer.quote_identifier(str(url.database))
        await connection.execute(
            text(f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE {exact}")
        )
        if await connection.scalar(_COLLATION, {"name": url.database}) != exact:
            await connection.execute(text(f"ALTER DATABASE {name} CHARACTER SET utf8mb4 COLLATE {exact}"))
