"""The progress of a club, and what one more bet would add to it."""

from datetime import datetime

import msgspec
from msgspec.structs import astuple

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.progress.counting.legs import NO_EVENTS, KnownEvents
from subgraphs.progress.counting.rules import BetFacts, Verdict, WeekRules, evaluate_bet
from subgraphs.progress.repository import Total


class ClubProgress(msgspec.Struct, frozen=True, gc=False):
    """The progress of one club towards its target. Amounts are in minor units of the scheme's currency.

    Attributes:
        staked_minor: The amount that counted; not capped at the target.
        counted_bets: How many bets counted.
        as_of: Event time of the newest message applied; None before the first bet.
        remaining_minor: The amount that is missing from the target.
        qualified: Whether the target is reached.
    """

    key: ClubKey
    week: Week
    scheme: Scheme
    locale: str
    staked_minor: int
    counted_bets: int
    as_of: datetime | None
    remaining_minor: int
    qualified: bool

    @classmethod
    def of(cls, key: ClubKey, week: Week, scheme: Scheme, locale: str, total: Total | None) -> "ClubProgress":
        """Return the progress by the week's total; None stands for a week without bets."""
        staked, counted, as_of = (0, 0, None) if total is None else astuple(total)
        remaining = scheme.target_minor - staked
        qualified = remaining <= 0
        missing = 0 if qualified else remaining
        return cls(key, week, scheme, locale, staked, counted, as_of, missing, qualified)

    @property
    def percent(self) -> int:
        """Return 0 to 100, rounded down: 100 only if the target is reached."""
        return 100 if self.qualified else self.staked_minor * 100 // self.scheme.target_minor

    def with_bet(
        self, bet: BetFacts, opted_in_at: datetime | None = None, events: KnownEvents = NO_EVENTS
    ) -> tuple[Verdict, "ClubProgress"]:
        """Return what a bet would count if it were placed now, and the progress after it.

        Args:
            bet: The bet.
            opted_in_at: When the customer first opted in, if the scheme requires it.
            events: The sports events that the bet is on, if the scheme asks for them.
        """
        verdict = evaluate_bet(bet, WeekRules.of([self.scheme], self.week), opted_in_at, events)
        total = Total(
            self.staked_minor + verdict.counted_minor,
            self.counted_bets + verdict.counts,
            self.as_of or bet.placed_at,
        )
        return verdict, ClubProgress.of(self.key, self.week, self.scheme, self.locale, total)
