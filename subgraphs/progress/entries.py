"""What the ledger holds: a bet at the revision in force, judged, and the revisions kept beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

import msgspec

from subgraphs.progress.rules import LATE, BetFacts, Verdict

BetKey: TypeAlias = tuple[str, str]
"""Brand and bet: the ledger has one row for each. A plain tuple, like the keys below: many are made."""

CustomerKey: TypeAlias = tuple[str, str]
"""Brand and customer; an `Owner` is one."""

WeekKey: TypeAlias = tuple[str, str, str]
"""Brand, customer and ISO week, in the order of the indexes."""


class Bet(BetFacts, frozen=True, array_like=True, gc=False):
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
        return (self.brand, self.bet_id)

    @property
    def owner(self) -> CustomerKey:
        """The customer who placed it."""
        return (self.brand, self.customer)


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A revision that is not in force, but may yet be when what it is judged by changes."""

    bet: Bet
    iso_week: str


class Review(msgspec.Struct, frozen=True, gc=False):
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


Decisions: TypeAlias = Mapping[BetKey, Mapping[int, bool]]
"""By bet and revision: whether a person accepted what came too late, or rejected it."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A row of the ledger: a bet, the week it belongs to and what it counts there."""

    bet: Bet
    iso_week: str
    verdict: Verdict
    kept: tuple[Kept, ...] = ()

    @property
    def customer_week(self) -> WeekKey:
        """Whose week it belongs to."""
        return (self.bet.brand, self.bet.customer, self.iso_week)

    @property
    def has_late_revision(self) -> bool:
        """Whether anything came about after a week's end, or may have."""
        return bool(self.kept) or self.verdict == LATE

    @property
    def revisions(self) -> list[Bet]:
        """All revisions that are known of the bet and matter, the lowest first."""
        if not self.kept:
            return [self.bet]
        return sorted([self.bet, *(kept.bet for kept in self.kept)], key=lambda bet: bet.revision)
