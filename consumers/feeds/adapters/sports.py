"""Sportsbook bets, `sports.bets.v1`: amounts in units, decimal odds, the whole bet with its version."""

from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.feeds.mapping.feed import Feed
from consumers.feeds.mapping.progress_message import QualifyingBet, Status
from consumers.feeds.mapping.values import decimal_odds, milli, minor, utc
from consumers.messages.fields import BetType, Currency, Instant, Ordinal
from consumers.stream.errors import Poison


class Purses(msgspec.Struct, frozen=True):
    """An amount by source: the customer's own money, or a free bet."""

    cash: Decimal
    free: Decimal = Decimal(0)


class SportsBet(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bet.

    Attributes:
        combinations: How many bets the legs make: 1 for a single or an accumulator.
        price: The price of the whole bet; None while it is at starting price.
        returned: How much of the stake was returned because of void legs or a partial cash-out.
    """

    schema: Literal["sports.bets/1"]
    brand: str
    account: str
    bet: str
    version: Ordinal
    state: Literal["accepted", "settled", "void", "cashed_out"]
    legs: Annotated[list[msgspec.Raw], Meta(min_length=1)]
    combinations: Ordinal
    price: Decimal | None
    currency: Currency
    stake: Purses
    returned: Purses = Purses(Decimal(0))
    placed_at: Instant
    changed_at: Instant


def _bet(bet: SportsBet) -> QualifyingBet:
    cash, free = minor(bet.stake.cash, bet.currency), minor(bet.stake.free, bet.currency)
    returned = minor(bet.returned.cash, bet.currency)
    if returned > cash:
        raise Poison("more of the stake was returned than was staked")
    status = _status(bet)
    return QualifyingBet(
        brand_id=bet.brand,
        customer_id=bet.account,
        bet_id=bet.bet,
        revision=bet.version,
        status=status,
        bet_type=_bet_type(bet),
        stake_minor=cash + free,
        counting_stake_minor=0 if status in {"void", "cashed_out"} else cash - returned,
        currency=bet.currency,
        stake_source="cash" if cash else "free_bet",
        odds_milli=None if bet.price is None else milli(decimal_odds(bet.price)),
        placed_at=utc(bet.placed_at),
        occurred_at=utc(bet.changed_at),
        product="betting",
        channel="sports",
    )


def _status(bet: SportsBet) -> Status:
    match bet.state:
        case "void" | "cashed_out":
            return bet.state
        case _ if bet.returned.cash or bet.returned.free:
            return "partially_void"
        case "accepted":
            return "placed"
        case "settled":
            return "settled"


def _bet_type(bet: SportsBet) -> BetType:
    if bet.combinations > 1:
        return "system"
    return "single" if len(bet.legs) == 1 else "multiple"


FEED: Final = Feed("sports", "sports.bets.v1", msgspec.json.Decoder(SportsBet), _bet)
