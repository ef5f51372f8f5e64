"""What a week's bets come to, and what one more would add."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from subgraphs.kit.owners import ClubKey
from subgraphs.kit.schemes import Scheme
from subgraphs.kit.weeks import Week
from subgraphs.progress.repository import Total
from subgraphs.progress.rules import BetFacts, Verdict, WeekRules, judge


class ClubProgress(msgspec.Struct, frozen=True, gc=False):
    """The progress of one club, and what it is measured by.

    Attributes:
        total: None before the first bet.
    """

    key: ClubKey
    week: Week
    scheme: Scheme
    total: Total | None
    locale: str

    @property
    def staked_minor(self) -> int:
        """What counted; not capped at the target."""
        return self.total.total_minor if self.total else 0

    @property
    def counted_bets(self) -> int:
        """How many bets counted."""
        return self.total.counted_bets if self.total else 0

    @property
    def as_of(self) -> datetime | None:
        """The event time of the newest message applied."""
        return self.total.as_of if self.total else None

    @property
    def remaining_minor(self) -> int:
        """What is missing from the target."""
        return max(0, self.scheme.target_minor - self.staked_minor)

    @property
    def qualified(self) -> bool:
        """Whether the target is reached."""
        return self.staked_minor >= self.scheme.target_minor

    @property
    def percent(self) -> int:
        """0 to 100, rounded down: 100 only when the target is reached."""
        staked, target = self.staked_minor, self.scheme.target_minor
        return 100 if staked >= target else staked * 100 // target

    def with_bet(self, bet: BetFacts, opted_in_at: datetime | None = None) -> tuple[Verdict, "ClubProgress"]:
        """What a bet would count if it were placed now, and the progress after it.

        Args:
            bet: the bet.
            opted_in_at: when the customer first joined, where the scheme asks for it.
        """
        verdict = judge(bet, WeekRules.of([self.scheme], self.week), opted_in_at)
        after = Total(
            self.staked_minor + verdict.counted_minor,
            self.counted_bets + verdict.counts,
            self.as_of or bet.placed_at,
        )
        return verdict, replace(self, total=after)
