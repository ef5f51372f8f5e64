"""Migrated databases for tests, their statements, and their contents."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import MetaData, Table, event, select

from storage.database import Database
from storage.migrations.upgrade import upgrade
from storage.settings import DatabaseSettings


@asynccontextmanager
async def migrated(url: str, subgraph: str, metadata: MetaData) -> AsyncIterator[Database]:
    """Open a subgraph's migrated database; close it at the end of the block."""
    settings = DatabaseSettings(url=url)
    await upgrade(settings, subgraph, metadata)
    database = Database.open(settings, subgraph)
    try:
        yield database
    finally:
        await database.close()


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
