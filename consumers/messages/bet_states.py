"""`bet.state.v1`: how a bet stands, and what it returns, once it is made and at each of its settlements."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.bet_legs import MAX_BET_LEGS
from consumers.messages.fields import (
    Currency,
    Instant,
    Money,
    Odds,
    Ordinal,
    PlatformId,
    Product,
    require_bet_times,
    require_part,
    require_utc,
)
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record

MAX_NAME: Final = 500
MAX_RETURNS: Final = 2**53 - 1
"""In minor units: the most that a wallet pays at once."""

Returns = Annotated[int, Meta(ge=0, le=MAX_RETURNS)]
_Name = Annotated[str, Meta(max_length=MAX_NAME)]


class StateLeg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A part of a bet, as it was called when the bet was made.

    Attributes:
        odds_milli: Decimal odds times 1000, as they were taken.
        result: None while it is not known.
    """

    selection_id: PlatformId
    market_id: PlatformId
    sports_event_id: PlatformId
    sport: PlatformId
    event: _Name
    market: _Name
    pick: _Name
    odds_milli: Odds
    starts_at: Instant
    result: Literal["WON", "PLACED", "LOST", "VOID", "DEAD_HEAT"] | None

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(starts_at=self.starts_at)


class BetState(Body, frozen=True, kw_only=True, gc=False):
    """A bet at one of its revisions.

    Attributes:
        returns_minor: What it returns in all; None while it is open.
        potential_returns_minor: What it returns if all wins that is not known yet.
        occurred_at: When it was made, or when this settlement was decided.
    """

    customer_id: PlatformId
    bet_id: PlatformId
    bet_revision: Ordinal
    status: Literal["OPEN", "WON", "LOST", "VOID", "PARTLY_VOID"]
    product: Product = "betting"
    stake_minor: Money
    counting_stake_minor: Money
    currency: Currency
    each_way: bool
    stake_source: Literal["cash", "free_bet"]
    returns_minor: Returns | None
    potential_returns_minor: Returns
    placed_at: Instant
    occurred_at: Instant
    legs: Annotated[tuple[StateLeg, ...], Meta(max_length=MAX_BET_LEGS)]

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        require_bet_times(self.placed_at, self.occurred_at)
        require_part(self.counting_stake_minor, self.stake_minor, None)
        if (self.status == "OPEN") is not (self.returns_minor is None):
            raise ValueError("a bet has `returns_minor` once it is not open any more, and not before")
        if self.product == "betting" and not self.legs:
            raise ValueError("betting has `legs`")


_READER: Final = Reader(
    "bet.state", msgspec.json.Decoder(BetState), lambda bet: f"{bet.brand_id}:{bet.customer_id}"
)


def decode_bet_state(record: Record) -> BetState:
    """Return the bet in a record.

    Raises:
        Poison: The record is not a message about how a bet stands.
    """
    return _READER.read(record)
