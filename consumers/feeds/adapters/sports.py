"""Sportsbook bets, `sports.bets.v1`: amounts in units, decimal odds, the whole bet with its version."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.feeds.mapping.feed import Feed
from consumers.feeds.mapping.legs import On, all_or_none
from consumers.feeds.mapping.progress_message import QualifyingBet, Status
from consumers.feeds.mapping.values import Amount, Price, decimal_odds, milli, minor, utc
from consumers.messages.fields import BetType, Currency, Instant, Ordinal
from consumers.stream.errors import Poison

State = Literal["accepted", "settled", "void", "cashed_out"]


class StakeBySource(msgspec.Struct, frozen=True):
    """An amount by source: the customer's own money, or a free bet."""

    cash: Amount
    free: Amount = "0"


class PricedOn(On, frozen=True, kw_only=True):
    """What a leg is on, with its price; None while it is at starting price."""

    price: Price | None


class Leg(msgspec.Struct, frozen=True):
    """One selection of a bet.

    Attributes:
        each_way: Whether it was backed both to win and to be placed, as all legs of an each-way bet are.
        on: What it is on; None if the sportsbook does not say it.
    """

    each_way: bool = False
    on: PricedOn | None = None


class SportsBet(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bet.

    Attributes:
        combinations: How many bets the legs make: 1 for a single or an accumulator, twice as many each way.
        price: The price of the whole bet; None while it is at starting price.
        returned: How much of the stake was returned because of void legs or a partial cash-out.
    """

    schema: Literal["sports.bets/1"]
    brand: str
    account: str
    bet: str
    version: Ordinal
    state: State
    legs: Annotated[list[Leg], Meta(min_length=1)]
    combinations: Ordinal
    price: Price | None
    currency: Currency
    stake: StakeBySource
    returned: StakeBySource = StakeBySource("0")
    placed_at: Instant
    changed_at: Instant


def _bet(bet: SportsBet) -> QualifyingBet:
    cash, free = minor(bet.stake.cash, bet.currency), minor(bet.stake.free, bet.currency)
    returned, returned_free = minor(bet.returned.cash, bet.currency), minor(bet.returned.free, bet.currency)
    if returned > cash or returned_free > free:
        raise Poison("more of the stake was returned than was staked")
    status = _status(bet.state, is_partial=returned + returned_free > 0)
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
        odds_milli=_odds(bet.price),
        placed_at=utc(bet.placed_at),
        occurred_at=utc(bet.changed_at),
        product="betting",
        channel="sports",
        legs=all_or_none(leg.on.leg(_odds(leg.on.price)) if leg.on else None for leg in bet.legs),
    )


def _odds(price: Price | None) -> int | None:
    return None if price is None else milli(decimal_odds(price))


def _status(state: State, *, is_partial: bool) -> Status:
    match state:
        case "void" | "cashed_out":
            return state
        case _ if is_partial:
            return "partially_void"
        case "accepted":
            return "placed"
        case "settled":
            return "settled"


def _bet_type(bet: SportsBet) -> BetType:
    """Return the type of a bet; each way, what the customer calls one bet is two, to win and to be placed."""
    if len(bet.legs) == 1:
        return "single"
    lines = 2 if any(leg.each_way for leg in bet.legs) else 1
    return "system" if bet.combinations > lines else "multiple"


FEED: Final = Feed("sports", "sports.bets.v1", msgspec.json.Decoder(SportsBet), _bet)
