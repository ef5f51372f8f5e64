"""Has the database end transactions whose process stands still, so that their locks do not outlive it."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

IDLE_SECONDS: Final = 10
"""Between two statements of a batch; what a stopped process had begun is rolled back then."""

_DONE: Final = "furlong_idleness_bounded"


async def bound_idleness(connection: AsyncConnection) -> None:
    """Bounds how long a transaction may wait for its next statement, once for each connection.

    MariaDB can do that; on MySQL the locks of a process that stands still last until it goes on, or until
    its connection breaks.
    """
    if _DONE not in connection.info:
        connection.info[_DONE] = True
        if getattr(connection.dialect, "is_mariadb", False):
            await connection.execute(text(f"SET SESSION idle_transaction_timeout = {IDLE_SECONDS}"))
