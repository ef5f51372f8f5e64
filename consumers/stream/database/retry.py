"""Tells transient database errors from permanent ones, and retries transactions that met a conflict."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from consumers.stream.errors import ForeignCell, StreamError, Transient
from foundation.storage.errors import CellFenced, CellMismatch, CellMoved, code_of, is_conflict

R = TypeVar("R")
log = structlog.get_logger(__name__)

_PERMANENT: Final = frozenset({1044, 1049, 1054, 1142, 1143, 1146, 1227, 1370})
"""The database, table or column does not exist, or the user may not use it: a person has to act."""

_MIN_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.02, 0.5


def is_transient(fault: BaseException) -> bool:
    """Return whether the database is unavailable, overloaded or read-only, which passes."""
    if not isinstance(fault, DBAPIError):
        return isinstance(fault, PoolTimeoutError | OSError)
    if fault.connection_invalidated or is_conflict(fault):
        return True
    # Drivers choose the class of an error they do not know by its number: below 1000 it is internal.
    may_pass = isinstance(fault, OperationalError | InterfaceError | InternalError)
    return may_pass and code_of(fault) not in _PERMANENT


@dataclass(frozen=True, slots=True)
class Retry:
    """Retries whole transactions that conflict with others.

    Attributes:
        attempts: How often a transaction is tried in all.
        on_retry: Called before each further attempt.
    """

    attempts: int
    on_retry: Callable[[], None]

    async def run(self, transaction: Callable[[], Awaitable[R]]) -> R:
        """Return the transaction's result.

        Raises:
            Transient: The database is unavailable, or every attempt met a conflict.
            ForeignCell: The database belongs to another cell.
        """
        attempt = 1
        while True:
            try:
                return await transaction()
            except CellMismatch as fault:
                raise ForeignCell(str(fault)) from fault
            except CellFenced as fault:
                raise Transient(str(fault), brief=True) from fault
            except CellMoved as fault:
                if attempt == self.attempts:
                    raise Transient(str(fault)) from fault
            except (DBAPIError, PoolTimeoutError, OSError) as fault:
                if not (attempt < self.attempts and isinstance(fault, DBAPIError) and is_conflict(fault)):
                    if is_transient(fault):
                        conflict = isinstance(fault, DBAPIError) and is_conflict(fault)
                        raise Transient(f"the database: {cause(fault)}", unavailable=not conflict) from fault
                    raise
                log.info("transaction_retried", error=cause(fault), attempt=attempt)
            self.on_retry()
            await asyncio.sleep(_pause(attempt))
            attempt += 1


def cause(fault: BaseException) -> str:
    """Describe an error without the SQL statement and its values, which may name customers."""
    if isinstance(fault, DBAPIError):
        return repr(fault.orig)
    return str(fault) if isinstance(fault, StreamError) else repr(fault)


def _pause(attempt: int) -> float:
    ceiling = min(_MAX_PAUSE_SECONDS, _MIN_PAUSE_SECONDS * 2**attempt)
    return random.uniform(_MIN_PAUSE_SECONDS, ceiling)  # noqa: S311 - jitter, not a secret
