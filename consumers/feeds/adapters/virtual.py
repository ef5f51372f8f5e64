"""Tickets on virtual races, `virtual.tickets.v1`: fractional odds, and states instead of a version."""

from datetime import datetime
from fractions import Fraction
from math import prod
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.feeds.mapping.feed import Feed
from consumers.feeds.mapping.legs import On, all_or_none
from consumers.feeds.mapping.progress_message import QualifyingBet, Status
from consumers.feeds.mapping.values import Amount, FractionalPrice, fractional_odds, milli, minor, utc
from consumers.messages.fields import Currency, Instant, require_order
from consumers.stream.errors import Poison

STARTING_PRICE: Final = "SP"
STATES: Final[dict[str, tuple[int, Status]]] = {
    "ISSUED": (1, "placed"),
    "RESULTED": (2, "settled"),
    "CANCELLED": (3, "void"),
}
"""The revision of each state: a ticket enters each state at most once, and in this order."""


class Selection(msgspec.Struct, frozen=True):
    """A runner and its odds, such as `7/2` or `evens`; `SP` until they are known.

    Attributes:
        on: Which selection that is; None if the ticket does not say it.
    """

    odds: FractionalPrice
    on: On | None = None


class Times(msgspec.Struct, frozen=True):
    """When the ticket entered each of its states."""

    issued: Instant
    resulted: Instant | None = None
    cancelled: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse a state that was entered before an earlier one."""
        require_order(issued=self.issued, resulted=self.resulted, cancelled=self.cancelled)


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A whole ticket.

    Attributes:
        token: The token of the free bet that paid for the ticket; None if the customer paid.
    """

    ticket: str
    site: str
    customer: str
    state: Literal["ISSUED", "RESULTED", "CANCELLED"]
    selections: Annotated[list[Selection], Meta(min_length=1, max_length=20)]
    stake: Amount
    currency: Currency
    token: str | None = None
    at: Times


def _bet(ticket: Ticket) -> QualifyingBet:
    revision, status = STATES[ticket.state]
    stake = minor(ticket.stake, ticket.currency)
    return QualifyingBet(
        brand_id=ticket.site,
        customer_id=ticket.customer,
        bet_id=ticket.ticket,
        revision=revision,
        status=status,
        bet_type="single" if len(ticket.selections) == 1 else "multiple",
        stake_minor=stake,
        counting_stake_minor=0 if status == "void" else stake,
        currency=ticket.currency,
        stake_source="cash" if ticket.token is None else "free_bet",
        odds_milli=_odds(ticket.selections),
        placed_at=utc(ticket.at.issued),
        occurred_at=_since(ticket),
        product="betting",
        channel="virtual",
        legs=all_or_none(pick.on.leg(_odds([pick])) if pick.on else None for pick in ticket.selections),
    )


def _odds(selections: list[Selection]) -> int | None:
    """Return the combined odds, or None if those of a selection are unknown."""
    if any(selection.odds == STARTING_PRICE for selection in selections):
        return None
    return milli(prod((fractional_odds(selection.odds) for selection in selections), start=Fraction(1)))


def _since(ticket: Ticket) -> datetime:
    instant = {
        "ISSUED": ticket.at.issued,
        "RESULTED": ticket.at.resulted,
        "CANCELLED": ticket.at.cancelled,
    }[ticket.state]
    if instant is None:
        raise Poison(f"the time at which the ticket was {ticket.state} is missing")
    return utc(instant)


FEED: Final = Feed("virtual", "virtual.tickets.v1", msgspec.json.Decoder(Ticket), _bet)
