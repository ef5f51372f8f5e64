"""The rules of counting: a pure function from a bet and the rules of its week to a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import msgspec

from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.domain.schemes import Scheme, has_begun, scheme_of_week
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.progress.counting.legs import NO_EVENTS, KnownEvents, judged_legs


class ContributionReason(Enum):
    """Why a bet counts or does not. Every bet has exactly one reason."""

    COUNTED = "COUNTED"
    PARTIAL_VOID = "PARTIAL_VOID"
    BELOW_MIN_STAKE = "BELOW_MIN_STAKE"
    BELOW_MIN_ODDS = "BELOW_MIN_ODDS"
    FREE_BET_STAKE = "FREE_BET_STAKE"
    VOID = "VOID"
    CASHED_OUT = "CASHED_OUT"
    EXCLUDED_BET_TYPE = "EXCLUDED_BET_TYPE"
    EXCLUDED_PRODUCT = "EXCLUDED_PRODUCT"
    EXCLUDED_EVENT = "EXCLUDED_EVENT"
    OUTSIDE_WEEK = "OUTSIDE_WEEK"
    LATE = "LATE"
    BEFORE_OPT_IN = "BEFORE_OPT_IN"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    PRICE_PENDING = "PRICE_PENDING"
    EVENT_PENDING = "EVENT_PENDING"
    DISPUTED = "DISPUTED"

    __hash__ = object.__hash__  # Enum's own is a Python function


class _Legs(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """What comes after all other fields of a bet, as it may be missing."""

    legs: str | None = None


class BetFacts(_Legs, frozen=True, array_like=True, gc=False):
    """The facts of a bet that the rules depend on: a Struct, because every message and row becomes one.

    Attributes:
        status: Placed, settled, void, partially_void or cashed_out.
        bet_type: Single, multiple or system; None if the product is not betting.
        product: Betting, casino, bingo or poker.
        channel: Sports, esports, virtual or exchange, for betting only; None if the message names none.
        stake_minor: The stake, in minor units of `currency`.
        counting_stake_minor: The part of the stake that may count, in the same units.
        stake_source: Cash or free_bet.
        odds_milli: Decimal odds times 1000; None until the starting price is known.
        legs: What the bet is on, as `encode_legs` writes it; None if its message has no legs.
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
class WeekRules:
    """The rules of one week for customers of one jurisdiction and currency.

    Attributes:
        scheme: The version in force in that week; None if these customers have no scheme.
        begun: Whether the club had begun by that week.
        closes_at: When the week closes, after which nothing that happens to a bet changes it; None for never.
    """

    week: Week
    scheme: Scheme | None
    begun: bool
    closes_at: datetime | None

    @classmethod
    def of(cls, versions: Sequence[Scheme], week: Week, opened_with: int | None = None) -> "WeekRules":
        """Return the rules of a week.

        Args:
            versions: All versions of these customers' scheme.
            week: The week.
            opened_with: The version that was stored when the week opened; None if it has not opened.
        """
        scheme = scheme_of_week(versions, week, opened_with)
        begun = scheme is not None and (opened_with is not None or has_begun(versions, week))
        return cls(week, scheme, begun, scheme.grace_until(week) if scheme else None)

    def still_open(self, instant: datetime) -> bool:
        """Return whether a revision that happens at an instant still changes the week."""
        return self.closes_at is None or instant < self.closes_at


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The amount that a bet adds to the week's total, in minor units, and the reason."""

    counted_minor: int
    reason: ContributionReason

    @property
    def counts(self) -> bool:
        """Return whether the bet adds anything."""
        return self.counted_minor > 0

    def disputed(self) -> "Verdict":
        """Return the same amount, for a bet that several customers claim: a person decides whose it is."""
        return Verdict(self.counted_minor, ContributionReason.DISPUTED)


NOTHING = {reason: Verdict(0, reason) for reason in ContributionReason}
LATE = NOTHING[ContributionReason.LATE]
"""The verdict on a bet none of whose revisions happened before its week closed."""


def evaluate_bet(
    bet: BetFacts, rules: WeekRules, opted_in_at: datetime | None, events: KnownEvents = NO_EVENTS
) -> Verdict:
    """Return what a bet counts if its revision happened in time.

    All bets of a customer without a scheme (in a currency or jurisdiction that the club does not serve) are
    in the wrong currency: thresholds exist per currency, and nothing is converted.

    Args:
        bet: The facts.
        rules: The rules of the week in which the bet was placed, for its customer.
        opted_in_at: When the customer first opted in; None for never. It matters only if the scheme does not
            count bets that were placed before the opt-in.
        events: The sports events that are known. They matter only if the scheme does not count all of them.
    """
    reason = _why_not(bet, rules, opted_in_at, events)
    if reason:
        return NOTHING[reason]
    if bet.status == "partially_void":
        return Verdict(bet.counting_stake_minor, ContributionReason.PARTIAL_VOID)
    return Verdict(bet.counting_stake_minor, ContributionReason.COUNTED)


def _why_not(
    bet: BetFacts, rules: WeekRules, opted_in_at: datetime | None, events: KnownEvents
) -> ContributionReason | None:
    """Return the first reason that applies, from final ones to those that a later revision may change."""
    if bet.status == "void":
        return ContributionReason.VOID
    if bet.status == "cashed_out":
        return ContributionReason.CASHED_OUT
    scheme = rules.scheme
    if scheme is None or bet.currency != scheme.currency:
        return ContributionReason.WRONG_CURRENCY
    if not rules.begun:
        return ContributionReason.OUTSIDE_WEEK
    if not scheme.count_before_opt_in and (opted_in_at is None or bet.placed_at < opted_in_at):
        return ContributionReason.BEFORE_OPT_IN
    return _excluded(bet, scheme) or (
        _below(bet, scheme) if scheme.events is None else _missing(bet, scheme, scheme.events, events)
    )


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


def _missing(
    bet: BetFacts, scheme: Scheme, scope: EventScope, events: KnownEvents
) -> ContributionReason | None:
    """Return what the bet lacks where not all events count: legs on what counts, a stake, or odds."""
    legs = judged_legs(bet.legs, scope, events)
    if not (qualify := legs.qualify):
        return ContributionReason.EVENT_PENDING if qualify is None else ContributionReason.EXCLUDED_EVENT
    below = _below(bet, scheme)
    if legs.need_all or bet.product != "betting" or below is ContributionReason.BELOW_MIN_STAKE:
        return below
    reach = legs.reach(scheme.min_odds_milli)
    if reach is None:  # a price or a leg that is unknown decides
        return ContributionReason.EVENT_PENDING if legs.pending else ContributionReason.PRICE_PENDING
    return None if reach else ContributionReason.BELOW_MIN_ODDS


def _below(bet: BetFacts, scheme: Scheme) -> ContributionReason | None:
    if bet.stake_minor < scheme.min_stake_minor:
        return ContributionReason.BELOW_MIN_STAKE
    if bet.product != "betting":
        return None
    if bet.odds_milli is None:
        return ContributionReason.PRICE_PENDING
    return ContributionReason.BELOW_MIN_ODDS if bet.odds_milli < scheme.min_odds_milli else None
