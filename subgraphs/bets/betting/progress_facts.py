"""What the club is told of a bet: the same message that it reads from any platform, with its revisions."""

from fractions import Fraction
from math import floor, prod
from typing import Final

from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.settlement.outcomes import MILLI
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.kit.records.outbox import Fact

PROGRESS_SCHEMA: Final = "club.progress/1"
MAX_ODDS: Final = 2**31 - 1
"""The greatest odds of a message, in thousandths: a multiple may have longer ones."""


def progress_fact(bet: Bet) -> Fact | None:
    """Return what a bet is now, for the club; None if it is not made.

    Its revision is 1 once it is made, and one more with each settlement; equal revisions have equal bodies,
    for what a settlement says never changes.
    """
    if bet.refusal or bet.taken_at is None:
        return None
    settlement = bet.settlements[-1] if bet.settlements else None
    total = bet.slip.total_minor
    counting = total if settlement is None else settlement.counting_minor
    revision = 1 + len(bet.settlements)
    at = bet.taken_at if settlement is None else settlement.decided_at
    return Fact(
        topic=PROGRESS_TOPIC,
        schema=PROGRESS_SCHEMA,
        key=f"{bet.brand_id}:{bet.customer_id}",
        identity=f"{bet.bet_id}#{revision}",
        body={
            "brand_id": bet.brand_id,
            "customer_id": bet.customer_id,
            "bet_id": bet.bet_id,
            "bet_revision": revision,
            "status": _status(bet.status, is_whole=counting == total),
            "bet_type": "single" if len(bet.legs) == 1 else "multiple",
            "stake_minor": total,
            "counting_stake_minor": counting,
            "currency": bet.slip.currency,
            "stake_source": "free_bet" if bet.slip.free_bet else "cash",
            "odds_milli": _odds(bet),
            "placed_at": bet.placed_at.isoformat(),
            "occurred_at": bet.product_time(at).isoformat(),
            "product": "betting",
            "legs": [{"selection_id": leg.selection_id, "odds_milli": leg.odds_milli} for leg in bet.legs],
        },
    )


def _status(status: BetStatus, *, is_whole: bool) -> str:
    """Return a status in the club's words: a multiple with a void leg is settled with its whole stake."""
    if status is BetStatus.OPEN:
        return "placed"
    if status is BetStatus.VOID:
        return "void"
    return "settled" if is_whole else "partially_void"


def _odds(bet: Bet) -> int:
    """Return the odds of the whole bet, in thousandths."""
    odds = prod((Fraction(leg.odds_milli, MILLI) for leg in bet.legs), start=Fraction(1))
    return min(floor(odds * MILLI), MAX_ODDS)
