"""Takes backups of all databases, and restores databases from them."""

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, MetaData, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.storage.clock import Clock
from foundation.storage.database import (
    CLOSED,
    UNFINISHED_RESTORE,
    create_engine,
    database_url,
    open_databases,
)
from foundation.storage.installation import Installation
from foundation.storage.migrations.upgrade import create_database, knows, status
from foundation.storage.servers import address_of, by_server
from foundation.storage.settings import DatabaseSettings
from furlong.backup import mariadb, sqlite
from furlong.backup.database_use import close_database, require_stopped
from furlong.backup.manifest import COMPARED, FORMAT, BackupError, Engine, Manifest, Moment, saved
from furlong.databases import METADATA
from furlong.identity import installations, require_one_installation


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of an installation."""

    settings: DatabaseSettings

    @property
    def engine(self) -> Engine:
        """The kind of database."""
        return "sqlite" if self.url("club").get_backend_name() == "sqlite" else "mysql"

    def url(self, name: str) -> URL:
        """Return the URL of a subgraph's database."""
        return database_url(self.settings, name)

    def path(self, name: str) -> Path:
        """Return the file of a subgraph's SQLite database."""
        return Path(str(self.url(name).database))

    def file_of(self, name: str) -> str:
        """Return the name of a subgraph's file in a backup."""
        return sqlite.file_of(name) if self.engine == "sqlite" else mariadb.file_of(name)

    async def dump(self, folder: Path, clock: Clock) -> tuple[Moment, ...]:
        """Write all databases into a folder, those of different servers at the same time."""
        servers = by_server(self.settings, METADATA)
        return tuple(
            await asyncio.gather(*(self._dump(url, names, folder, clock) for url, names in servers.items()))
        )

    async def _dump(self, server: URL, names: tuple[str, ...], folder: Path, clock: Clock) -> Moment:
        taken_at = await time_of(self.settings, names[0], clock)
        if self.engine == "sqlite":
            await asyncio.to_thread(sqlite.dump, {name: self.path(name) for name in names}, folder)
        else:
            await asyncio.to_thread(mariadb.dump, {name: self.url(name) for name in names}, folder)
        return Moment(address_of(server), taken_at, names)


async def time_of(settings: DatabaseSettings, name: str, clock: Clock) -> datetime:
    """Return the time of a database's server, which all that is in the database has; of SQLite, ours.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached.
    """
    async with open_databases(settings, name) as (database,), database.read() as connection:
        return await clock.at(connection)


async def back_up(settings: DatabaseSettings, folder: Path, clock: Clock) -> Manifest:
    """Write a backup of all databases into an empty or new folder: those of each server as of one moment.

    Raises:
        BackupError: The folder is not empty, cannot be written, or the databases cannot be read.
        MixedInstallations: The databases belong to different installations.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached.
    """
    await asyncio.to_thread(_prepare, folder)
    databases = Databases(settings)
    statuses = {name: await status(settings, name, metadata) for name, metadata in METADATA.items()}
    for name, state in statuses.items():
        if not state.serves:
            raise BackupError(f"the database of {name} is {state.state}: `furlong db status` says more")
        if state.closed:
            raise BackupError(f"the database of {name} is closed: recover it first, and `furlong db open` it")
    installation = await _installation(settings)
    try:
        moments = await databases.dump(folder, clock)
        contents = {
            name: saved(folder, databases.file_of(name), statuses[name].revision) for name in METADATA
        }
        first = min(moment.taken_at for moment in moments)
        manifest = Manifest(FORMAT, first, databases.engine, contents, installation)
        if len(moments) > 1:
            manifest = replace_fields(manifest, moments=moments, note=COMPARED)
        manifest.write(folder)
    except (OSError, sqlite3.Error) as fault:
        raise BackupError(
            f"the backup in {folder} is incomplete and cannot be restored: {fault}. Is the disk full? Delete "
            "the folder, and back up to another one"
        ) from fault
    return manifest


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: use a new folder for each backup")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


async def restore(
    settings: DatabaseSettings, folder: Path, names: Iterable[str] | None = None, *, replace: bool = False
) -> Manifest:
    """Restore databases to the moment of a backup; an interrupted restore can be repeated.

    Databases that the backup has of several moments are closed until they are recovered.

    Args:
        settings: Where the databases are.
        folder: The folder of the backup.
        names: The databases; by default those that the backup holds.
        replace: Whether databases that are not empty may be overwritten.

    Raises:
        BackupError: The backup is incomplete, was taken from another kind of database, belongs to another
            installation, or would overwrite something.
        StillRunning: Something still uses a database.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached, or refuses.
    """
    databases, manifest = Databases(settings), Manifest.read(folder)
    wanted = tuple(manifest.databases if names is None else names)
    if manifest.engine != databases.engine:
        raise BackupError(
            f"the backup is of {manifest.engine} databases, these are {databases.engine} databases"
        )
    manifest.verify(folder, wanted)
    await _require_own(settings, manifest)
    occupied = []
    for name in wanted:
        revision = manifest.databases[name].revision
        if revision and not knows(METADATA[name], revision):
            raise BackupError(
                f"the backup of {name} is at revision {revision}, which this version does not know: "
                "restore it with the version that took it, or a newer one"
            )
        if await _is_free(settings, name, METADATA[name]):
            continue
        if not replace:
            raise BackupError(
                f"the database of {name} is not empty: --replace overwrites it. "
                "First stop everything that uses it"
            )
        occupied.append(name)
    await require_stopped(settings, occupied)
    for name in wanted if len(manifest.moments_of(wanted)) > 1 else ():
        await close_database(settings, name)  # all, before the first is loaded: it may be interrupted
    for name in wanted:
        source = folder / manifest.databases[name].file
        if databases.engine == "sqlite":
            await asyncio.to_thread(sqlite.load, source, databases.path(name))
        else:
            await _load_schema(settings, name, source)
    return manifest


async def _installation(settings: DatabaseSettings) -> Installation | None:
    """Return the installation of the databases; None if they never recorded it."""
    await require_one_installation(settings, METADATA, None)
    known = (await installations(settings, METADATA)).values()
    return next((installation for installation in known if installation is not None), None)


async def _require_own(settings: DatabaseSettings, manifest: Manifest) -> None:
    """Check that a backup is of the installation whose databases are here; empty ones belong to none."""
    here = {
        installation.installation_id: installation
        for installation in (await installations(settings, METADATA)).values()
        if installation
    }
    if not here or (manifest.installation and manifest.installation.installation_id in here):
        return
    foreign = manifest.installation or "an installation that did not record which one it is"
    raise BackupError(
        f"the backup is of {foreign}, and the databases here are of {' and '.join(map(str, here.values()))}: "
        "nothing was restored. If it is meant, drop all databases, restore all of them, and run "
        "`furlong db adopt`"
    )


async def _is_free(settings: DatabaseSettings, name: str, metadata: MetaData) -> bool:
    return (await status(settings, name, metadata)).state in {"absent", "empty", "unrestored"}


async def _load_schema(settings: DatabaseSettings, name: str, source: Path) -> None:
    """Empty a schema and fill it; a table marks it meanwhile, so that no process starts on it."""
    await create_database(settings, name)
    url = database_url(settings, name)
    # Dropping a large table takes longer than any statement of a request may.
    engine = create_engine(settings.model_copy(update={"statement_seconds": 0}), name)
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text(f"CREATE TABLE IF NOT EXISTS {UNFINISHED_RESTORE} (id INT PRIMARY KEY)")
            )
            await _drop_all(connection)
        await asyncio.to_thread(mariadb.load, source, url)
        await _finish(engine)
    finally:
        await engine.dispose()


async def _drop_all(connection: AsyncConnection) -> None:
    tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    quote = connection.dialect.identifier_preparer.quote_identifier
    await connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
    for table in tables:
        if table not in {UNFINISHED_RESTORE, CLOSED}:
            await connection.execute(text(f"DROP TABLE {quote(table)}"))


async def _finish(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP TABLE {UNFINISHED_RESTORE}"))
