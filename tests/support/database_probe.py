"""Migrated databases for tests, their statements, and their contents."""

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, MetaData, Table, event, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database, database_url
from foundation.storage.migrations.upgrade import create_database, upgrade
from foundation.storage.settings import DatabaseSettings
from tests.support.kept_databases import Template, lent_databases


@asynccontextmanager
async def migrated(url: str, subgraph: str, metadata: MetaData) -> AsyncIterator[Database]:
    """Open a subgraph's migrated database; close it at the end of the block."""
    settings = DatabaseSettings(url=url)
    await migrate(settings, subgraph, metadata)
    database = Database.open(settings, subgraph)
    try:
        yield database
    finally:
        await database.close()


async def migrate(settings: DatabaseSettings, subgraph: str, metadata: MetaData) -> None:
    """Migrate a subgraph's database; a new one is a copy of one that was migrated before."""
    if not settings.url_of(subgraph).startswith("sqlite"):
        if not await _is_new_on_server(settings, subgraph, metadata):
            await upgrade(settings, subgraph, metadata)
    elif (file := _new_file(settings, subgraph)) is None:
        await upgrade(settings, subgraph, metadata)
    else:
        shutil.copyfile(await _template(_templates(), subgraph, metadata), file)


async def _is_new_on_server(settings: DatabaseSettings, subgraph: str, metadata: MetaData) -> bool:
    """Tell whether a database is as new, because it was kept or because it is copied now."""
    lent = lent_databases().get(settings.url_of(subgraph))
    if lent is None:
        return await _copied(settings, subgraph, metadata) is not None
    name = str(database_url(settings, subgraph).database)
    if name in lent.unused:
        lent.unused.remove(name)
        return True
    with lent.defining():
        template = await _copied(settings, subgraph, metadata)
    if template is not None:
        lent.templates[name] = template
    return template is not None


def _new_file(settings: DatabaseSettings, subgraph: str) -> Path | None:
    file = Path(str(database_url(settings, subgraph).database))
    if file.exists():
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


async def _copied(settings: DatabaseSettings, subgraph: str, metadata: MetaData) -> Template | None:
    """Copy the tables of a migrated database into a new one on the same server; None if it is not new."""
    server = make_url(settings.url_of(subgraph)).set(database="furlong_template")
    name = await _template(server.render_as_string(hide_password=False), subgraph, metadata)
    await create_database(settings, subgraph)
    database = Database.open(settings, subgraph)
    try:
        async with database.write() as connection:
            if (await connection.execute(text("SHOW TABLES"))).all():
                return None
            template = await _read_template(connection, name)
            for table, is_empty in template.tables.items():
                await connection.execute(text(f"CREATE TABLE {table} LIKE {name}.{table}"))
                if not is_empty:
                    copied = f"INSERT INTO {table} SELECT * FROM {name}.{table}"  # noqa: S608 - our own names
                    await connection.execute(text(copied))
    finally:
        await database.close()
    return template


async def _read_template(connection: AsyncConnection, name: str) -> Template:
    """Return which tables a template has, and whether each is empty, as most are."""
    read, on_server = _read_templates(), connection.engine.url.set(database=name)
    if on_server not in read:
        tables = (await connection.execute(text(f"SHOW TABLES FROM {name}"))).scalars().all()
        found = [
            f"SELECT '{table}', NOT EXISTS (SELECT 1 FROM {name}.{table})"  # noqa: S608 - our own names
            for table in tables
        ]
        rows = (await connection.execute(text(" UNION ALL ".join(found)))).all()
        read[on_server] = Template(name, {table: bool(is_empty) for table, is_empty in rows})
    return read[on_server]


async def _template(url: str, subgraph: str, metadata: MetaData) -> str:
    """Return the name of a database that stays as migrations leave it."""
    settings = DatabaseSettings(url=url)
    if (url, subgraph) not in _migrated():
        await upgrade(settings, subgraph, metadata)
        _migrated().add((url, subgraph))
    return str(database_url(DatabaseSettings(url=url), subgraph).database)


@cache
def _migrated() -> set[tuple[str, str]]:
    return set()


@cache
def _read_templates() -> dict[URL, Template]:
    return {}


@cache
def _templates() -> str:
    folder = tempfile.mkdtemp(prefix="furlong-templates-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite+aiosqlite:///{folder}"


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SELECT 1")):
            sent.append(statement)

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def contents(database: Database, *tables: Table) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of tables, ordered by key."""
    async with database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in tables
        }
