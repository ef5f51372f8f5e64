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
        if not await _copied(settings, subgraph, metadata):
            await upgrade(settings, subgraph, metadata)
    elif (file := _new_file(settings, subgraph)) is None:
        await upgrade(settings, subgraph, metadata)
    else:
        shutil.copyfile(await _template(_templates(), subgraph, metadata), file)


def _new_file(settings: DatabaseSettings, subgraph: str) -> Path | None:
    file = Path(str(database_url(settings, subgraph).database))
    if file.exists():
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


async def _copied(settings: DatabaseSettings, subgraph: str, metadata: MetaData) -> bool:
    """Copy the tables of a migrated database into a new one on the same server; False if it is not new."""
    server = make_url(settings.url_of(subgraph)).set(database="furlong_template")
    template = await _template(server.render_as_string(hide_password=False), subgraph, metadata)
    await create_database(settings, subgraph)
    database = Database.open(settings, subgraph)
    try:
        async with database.write() as connection:
            if (await connection.execute(text("SHOW TABLES"))).all():
                return False
            for table, is_empty in await _tables(connection, template):
                await connection.execute(text(f"CREATE TABLE {table} LIKE {template}.{table}"))
                if not is_empty:
                    copied = f"INSERT INTO {table} SELECT * FROM {template}.{table}"  # noqa: S608 - our own names
                    await connection.execute(text(copied))
    finally:
        await database.close()
    return True


async def _tables(connection: AsyncConnection, template: str) -> list[tuple[str, bool]]:
    """Return the tables of a template, and whether each is empty, as most are."""
    tables, on_server = _tables_of_templates(), connection.engine.url.set(database=template)
    if on_server not in tables:
        names = (await connection.execute(text(f"SHOW TABLES FROM {template}"))).scalars().all()
        found = [
            f"SELECT '{name}', NOT EXISTS (SELECT 1 FROM {template}.{name})"  # noqa: S608 - our own names
            for name in names
        ]
        rows = (await connection.execute(text(" UNION ALL ".join(found)))).all()
        tables[on_server] = [(name, bool(is_empty)) for name, is_empty in rows]
    return tables[on_server]


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
def _tables_of_templates() -> dict[URL, list[tuple[str, bool]]]:
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
