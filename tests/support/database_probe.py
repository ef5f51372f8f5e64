"""Databases with their tables, what was asked of them, and all that they hold."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import MetaData, Table, event, select

from storage.database import Database
from storage.migrations.upgrade import upgrade
from storage.settings import DatabaseSettings


@asynccontextmanager
async def migrated(url: str, subgraph: str, metadata: MetaData) -> AsyncIterator[Database]:
    """A subgraph's database, brought up by its migrations, and closed at the end."""
    settings = DatabaseSettings(url=url)
    await upgrade(settings, subgraph, metadata)
    database = Database.open(settings, subgraph)
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Collects the statements that the database is sent."""
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
    """All rows of tables, in the order of their keys."""
    async with database.home.read() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in tables
        }
