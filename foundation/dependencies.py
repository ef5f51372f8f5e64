"""What an answer depends on, recorded where it is read, so that it can be compared before it is given again.

Whoever wants to give an answer again records what it was made of: `RECORDED`. What reads a customer's rows,
or public data from memory, enters them there. Every other read of a database marks the answer as one that
cannot be given again (`uncover`), and so does whatever else an answer may depend on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct


class Clock(Protocol):
    """Tells the time; compared by identity."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        ...


class RowReader(Protocol):
    """Reads what is stored under a key; compared by identity."""

    def start(self, key: Any, /) -> Awaitable[Any]:
        """Start to read; the result, which is encoded to be compared, may be awaited any number of times."""
        ...


class Memory(Protocol):
    """Holds public data in memory; compared by identity."""

    def get_fresh(self, key: Any, now: datetime, /) -> object:
        """Return the data if they are fresh enough, else None; equal data are the same object."""
        ...


@runtime_checkable
class Timed(Protocol):
    """Public data whose effect changes at certain instants, and at no other."""

    def next_change(self, after: datetime, /) -> datetime:
        """Return the first instant after another at which the effect changes."""
        ...


RowKey: TypeAlias = tuple[RowReader, Hashable]


class Dependencies(Struct, eq=False):
    """What an answer depends on besides the request.

    Attributes:
        rows: What was read of a customer, by reader and key.
        held: The public data that were used, by the memory that holds them and their key.
        repeated: What has to be done each time that the answer is given, such as to count what it shows.
        clock: The clock of the subgraphs; None before the first call.
        now: The instant that the answer is made for.
        is_covered: Whether it depends on nothing else.
    """

    rows: dict[RowKey, Awaitable[Any]] = {}
    held: dict[tuple[Memory, Hashable], object] = {}
    repeated: list[Callable[[], object]] = []
    clock: Clock | None = None
    now: datetime | None = None
    is_covered: bool = True

    def join(self, clock: Clock, now: datetime) -> dict[RowKey, Awaitable[Any]]:
        """Record a call of a subgraph that enters all that it depends on, and return the rows for it.

        Args:
            clock: The clock by which the subgraph knows the time.
            now: The instant of the request.
        """
        if self.now is None:
            self.clock, self.now = clock, now
        elif self.clock is not clock or self.now != now:
            self.is_covered = False
        return self.rows

    def hold(self, memory: Memory, key: Hashable, data: object) -> None:
        """Record public data; they must be the same throughout an answer."""
        if self.held.setdefault((memory, key), data) is not data:
            self.is_covered = False


RECORDED: Final[ContextVar[Dependencies | None]] = ContextVar("furlong_dependencies", default=None)
"""What the answer of the current request depends on; None if nobody wants to know."""


def uncover() -> None:
    """Say that the answer of the current request depends on something that is not recorded."""
    recorded = RECORDED.get()
    if recorded is not None:
        recorded.is_covered = False


def repeat(action: Callable[[], object]) -> None:
    """Do something each time that the answer of the current request is given again."""
    recorded = RECORDED.get()
    if recorded is not None:
        recorded.repeated.append(action)
