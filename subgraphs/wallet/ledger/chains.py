"""Linked events: neighbours of one request that succeed or fail together, whatever they create."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.transfers import TransferFlags

LINKED: Final = int(TransferFlags.LINKED | AccountFlags.LINKED)
"""The same bit in transfers and accounts."""


class Event(Protocol):
    """A transfer or an account that is asked for."""

    @property
    def flags(self) -> int:
        """Its flags."""

    @property
    def timestamp(self) -> int:
        """0: the ledger gives it."""


class Scope(Protocol):
    """What can be undone."""

    def open(self) -> None:
        """Remember the state from here on."""

    def persist(self) -> None:
        """Keep what was done."""

    def discard(self) -> None:
        """Undo what was done."""


E = TypeVar("E", bound=Event)
S = TypeVar("S")


class ChainStatuses(Generic[S]):
    """The statuses that belong to chains, of one kind of events."""

    def __init__(self, created: S, failed: S, is_open: S, timestamp: S) -> None:
        self.created, self.failed, self.is_open, self.timestamp = created, failed, is_open, timestamp


def execute(
    events: Sequence[E],
    first: int,
    create: Callable[[E, int], tuple[int, S]],
    scope: Scope,
    statuses: ChainStatuses[S],
) -> list[tuple[int, S]]:
    """Create what a request asks for, in order; return timestamp and status of each event.

    Args:
        events: Accounts or transfers.
        first: The timestamp of the first event; that of each next one is one greater.
        create: Creates what one event asks for, or says why not.
        scope: What a chain that fails undoes.
        statuses: What the events of chains become.
    """
    results: list[tuple[int, S]] = []
    begun: int | None = None
    is_broken = False
    for index, event in enumerate(events):
        result: tuple[int, S]
        is_linked, at = bool(event.flags & LINKED), first + index
        if is_linked and begun is None:
            begun = index
            scope.open()
        is_open = is_linked and index == len(events) - 1
        if is_open:
            result = at, statuses.is_open
        elif is_broken:
            result = at, statuses.failed
        elif event.timestamp:
            result = at, statuses.timestamp
        else:
            result = create(event, at)
        if result[1] is not statuses.created and begun is not None and not is_broken:
            is_broken = True
            scope.discard()
            results[begun:] = [(earlier, statuses.failed) for earlier, _ in results[begun:]]
        results.append(result)
        if begun is not None and not (is_linked and not is_open):
            if not is_broken:
                scope.persist()
            begun, is_broken = None, False
    return results
