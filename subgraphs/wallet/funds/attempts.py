"""What is not known while a database is unavailable."""

from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from foundation.storage.errors import is_unavailable

T = TypeVar("T")


async def unless_unavailable(asking: Awaitable[T], otherwise: T) -> T:
    """Return what an operation returns, or something else if the database was not available for it."""
    try:
        return await asking
    except OSError:  # a lost connection, or `DatabaseAway`
        return otherwise
    except DBAPIError as error:
        if not is_unavailable(error):
            raise
        return otherwise
