"""What the ledger holds: a bet at the revision in force, judged, and the revisions kept beside it."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.progress.rules import BetFacts, Verdict


class BetKey(NamedTuple):
    """A bet of a brand: the ledger has one row for each."""

    brand: str
    bet_id: str


class Bet(BetFacts, frozen=True):
    """The state of a bet at one revision.

    Attributes:
        occurred_at: when this revision came about.
    """

    brand: str
    bet_id: str
    customer: str
    revision: int
    occurred_at: datetime

    @property
    def key(self) -> BetKey:
        """Which bet it is."""
        return BetKey(self.brand, self.bet_id)

    @property
    def owner(self) -> Owner:
        """The customer who placed it."""
        return Owner(self.brand, self.customer)


class Kept(msgspec.Struct, frozen=True):
    """A revision that is not in force, but may yet be when what it is judged by changes."""

    bet: Bet
    iso_week: str


class Review(msgspec.Struct, frozen=True):
    """What a bet would count if its newest revision had come about before its week closed.

    Attributes:
        bet: the newest revision, which came too late.
        closed_at: from when it was too late.
        counted_minor: what the bet does count, by an earlier revision or not at all.
    """

    bet: Bet
    iso_week: str
    closed_at: datetime
    counted_minor: int
    would_be: Verdict


class Entry(msgspec.Struct, frozen=True):
    """A row of the ledger: a bet, the week it belongs to and what it counts there."""

    bet: Bet
    iso_week: str
    verdict: Verdict
    kept: tuple[Kept, ...] = ()

    @property
    def club(self) -> ClubKey:
        """The customer's club in the week the bet was placed in."""
        return ClubKey(self.bet.brand, self.iso_week, self.bet.customer)

    @property
    def revisions(self) -> list[Bet]:
        """All revisions that are known of the bet and matter, the lowest first."""
        return sorted([self.bet, *(kept.bet for kept in self.kept)], key=lambda bet: bet.revision)
