"""Statements that are sent to MySQL or MariaDB together, so that they cost one round trip."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection


async def execute_together(connection: AsyncConnection, statements: Sequence[str]) -> None:
    """Execute statements without rows, in order, up to the first that is refused.

    Both drivers permit several statements in one text. SQLAlchemy does not read the results behind the first,
    so they are read here, by the driver.

    Args:
        connection: In a transaction.
        statements: Without bound values.

    Raises:
        sqlalchemy.exc.DBAPIError: One was refused, or the connection was lost.
    """
    together = ";".join(statements)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    dialect = connection.dialect
    try:
        async with driver.cursor() as cursor:
            await cursor.execute(together)
            while await cursor.nextset():
                pass
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            together,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=dialect.is_disconnect(error, None, None),
            dialect=dialect,
        ) from error
