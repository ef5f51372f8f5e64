"""What others are told of a bet that is made, and of each settlement: traders and analytics read it."""

from typing import Any, Final

from subgraphs.bets.accepting.acceptance import TakenLeg
from subgraphs.bets.betting.bet import Bet, Settlement
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.records.outbox import Fact
from subgraphs.kit.topics import BET_STATE_TOPIC

STATE_SCHEMA: Final = "bet.state/1"


def state_fact(bet: Bet) -> Fact | None:
    """Return how a bet stands now, for other blocks; None if it is not made.

    Its revision is that of the club's message; a later one replaces what an earlier one says of returns.
    """
    if bet.refusal or bet.taken_at is None:
        return None
    settlement = bet.settlements[-1] if bet.settlements else None
    total, revision = bet.slip.total_minor, 1 + len(bet.settlements)
    at = bet.taken_at if settlement is None else settlement.decided_at
    return Fact(
        topic=BET_STATE_TOPIC,
        schema=STATE_SCHEMA,
        key=f"{bet.brand_id}:{bet.customer_id}",
        identity=f"{bet.bet_id}#{revision}",
        body={
            "brand_id": bet.brand_id,
            "customer_id": bet.customer_id,
            "bet_id": bet.bet_id,
            "bet_revision": revision,
            "status": bet.status.value,
            "stake_minor": total,
            "counting_stake_minor": total if settlement is None else settlement.counting_minor,
            "currency": bet.slip.currency,
            "each_way": bet.slip.each_way,
            "stake_source": "free_bet" if bet.slip.free_bet else "cash",
            "returns_minor": bet.returns_minor,
            "potential_returns_minor": bet.potential_returns,
            "placed_at": bet.placed_at.isoformat(),
            "occurred_at": bet.product_time(at).isoformat(),
            "legs": [_leg(leg, settlement) for leg in bet.legs],
        },
    )


def _leg(leg: TakenLeg, settlement: Settlement | None) -> dict[str, Any]:
    outcome = None if settlement is None else settlement.outcomes.get(leg.selection_id)
    return {
        "selection_id": leg.selection_id,
        "market_id": market_of(leg.selection_id),
        "sports_event_id": leg.sports_event_id,
        "sport": leg.sport,
        "event": leg.event,
        "market": leg.market,
        "pick": leg.pick,
        "odds_milli": leg.odds_milli,
        "starts_at": leg.starts_at.isoformat(),
        "result": None if outcome is None else outcome.result.value,
    }
