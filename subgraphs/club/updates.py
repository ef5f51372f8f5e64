"""Streams a customer's club: its current state, and a new one after each change."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from subgraphs.club.customer_club import CustomerClub
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.updates import Updates
from subgraphs.kit.live.watches import customer_key

T = TypeVar("T")


class ClubReads(Protocol):
    """The reads that a stream needs; implemented by the context of its request."""

    async def club(self, owner: Owner) -> CustomerClub:
        """Return a customer's club in the current week."""
        ...

    async def renewed(self) -> Self:
        """Return reads for another event; see `Renewed`."""
        ...


@dataclass(frozen=True, slots=True)
class ClubUpdates(Updates):
    """Streams of clubs, driven by a bus."""

    def of(
        self, context: ClubReads, owner: Owner, event: Callable[[int, CustomerClub], T]
    ) -> AsyncGenerator[T, None]:
        """Return the events of a customer's club, now and after each change; see `Updates.stream`."""
        return self.stream(context, customer_key(owner), type(context).club, owner, event)
