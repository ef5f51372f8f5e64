"""Errors of databases and cells: what is done about each, and what the databases' own numbers mean."""

from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class DatabaseAway(OSError):
    """The database cannot be reached, or does not answer in time: the same request may succeed later.

    It is an `OSError` as a lost connection is, so that whatever outlives the one outlives the other.
    """


class DatabaseClosed(DatabaseAway):
    """The database is closed while it is restored and recovered: only what recovers it may connect."""


class InvalidCell(ValueError):
    """The name or the partitions cannot be a cell's."""


class CellMismatch(Exception):
    """The database belongs to another cell than the settings say: writing there would corrupt both."""


class CellFenced(DatabaseAway):
    """The database takes no writes of its cell: the cell is being moved, or has been moved away."""


class CellMoved(DatabaseAway):
    """The database's epoch differs from the one that this process knew; the next transaction may pass."""


_CLASHES: Final = frozenset({1213, 1205, 1020, 1317, 149, 146, 123})
"""Deadlock, lock wait timeout, row changed under a snapshot, statement killed; then the first three under the
storage engine's numbers, which the server sends where it has none of its own."""

_LONG_WAITS: Final = frozenset({1205, 146})
_DUPLICATE: Final = 1062


def is_conflict(fault: DBAPIError) -> bool:
    """Return whether the error is a conflict with another transaction, so that a retry may succeed."""
    code = code_of(fault)
    if isinstance(fault, IntegrityError):
        # Another writer inserted the row first; a retry finds it.
        return code == _DUPLICATE or "UNIQUE constraint" in str(fault.orig)
    return code in _CLASHES


def lock_wait_timed_out(fault: DBAPIError) -> bool:
    """Return whether the other transaction held its locks for longer than a statement waits."""
    return code_of(fault) in _LONG_WAITS


def code_of(fault: DBAPIError) -> int | None:
    """Return the server's number of an error; None for one that a driver or SQLite reports in words only."""
    arguments = fault.orig.args if fault.orig is not None else ()
    code = arguments[0] if arguments else None
    return code if isinstance(code, int) and code else None


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
        1047,  # the node of a Galera cluster is not in a primary component, or is still joining it
        1180,  # the commit failed, as on a node that has just left its cluster
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
                or any(word in words for word in _WORDS_OF_SQLITE)
            )
        case _:
            return False
