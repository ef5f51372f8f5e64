"""Live updates that are counted; only a process that counts uses them."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from subgraphs.club.customer_club import CustomerClub
from subgraphs.club.updates import ClubReads, ClubUpdates
from subgraphs.club_kit.served import ServedCounter, ServedItem
from subgraphs.kit.domain.keys import Owner

T = TypeVar("T")


@dataclass(frozen=True)
class CountedUpdates(ClubUpdates):
    """Streams of clubs whose events are counted: the first of each as `first`, all others as `change`."""

    counter: ServedCounter = field(kw_only=True)

    def of(
        self, context: ClubReads, owner: Owner, event: Callable[[int, CustomerClub], T]
    ) -> AsyncGenerator[T, None]:
        """Return a stream's events, each of which is counted when it is made."""

        def count_event(version: int, club: CustomerClub) -> T:
            account = club.account
            kind = "first" if version == 1 else "change"
            self.counter.count(ServedItem(owner.brand, account.jurisdiction, account.currency, kind))
            return event(version, club)

        return super().of(context, owner, count_event)
