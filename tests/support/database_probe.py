"""Migrated databases for tests, their statements, and their contents."""

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, event, select

from storage.database import Database, database_url
from storage.migrations.upgrade import upgrade
from storage.settings import DatabaseSettings


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
    """Migrate a subgraph's database; a new SQLite file is a copy of one that was migrated before."""
    file = _new_file(settings, subgraph)
    if file is None:
        await upgrade(settings, subgraph, metadata)
        return
    templates = DatabaseSettings(url=f"sqlite+aiosqlite:///{_templates()}")
    await upgrade(templates, subgraph, metadata)
    shutil.copyfile(str(database_url(templates.url, subgraph).database), file)


def _new_file(settings: DatabaseSettings, subgraph: str) -> Path | None:
    url = database_url(settings.url, subgraph)
    file = Path(str(url.database))
    if url.get_backend_name() != "sqlite" or file.exists():
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


@cache
def _templates() -> str:
    folder = tempfile.mkdtemp(prefix="furlong-templates-")
    atexit.register(shutil.rmtree, folder)
    return folder


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
    async with database.home.read() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in tables
        }
