"""Errors that mean that the database cannot serve now, which is not the request's fault."""

from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from foundation.storage.error_codes.conflicts import code_of
from foundation.storage.errors import DatabaseAway

_UNAVAILABLE: Final = frozenset(
    {
        1205,  # lock wait timeout, and
        146,  # the storage engine's number for it
        1969,  # statement time limit exceeded
        1040,  # too many connections
        1053,  # the server is shutting down
        1927,  # the connection was killed
        4151,  # the account is locked, as it is while its cell is moved
        1290,  # the server is read-only, as a replica is, and
        1836,  # the same
        1049,  # there is no such database, as when it was lost
        1021,  # the disk is full
        1114,  # a table is full
        2002,
        2003,  # no connection
        2006,
        2013,  # the connection was lost
    }
)
_WORDS_OF_SQLITE: Final = ("database is locked", "unable to open database file", "disk I/O error")


def is_unavailable(error: BaseException | None) -> bool:
    """Return whether the database is unreachable, overloaded or too slow; the request may succeed later."""
    match error:
        case DatabaseAway() | PoolTimeoutError() | TimeoutError() | ConnectionError():
            return True
        case DBAPIError():
            words = str(error.orig)
            return (
                error.connection_invalidated
                or code_of(error) in _UNAVAILABLE
                or any(each in words for each in _WORDS_OF_SQLITE)
            )
        case _:
            return False
