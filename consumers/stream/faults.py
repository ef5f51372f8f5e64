"""Faults of the database, by what helps: the same transaction again, a rest, or nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from consumers.stream.errors import StreamError, Transient
from storage.conflicts import code_of, is_conflict

R = TypeVar("R")
log = structlog.get_logger(__name__)

_FOR_GOOD: Final = frozenset({1044, 1049, 1054, 1142, 1143, 1146, 1227, 1370})
"""No such database, table or column, or no right to use it: somebody has to do something about it."""

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.02, 0.5


def is_transient(fault: BaseException) -> bool:
    """Whether the database is away, overloaded, or closed to writes, which passes."""
    if not isinstance(fault, DBAPIError):
        return isinstance(fault, PoolTimeoutError | OSError)
    if fault.connection_invalidated or is_conflict(fault):
        return True
    # Drivers choose the class of what they do not know by its number alone: below 1000 it is internal.
    passing = isinstance(fault, OperationalError | InterfaceError | InternalError)
    return passing and code_of(fault) not in _FOR_GOOD


@dataclass(frozen=True, slots=True)
class Retry:
    """Runs whole transactions again when they clash with others.

    Attributes:
        attempts: runs in all.
        on_retry: told of each further run.
    """

    attempts: int
    on_retry: Callable[[], None]

    async def run(self, transaction: Callable[[], Awaitable[R]]) -> R:
        """The transaction's result.

        Raises:
            Transient: the database is away, or clashes did not end.
        """
        attempt = 1
        while True:
            try:
                return await transaction()
            except (DBAPIError, PoolTimeoutError, OSError) as fault:
                if not (attempt < self.attempts and isinstance(fault, DBAPIError) and is_conflict(fault)):
                    if is_transient(fault):
                        clash = isinstance(fault, DBAPIError) and is_conflict(fault)
                        raise Transient(f"the database: {cause(fault)}", away=not clash) from fault
                    raise
                log.info("transaction_begins_anew", error=cause(fault), attempt=attempt)
            self.on_retry()
            await asyncio.sleep(_pause(attempt))
            attempt += 1


def cause(fault: BaseException) -> str:
    """What a fault says, without the statement and its values, which may name customers."""
    if isinstance(fault, DBAPIError):
        return repr(fault.orig)
    return str(fault) if isinstance(fault, StreamError) else repr(fault)


def _pause(attempt: int) -> float:
    ceiling = min(_LONGEST_SECONDS, _SHORTEST_SECONDS * 2**attempt)
    return random.uniform(_SHORTEST_SECONDS, ceiling)  # noqa: S311 - jitter, not a secret
