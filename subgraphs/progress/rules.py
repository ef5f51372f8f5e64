"""Whether a bet counts, how much, and why not: a pure function of its facts and the rules of its week."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from subgraphs.kit.schemes import Scheme


class ContributionReason(Enum):
    """Why a bet counts or does not: every bet has exactly one."""

    COUNTED = "COUNTED"
    PARTIAL_VOID = "PARTIAL_VOID"
    BELOW_MIN_STAKE = "BELOW_MIN_STAKE"
    BELOW_MIN_ODDS = "BELOW_MIN_ODDS"
    FREE_BET_STAKE = "FREE_BET_STAKE"
    VOID = "VOID"
    CASHED_OUT = "CASHED_OUT"
    EXCLUDED_BET_TYPE = "EXCLUDED_BET_TYPE"
    EXCLUDED_PRODUCT = "EXCLUDED_PRODUCT"
    OUTSIDE_WEEK = "OUTSIDE_WEEK"
    LATE = "LATE"
    BEFORE_OPT_IN = "BEFORE_OPT_IN"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    PRICE_PENDING = "PRICE_PENDING"


@dataclass(frozen=True, slots=True)
class BetFacts:
    """What a bet is judged by.

    Attributes:
        status: placed, settled, void, partially_void or cashed_out.
        bet_type: single, multiple or system; None when the product is not betting.
        product: betting, casino, bingo or poker.
        channel: for betting: sports, esports, virtual or exchange; None when not told.
        stake_minor: what was staked; `counting_stake_minor` is what is left of it to count.
        stake_source: cash or free_bet.
        odds_milli: decimal odds times 1000; None until a starting price is known.
    """

    status: str
    bet_type: str | None
    product: str
    channel: str | None
    stake_minor: int
    counting_stake_minor: int
    currency: str
    stake_source: str
    odds_milli: int | None
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bet adds to the total, in minor units, and why."""

    counted_minor: int
    reason: ContributionReason

    @property
    def counts(self) -> bool:
        """Whether it adds anything."""
        return self.counted_minor > 0


def judge(bet: BetFacts, scheme: Scheme | None) -> Verdict:
    """What a bet counts under the scheme of its week for its customer's jurisdiction and currency.

    A customer without a scheme (a currency or jurisdiction that is not served) has only bets in the
    wrong currency: thresholds exist per currency and nothing is converted.
    """
    reason = _why_not(bet, scheme)
    if reason:
        return Verdict(0, reason)
    if bet.status == "partially_void":
        return Verdict(bet.counting_stake_minor, ContributionReason.PARTIAL_VOID)
    return Verdict(bet.counting_stake_minor, ContributionReason.COUNTED)


def _why_not(bet: BetFacts, scheme: Scheme | None) -> ContributionReason | None:
    if bet.status == "void":
        return ContributionReason.VOID
    if bet.status == "cashed_out":
        return ContributionReason.CASHED_OUT
    if scheme is None or bet.currency != scheme.currency:
        return ContributionReason.WRONG_CURRENCY
    return _excluded(bet, scheme) or _below(bet, scheme)


def _excluded(bet: BetFacts, scheme: Scheme) -> ContributionReason | None:
    if bet.product != scheme.qualifying_product:
        return ContributionReason.EXCLUDED_PRODUCT
    if bet.channel is not None and scheme.channels and bet.channel not in scheme.channels:
        return ContributionReason.EXCLUDED_PRODUCT
    if bet.bet_type is not None and bet.bet_type not in scheme.bet_types:
        return ContributionReason.EXCLUDED_BET_TYPE
    if bet.stake_source == "free_bet":
        return ContributionReason.FREE_BET_STAKE
    return None


def _below(bet: BetFacts, scheme: Scheme) -> ContributionReason | None:
    if bet.stake_minor < scheme.min_stake_minor:
        return ContributionReason.BELOW_MIN_STAKE
    if bet.product != "betting":
        return None
    if bet.odds_milli is None:
        return ContributionReason.PRICE_PENDING
    return ContributionReason.BELOW_MIN_ODDS if bet.odds_milli < scheme.min_odds_milli else None
