"""Sportsbook bets, `sports.bets.v1`: amounts in units, decimal odds, the whole bet with its version."""

from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.feeds.amounts import decimal_odds, milli, minor
from consumers.feeds.feed import Feed
from consumers.feeds.instants import utc
from consumers.feeds.progress import QualifyingBet, Status
from consumers.reference.fields import BetType, Currency, Instant, Ordinal
from consumers.stream.errors import Poison


class Purses(msgspec.Struct, frozen=True):
    """An amount by whose money it is: the customer's, or a free bet's."""

    cash: Decimal
    free: Decimal = Decimal(0)


class SportsBet(msgspec.Struct, frozen=True, kw_only=True):
    """A bet, whole.

    Attributes:
        combinations: how many bets are made of the legs: 1 for a single or an accumulator.
        price: of the whole bet; None while it is at starting price.
        returned: stake that has come back by now, by void legs or by cashing out in part.
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


def _bet(told: SportsBet) -> QualifyingBet:
    cash, free = minor(told.stake.cash, told.currency), minor(told.stake.free, told.currency)
    returned = minor(told.returned.cash, told.currency)
    if returned > cash:
        raise Poison("more of the stake was returned than was staked")
    status = _status(told)
    return QualifyingBet(
        brand_id=told.brand,
        customer_id=told.account,
        bet_id=told.bet,
        revision=told.version,
        status=status,
        bet_type=_bet_type(told),
        stake_minor=cash + free,
        counting_stake_minor=0 if status in {"void", "cashed_out"} else cash - returned,
        currency=told.currency,
        stake_source="cash" if cash else "free_bet",
        odds_milli=None if told.price is None else milli(decimal_odds(told.price)),
        placed_at=utc(told.placed_at),
        occurred_at=utc(told.changed_at),
        product="betting",
        channel="sports",
    )


def _status(told: SportsBet) -> Status:
    match told.state:
        case "void" | "cashed_out":
            return told.state
        case _ if told.returned.cash or told.returned.free:
            return "partially_void"
        case "accepted":
            return "placed"
        case "settled":
            return "settled"


def _bet_type(told: SportsBet) -> BetType:
    if told.combinations > 1:
        return "system"
    return "single" if len(told.legs) == 1 else "multiple"


FEED: Final = Feed("sports", "sports.bets.v1", msgspec.json.Decoder(SportsBet), _bet)
