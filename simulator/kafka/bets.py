"""A simulated bet, and its later revisions."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from simulator.world import BetType, Product

StakeSource = Literal["cash", "free_bet"]
Channel = Literal["sports", "esports", "virtual", "exchange"]
BetStatus = Literal["placed", "settled", "void", "partially_void", "cashed_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """A bet at one revision. Stakes are in minor units, odds in milli-odds (None: starting price)."""

    brand_id: str
    customer_id: str
    bet_id: str
    currency: str
    stake_minor: int
    counting_stake_minor: int
    odds_milli: int | None
    bet_type: BetType | None
    placed_at: datetime
    changed_at: datetime
    revision: int = 1
    status: BetStatus = "placed"
    stake_source: StakeSource = "cash"
    product: Product = "betting"
    channel: Channel | None = "sports"


def settled(bet: Bet, at: datetime, *, odds_milli: int | None = None) -> Bet:
    """Return the bet after its result; a bet at the starting price gets its odds."""
    return _revised(bet, at, "settled", bet.counting_stake_minor, odds_milli)


def voided(bet: Bet, at: datetime) -> Bet:
    """Return the bet after a void: nothing of its stake counts."""
    return _revised(bet, at, "void", 0)


def partially_voided(bet: Bet, at: datetime, *, left_minor: int) -> Bet:
    """Return the bet after a partial void: only `left_minor` of the stake may still count."""
    return _revised(bet, at, "partially_void", left_minor)


def cashed_out(bet: Bet, at: datetime) -> Bet:
    """Return the bet after a cash-out: its stake does not count."""
    return _revised(bet, at, "cashed_out", 0)


def _revised(
    bet: Bet, at: datetime, status: BetStatus, counting_minor: int, odds_milli: int | None = None
) -> Bet:
    return replace(
        bet,
        revision=bet.revision + 1,
        status=status,
        counting_stake_minor=counting_minor,
        odds_milli=odds_milli or bet.odds_milli,
        changed_at=at,
    )
