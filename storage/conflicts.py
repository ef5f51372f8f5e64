"""Errors of a database that say no more than that another transaction was in the way."""

from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError

_CLASHES: Final = frozenset({1213, 1205, 1020, 1317, 149, 146, 123})
"""Deadlock, lock wait time-out, row changed under a snapshot, statement killed; then the first three as the
storage engine numbers them, which is what the server sends where it has no number of its own for them."""

_LONG_WAITS: Final = frozenset({1205, 146})
_DUPLICATE: Final = 1062


def is_conflict(fault: DBAPIError) -> bool:
    """Whether another transaction was in the way, so that the same one, begun anew, may well succeed."""
    code = code_of(fault)
    if isinstance(fault, IntegrityError):
        # Another writer added the row first; begun anew, the transaction finds it.
        return code == _DUPLICATE or "UNIQUE constraint" in str(fault.orig)
    return code in _CLASHES


def lock_wait_timed_out(fault: DBAPIError) -> bool:
    """Whether the other transaction held its locks for longer than a statement waits for them."""
    return code_of(fault) in _LONG_WAITS


def code_of(fault: DBAPIError) -> int | None:
    """The server's number of an error; None for what a driver, or SQLite, says in words only."""
    arguments = fault.orig.args if fault.orig is not None else ()
    code = arguments[0] if arguments else None
    return code if isinstance(code, int) and code else None
