"""What a bet returns by the results that are known, and whether that is new."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from math import floor

from subgraphs.bets.accepting.acceptance import MAX_RETURNS, TakenLeg
from subgraphs.bets.betting.bet import Bet, BetStatus, Settlement
from subgraphs.bets.settlement.outcomes import MILLI, LegResult, Outcome
from subgraphs.bets.settlement.results import MarketResult, outcome_of
from subgraphs.bets.settlement.returns import Leg, returns_of
from subgraphs.kit.domain.selections import market_of


def settlement_of(bet: Bet, markets: Mapping[str, MarketResult], at: datetime) -> Settlement | None:
    """Return the next settlement of a bet that is made; None while nothing new is known.

    A multiple is lost with its first leg. A result that is taken back without another one makes the bet open
    again.

    Args:
        bet: A bet whose stake was taken.
        markets: Those of its selections that are known, by their own ids.
        at: Now, by the machine's clock.
    """
    if bet.taken_at is None or bet.refusal or bet.decided_at is None:
        return None
    last = bet.settlements[-1] if bet.settlements else None
    outcomes = _outcomes(bet, bet.product_time(bet.decided_at), markets, last)
    if last is not None and outcomes == last.outcomes:
        return None
    returns = _returns(bet, outcomes)
    if returns is None and bet.status is BetStatus.OPEN:
        return None
    status = BetStatus.OPEN if returns is None else _status(bet, outcomes, returns)
    return Settlement(
        number=1 if last is None else last.number + 1,
        status=status,
        returns_minor=min(returns or 0, MAX_RETURNS),
        counting_minor=_counting(bet, outcomes, status),
        outcomes=outcomes,
        decided_at=at,
    )


def _outcomes(
    bet: Bet, accepted_at: datetime, markets: Mapping[str, MarketResult], last: Settlement | None
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for leg in bet.legs:
        market = markets.get(market_of(leg.selection_id))
        if market is None:
            outcome = None if last is None else last.outcomes.get(leg.selection_id)
            # Of a market without a row, only people have said something: that bets on it are void.
            outcome = None if outcome is not None and outcome.result is LegResult.VOID else outcome
        else:
            outcome = outcome_of(market, leg.selection_id, accepted_at, leg.withdrawn)
        if outcome is not None:
            outcomes[leg.selection_id] = outcome
    return outcomes


def _returns(bet: Bet, outcomes: Mapping[str, Outcome]) -> int | None:
    """Return what a bet returns, in minor units; None while that is not known."""
    if any(_loses_all(leg, outcomes) for leg in bet.legs):
        return 0
    if len(outcomes) < len(bet.legs):
        return None
    legs = [
        Leg(odds_milli=leg.odds_milli, terms=leg.terms, outcome=outcomes[leg.selection_id])
        for leg in bet.legs
    ]
    slip = bet.slip
    return returns_of(slip.stake_minor, legs, each_way=slip.each_way, is_free=bool(slip.free_bet))


def _loses_all(leg: TakenLeg, outcomes: Mapping[str, Outcome]) -> bool:
    """Tell whether nothing can be won by a bet any more because of a leg."""
    outcome = outcomes.get(leg.selection_id)
    if outcome is None or outcome.void_milli:
        return False
    return outcome.result is LegResult.LOST or (outcome.result is LegResult.PLACED and leg.terms is None)


def _status(bet: Bet, outcomes: Mapping[str, Outcome], returns: int) -> BetStatus:
    void = [outcome for outcome in outcomes.values() if outcome.result is LegResult.VOID]
    if len(void) == len(bet.legs):
        return BetStatus.VOID
    if returns == 0:
        return BetStatus.LOST
    is_partly = bool(void) or any(outcome.void_milli for outcome in outcomes.values())
    return BetStatus.PARTLY_VOID if is_partly else BetStatus.WON


def _counting(bet: Bet, outcomes: Mapping[str, Outcome], status: BetStatus) -> int:
    """Return the part of the stake that was at risk: of a multiple all, as long as one leg stands."""
    total = bet.slip.total_minor
    if status is BetStatus.VOID:
        return 0
    if status is BetStatus.OPEN or len(bet.legs) > 1:
        return total
    void = Fraction(outcomes[bet.legs[0].selection_id].void_milli, MILLI)
    return total - floor(total * void)
