"""Closes a database while it is recovered, so that everything else can keep running, and opens it again.

Processes get no new connection to a closed database (`storage.database`), and those that they have are ended.
They answer as if its server were away, and use it again once it is open.
"""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import CLOSED, create_engine, database_url
from foundation.storage.error_codes import code_of
from foundation.storage.migrations.upgrade import create_database, status
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA, NotMigrated

_NO_SUCH_THREAD = 1094


class CannotBeClosed(RuntimeError):
    """A file of SQLite, whose connections nobody can end."""

    def __init__(self) -> None:
        super().__init__("a database of SQLite cannot be closed: stop everything that uses it")


async def close_database(settings: DatabaseSettings, name: str) -> int:
    """Close a database, creating it if it was lost; return how many connections to it were ended.

    Raises:
        CannotBeClosed: It is SQLite's.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached, or refuses.
    """
    if database_url(settings.url, name).get_backend_name() == "sqlite":
        raise CannotBeClosed
    await create_database(settings, name)
    engine = create_engine(settings, name)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE TABLE IF NOT EXISTS {CLOSED} (id INT PRIMARY KEY)"))
            others = await connection.scalars(
                text(
                    "SELECT id FROM information_schema.processlist "
                    "WHERE db = DATABASE() AND id <> CONNECTION_ID()"
                )
            )
            return sum([await _end(connection, int(number)) for number in others.all()])
    finally:
        await engine.dispose()


async def open_database(settings: DatabaseSettings, name: str) -> None:
    """Open a database again.

    Raises:
        NotMigrated: It is not restored, or not migrated.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached, or refuses.
    """
    found = await status(settings, name, METADATA[name])
    if not found.serves:
        raise NotMigrated(found)
    engine = create_engine(settings, name)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"DROP TABLE IF EXISTS {CLOSED}"))
    finally:
        await engine.dispose()


async def _end(connection: AsyncConnection, number: int) -> bool:
    try:
        await connection.execute(text(f"KILL CONNECTION {number}"))
    except DBAPIError as error:
        if code_of(error) != _NO_SUCH_THREAD:
            raise
        return False
    return True
