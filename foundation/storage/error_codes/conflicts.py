"""Database errors that only mean a conflict with another transaction."""

from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError

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
