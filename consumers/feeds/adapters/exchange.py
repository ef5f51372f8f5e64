"""Orders on the betting exchange, `exchange.orders.v1`: the commission counts, not the stake."""

from fractions import Fraction
from typing import Final, Literal

import msgspec

from consumers.feeds.mapping.feed import Feed
from consumers.feeds.mapping.legs import On
from consumers.feeds.mapping.progress_message import QualifyingBet, Status
from consumers.feeds.mapping.values import (
    Amount,
    FineAmount,
    Price,
    decimal_odds,
    laid_odds,
    milli,
    minor_floor,
    utc,
)
from consumers.messages.fields import Currency, Instant, Ordinal
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
    """How much of an order was matched, and at which average price, both from the backer's side."""

    size: Amount
    price: Price | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A whole order.

    Attributes:
        state: LAPSED and CANCELLED only if nothing was matched; otherwise the matched part stays MATCHED.
        commission: What the customer pays on the winnings of this order; None before it is settled.
        on: Which selection was backed or laid; None if the exchange does not say it.
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
    commission: FineAmount | None
    placed_at: Instant
    updated_at: Instant
    on: On | None = None


def _bet(order: Order) -> QualifyingBet:
    if order.state in {"LAPSED", "CANCELLED"} and order.matched.size.strip("0."):
        raise Poison(f"an order that is {order.state} has a matched part, which must stay MATCHED")
    # Before it is settled, it is unknown what counts: without odds the bet is PRICE_PENDING, as it should be.
    odds = milli(_odds(order)) if order.state == "SETTLED" else None
    return QualifyingBet(
        brand_id=order.brand,
        customer_id=order.customer,
        bet_id=order.order,
        revision=order.revision,
        status=STATUSES[order.state],
        bet_type="single",
        stake_minor=_at_risk(order),
        counting_stake_minor=0 if odds is None else _commission(order),
        currency=order.currency,
        stake_source="cash" if order.funds == "cash" else "free_bet",
        odds_milli=odds,
        placed_at=utc(order.placed_at),
        occurred_at=utc(order.updated_at),
        product="betting",
        channel="exchange",
        legs=() if order.on is None else (order.on.leg(odds),),
    )


def _at_risk(order: Order) -> int:
    """Return what the customer may lose: a backer the stake, a layer what the backer would win."""
    price = order.matched.price
    if price is None or order.side == "BACK":
        return minor_floor(order.matched.size, order.currency)
    return minor_floor(order.matched.size, order.currency, decimal_odds(price) - 1)


def _odds(order: Order) -> Fraction:
    if order.matched.price is None:
        raise Poison("the price of a settled order is missing")
    backed = decimal_odds(order.matched.price)
    return backed if order.side == "BACK" else laid_odds(backed)


def _commission(order: Order) -> int:
    if order.commission is None:
        raise Poison("the commission of a settled order is missing: it is 0 if none is due")
    return minor_floor(order.commission, order.currency)


FEED: Final = Feed("exchange", "exchange.orders.v1", msgspec.json.Decoder(Order), _bet)
