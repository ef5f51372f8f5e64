"""A bet's contribution to a week: the revision in force, what it counts, and the other kept revisions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from subgraphs.progress.counting.rules import BetFacts, ContributionReason, Verdict

LATE_REASON: Final = ContributionReason.LATE

BetKey: TypeAlias = tuple[str, str]
"""Brand and bet id. This key and those below are plain tuples, because many are made."""

CustomerKey: TypeAlias = tuple[str, str]
"""Brand and customer id; an `Owner` is one."""

WeekKey: TypeAlias = tuple[str, str, str]
"""Brand, customer id and ISO week, in the order of the indexes."""


class Bet(BetFacts, frozen=True, array_like=True, gc=False):
    """The state of a bet at one revision.

    Attributes:
        occurred_at: When this revision happened.
    """

    brand: str
    bet_id: str
    customer: str
    revision: int
    occurred_at: datetime

    @property
    def key(self) -> BetKey:
        """Return the key of the bet."""
        return (self.brand, self.bet_id)

    @property
    def owner(self) -> CustomerKey:
        """Return the key of the customer who placed the bet."""
        return (self.brand, self.customer)


class KeptRevision(msgspec.Struct, frozen=True, gc=False):
    """A revision that is not in force, but may be once the scheme or the account changes."""

    bet: Bet
    iso_week: str


class PendingReview(msgspec.Struct, frozen=True, gc=False):
    """What a bet would count if its newest revision had happened before its week closed.

    Attributes:
        bet: The newest revision, which happened too late.
        closed_at: When the week closed.
        counted_minor: What the bet counts now, by an earlier revision or not at all.
        would_be: The verdict on the newest revision if it had been in time.
    """

    bet: Bet
    iso_week: str
    closed_at: datetime
    counted_minor: int
    would_be: Verdict


Decisions: TypeAlias = Mapping[BetKey, Mapping[int, bool]]
"""By bet and late revision: True where a person accepted it, False where a person rejected it."""


class Contribution(msgspec.Struct, frozen=True, gc=False):
    """A row of the ledger: a bet, the week it belongs to, and what it counts there."""

    bet: Bet
    iso_week: str
    verdict: Verdict
    kept: tuple[KeptRevision, ...] = ()

    @property
    def customer_week(self) -> WeekKey:
        """Return the customer and week that the bet contributes to."""
        return (self.bet.brand, self.bet.customer, self.iso_week)

    @property
    def has_late_revision(self) -> bool:
        """Return whether a revision happened, or may have happened, after the end of its week."""
        return bool(self.kept) or self.verdict.reason is LATE_REASON

    @property
    def revisions(self) -> list[Bet]:
        """Return all known revisions of the bet that matter, the lowest first."""
        if not self.kept:
            return [self.bet]
        return sorted([self.bet, *(kept.bet for kept in self.kept)], key=lambda bet: bet.revision)
