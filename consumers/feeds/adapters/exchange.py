"""Orders on the betting exchange, `exchange.orders.v1`: what counts is the commission, not the stake."""

from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

import msgspec

from consumers.feeds.amounts import decimal_odds, laid_odds, milli, minor_floor
from consumers.feeds.feed import Feed
from consumers.feeds.instants import utc
from consumers.feeds.progress import QualifyingBet, Status
from consumers.reference.fields import Currency, Instant, Ordinal
from consumers.stream.errors import Poison

STATUSES: Final[dict[str, Status]] = {
    "OPEN": "placed",
    "MATCHED": "placed",
    "SETTLED": "settled",
    "VOIDED": "void",
    "LAPSED": "void",
    "CANCELLED": "void",
}


class Matched(msgspec.Struct, frozen=True):
    """How much of an order other customers took, and at which average price; the backer's side of both."""

    size: Decimal
    price: Decimal | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order, whole.

    Attributes:
        state: LAPSED and CANCELLED only where nothing was matched; else the matched part goes on, MATCHED.
        commission: what the customer pays of the winnings on this order; None before it is settled.
    """

    order: str
    revision: Ordinal
    brand: str
    customer: str
    side: Literal["BACK", "LAY"]
    state: Literal["OPEN", "MATCHED", "SETTLED", "VOIDED", "LAPSED", "CANCELLED"]
    matched: Matched
    funds: Literal["cash", "bonus"]
    currency: Currency
    commission: Decimal | None
    placed_at: Instant
    updated_at: Instant


def _bet(told: Order) -> QualifyingBet:
    if told.state in {"LAPSED", "CANCELLED"} and told.matched.size:
        raise Poison(f"an order that is {told.state} has a matched part, which must go on")
    settled = told.state == "SETTLED"
    return QualifyingBet(
        brand_id=told.brand,
        customer_id=told.customer,
        bet_id=told.order,
        revision=told.revision,
        status=STATUSES[told.state],
        bet_type="single",
        stake_minor=_at_risk(told),
        counting_stake_minor=_commission(told) if settled else 0,
        currency=told.currency,
        stake_source="cash" if told.funds == "cash" else "free_bet",
        # Until then nothing is known of what counts: without odds the bet is PRICE_PENDING, as it should be.
        odds_milli=milli(_odds(told)) if settled else None,
        placed_at=utc(told.placed_at),
        occurred_at=utc(told.updated_at),
        product="betting",
        channel="exchange",
    )


def _at_risk(told: Order) -> int:
    """What the customer may lose: a backer the stake, a layer what the backer would win."""
    price = told.matched.price
    if price is None or told.side == "BACK":
        return minor_floor(told.matched.size, told.currency)
    return minor_floor(told.matched.size, told.currency, decimal_odds(price) - 1)


def _odds(told: Order) -> Fraction:
    if told.matched.price is None:
        raise Poison("a settled order was matched at some price, which is missing")
    backed = decimal_odds(told.matched.price)
    return backed if told.side == "BACK" else laid_odds(backed)


def _commission(told: Order) -> int:
    if told.commission is None:
        raise Poison("the commission of a settled order is missing: 0 where none is due")
    return minor_floor(told.commission, told.currency)


FEED: Final = Feed("exchange", "exchange.orders.v1", msgspec.json.Decoder(Order), _bet)
