"""E-sports wagers, `esports.wagers.v1`: minor units, odds as numbers, times in milliseconds since 1970."""

from decimal import Decimal
from typing import Final, Literal

import msgspec

from consumers.feeds.amounts import decimal_odds, milli
from consumers.feeds.feed import Feed
from consumers.feeds.instants import EpochMillis, of_epoch
from consumers.feeds.progress import QualifyingBet, Status
from consumers.reference.fields import BetType, Currency, Money, Ordinal
from consumers.stream.errors import Poison

BET_TYPES: Final[dict[str, BetType]] = {"SINGLE": "single", "COMBO": "multiple", "SYSTEM": "system"}
STATUSES: Final[dict[str, Status]] = {
    "ACCEPTED": "placed",
    "WON": "settled",
    "LOST": "settled",
    "REFUNDED": "void",
    "REJECTED": "void",
    "CASHED_OUT": "cashed_out",
}


class Wager(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A wager, whole.

    Attributes:
        refunded_minor: of the stake, because some of its matches were not played.
    """

    wager_id: Ordinal
    seq: Ordinal
    operator_id: str
    player_id: str
    bet_type: Literal["SINGLE", "COMBO", "SYSTEM"]
    status: Literal["ACCEPTED", "WON", "LOST", "REFUNDED", "REJECTED", "CASHED_OUT"]
    stake_minor: Money
    refunded_minor: Money = 0
    currency: Currency
    bonus: bool
    odds: Decimal
    created_at: EpochMillis
    updated_at: EpochMillis


def _bet(told: Wager) -> QualifyingBet:
    left = told.stake_minor - told.refunded_minor
    if left < 0:
        raise Poison("more was refunded than was staked")
    status = STATUSES[told.status]
    taken_back = status in {"void", "cashed_out"}
    return QualifyingBet(
        brand_id=told.operator_id,
        customer_id=told.player_id,
        bet_id=str(told.wager_id),
        revision=told.seq,
        status="partially_void" if told.refunded_minor and not taken_back else status,
        bet_type=BET_TYPES[told.bet_type],
        stake_minor=told.stake_minor,
        counting_stake_minor=0 if taken_back else left,
        currency=told.currency,
        stake_source="free_bet" if told.bonus else "cash",
        odds_milli=milli(decimal_odds(told.odds)),
        placed_at=of_epoch(told.created_at),
        occurred_at=of_epoch(told.updated_at),
        product="betting",
        channel="esports",
    )


FEED: Final = Feed("esports", "esports.wagers.v1", msgspec.json.Decoder(Wager), _bet)
