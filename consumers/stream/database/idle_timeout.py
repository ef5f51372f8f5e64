"""Bounds idle transactions in the database, so that the locks of a frozen process do not outlive it."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

IDLE_TIMEOUT_SECONDS: Final = 10
"""The longest pause between two statements of a batch; after it the database rolls the transaction back."""

_IS_SET: Final = "furlong_idle_timeout_is_set"


async def set_idle_timeout(connection: AsyncConnection) -> None:
    """Bound how long a transaction may wait for its next statement, once for each connection.

    Only MariaDB can do this. On MySQL, the locks of a frozen process last until it continues or its
    connection breaks.
    """
    if _IS_SET not in connection.info:
        connection.info[_IS_SET] = True
        if getattr(connection.dialect, "is_mariadb", False):
            await connection.execute(text(f"SET SESSION idle_transaction_timeout = {IDLE_TIMEOUT_SECONDS}"))
