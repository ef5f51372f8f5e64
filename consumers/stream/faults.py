"""Faults of the database, by what helps: the same transaction again, a rest, or nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from consumers.stream.errors import StreamError, Transient

R = TypeVar("R")
log = structlog.get_logger(__name__)

_CLASHES: Final = frozenset({1213, 1205, 1020})
"""MySQL: deadlock, lock wait time-out, row changed under a snapshot."""

_DUPLICATE: Final = 1062
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.02, 0.5


def is_clash(fault: DBAPIError) -> bool:
    """Whether another transaction was in the way, so that the same one, begun anew, may well succeed."""
    code = fault.orig.args[0] if fault.orig is not None and fault.orig.args else None
    if isinstance(fault, IntegrityError):
        # Another writer added the row first; begun anew, the transaction finds it.
        return code == _DUPLICATE or "UNIQUE constraint" in str(fault.orig)
    return code in _CLASHES


def is_transient(fault: BaseException) -> bool:
    """Whether the database is away, overloaded, or closed to writes, which passes."""
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    return isinstance(fault, OperationalError | InterfaceError | InternalError | PoolTimeoutError | OSError)


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
                if not (attempt < self.attempts and isinstance(fault, DBAPIError) and is_clash(fault)):
                    if is_transient(fault):
                        clash = isinstance(fault, DBAPIError) and is_clash(fault)
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
