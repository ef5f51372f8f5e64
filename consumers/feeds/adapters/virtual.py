"""Tickets on virtual races, `virtual.tickets.v1`: fractional odds, and states instead of a version."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.feeds.amounts import fractional_odds, milli, minor
from consumers.feeds.feed import Feed
from consumers.feeds.instants import utc
from consumers.feeds.progress import QualifyingBet, Status
from consumers.reference.fields import Currency, Instant
from consumers.stream.errors import Poison

STARTING_PRICE: Final = "SP"
STATES: Final[dict[str, tuple[int, Status]]] = {
    "ISSUED": (1, "placed"),
    "RESULTED": (2, "settled"),
    "CANCELLED": (3, "void"),
}
"""A ticket comes into each state at most once, and never goes back: so the state makes a revision."""


class Selection(msgspec.Struct, frozen=True):
    """A runner, and its odds as `7/2`, `evens`, or `SP` until they are known."""

    odds: str


class Times(msgspec.Struct, frozen=True):
    """When the ticket came into each of its states so far."""

    issued: Instant
    resulted: Instant | None = None
    cancelled: Instant | None = None


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket, whole.

    Attributes:
        token: of the free bet that paid for it; None where the customer did.
    """

    ticket: str
    site: str
    customer: str
    state: Literal["ISSUED", "RESULTED", "CANCELLED"]
    selections: Annotated[list[Selection], Meta(min_length=1, max_length=20)]
    stake: Decimal
    currency: Currency
    token: str | None = None
    at: Times


def _bet(told: Ticket) -> QualifyingBet:
    revision, status = STATES[told.state]
    stake = minor(told.stake, told.currency)
    return QualifyingBet(
        brand_id=told.site,
        customer_id=told.customer,
        bet_id=told.ticket,
        revision=revision,
        status=status,
        bet_type="single" if len(told.selections) == 1 else "multiple",
        stake_minor=stake,
        counting_stake_minor=0 if status == "void" else stake,
        currency=told.currency,
        stake_source="cash" if told.token is None else "free_bet",
        odds_milli=_odds(told.selections),
        placed_at=utc(told.at.issued),
        occurred_at=_since(told),
        product="betting",
        channel="virtual",
    )


def _odds(selections: list[Selection]) -> int | None:
    """Those of all selections together; unknown as long as one is."""
    if any(one.odds == STARTING_PRICE for one in selections):
        return None
    return milli(prod((fractional_odds(one.odds) for one in selections), start=Fraction(1)))


def _since(told: Ticket) -> datetime:
    instant = {
        "ISSUED": told.at.issued,
        "RESULTED": told.at.resulted,
        "CANCELLED": told.at.cancelled,
    }[told.state]
    if instant is None:
        raise Poison(f"since when it is {told.state} is missing")
    return utc(instant)


FEED: Final = Feed("virtual", "virtual.tickets.v1", msgspec.json.Decoder(Ticket), _bet)
