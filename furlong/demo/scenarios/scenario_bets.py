"""The bets of a scenario, deterministic in content and time."""

from dataclasses import replace
from datetime import timedelta

from furlong.demo.routes import SessionCustomer
from furlong.demo.scenarios.scenario import BetFacts, Revision
from furlong.demo.scenarios.week_stages import FIRST_BET
from simulator.kafka.bets import Bet, cashed_out, partially_voided, voided


def first_revision(customer: SessionCustomer, number: int, facts: BetFacts, currency: str) -> Bet:
    """Return a customer's n-th bet, placed n-1 hours after the first."""
    placed_at = FIRST_BET + timedelta(hours=number - 1)
    is_betting = facts.product == "betting"
    bet = Bet(
        brand_id=customer.brand,
        customer_id=customer.id,
        bet_id=f"b-{customer.id}-{number}",
        currency=facts.currency or currency,
        stake_minor=facts.stake_minor,
        counting_stake_minor=facts.stake_minor,
        odds_milli=facts.odds_milli,
        bet_type=facts.bet_type if is_betting else None,
        placed_at=placed_at,
        changed_at=placed_at,
        stake_source=facts.stake_source,
        product=facts.product,
    )
    return bet if is_betting else replace(bet, channel=None)


def later_revision(bet: Bet, revision: Revision) -> Bet:
    """Return the bet's next revision, half an hour after it was placed."""
    at = bet.placed_at + timedelta(minutes=30)
    match revision.status:
        case "void":
            return voided(bet, at)
        case "partially_void":
            return partially_voided(bet, at, left_minor=revision.left_minor)
        case "cashed_out":
            return cashed_out(bet, at)
