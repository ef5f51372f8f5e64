"""The messages that only progress reads: bets, and the outcomes of rewards."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.bet_legs import BetLeg, BetLegs
from consumers.messages.fields import (
    BetType,
    Channel,
    Currency,
    CustomerId,
    Instant,
    IsoWeek,
    Money,
    Odds,
    Ordinal,
    Product,
    UncheckedId,
    require_bet_times,
    require_part,
    require_plain,
    require_utc,
)
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.progress.adjustment_repository import Adjustment
from subgraphs.progress.counting.contribution import Bet
from subgraphs.progress.counting.legs import Leg, encode_legs


class BetChanged(Body, frozen=True, kw_only=True, gc=False):
    """A bet was placed, or its state changed."""

    customer_id: UncheckedId
    bet_id: UncheckedId
    bet_revision: Ordinal
    status: Literal["placed", "settled", "void", "partially_void", "cashed_out"]
    bet_type: BetType | None
    stake_minor: Money
    counting_stake_minor: Money
    currency: str
    stake_source: Literal["cash", "free_bet"]
    odds_milli: Odds | None
    placed_at: Instant
    occurred_at: Instant
    product: Product
    channel: Channel | None = None
    legs: BetLegs = ()

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_plain(customer_id=self.customer_id, bet_id=self.bet_id, currency=self.currency)
        require_bet_times(self.placed_at, self.occurred_at)
        if self.counting_stake_minor > self.stake_minor:
            require_part(self.counting_stake_minor, self.stake_minor, self.channel)
        if (self.product == "betting") is (self.bet_type is None):
            raise ValueError("betting, and only betting, has a `bet_type`")

    def bet(self) -> Bet:
        """Return the bet in the ledger's form."""
        return Bet(
            self.status,
            self.bet_type,
            self.product,
            self.channel,
            self.stake_minor,
            self.counting_stake_minor,
            self.currency,
            self.stake_source,
            self.odds_milli,
            self.placed_at,
            self.brand_id,
            self.bet_id,
            self.customer_id,
            self.bet_revision,
            self.occurred_at,
            legs=legs_text(self.legs) if self.legs else None,
        )


class OutcomeChanged(Body, frozen=True, kw_only=True):
    """The state of a customer's reward, at a revision; progress does not need the rest of the message."""

    customer_id: CustomerId
    iso_week: IsoWeek
    revision: Ordinal
    state: Literal["CONFIRMED", "FULFILLING", "CREDITED", "USED", "EXPIRED", "INELIGIBLE", "MISSED"]
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of the outcome table."""
        row = super().row()
        del row["occurred_at"]
        return row


class ProgressAdjusted(Body, frozen=True, kw_only=True):
    """Two people of the back office added to a week's total, or took from it."""

    customer_id: CustomerId
    adjustment_id: Annotated[str, Meta(min_length=1, max_length=64)]
    iso_week: IsoWeek
    amount_minor: Annotated[int, Meta(ge=-(2**31 - 1), le=2**31 - 1)]
    currency: Currency
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    proposed_by: Annotated[str, Meta(min_length=1, max_length=200)]
    approved_by: Annotated[str, Meta(min_length=1, max_length=200)]
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)
        if not self.amount_minor:
            raise ValueError("an adjustment of nothing")

    def adjustment(self, record: Record, arrived_at: datetime) -> Adjustment:
        """Return the adjustment in the ledger's form, with where and when it arrived."""
        return Adjustment(
            **self.row(), partition=record.partition, offset=record.offset, arrived_at=arrived_at
        )


def legs_text(legs: Iterable[BetLeg]) -> str:
    """Return legs in the ledger's form."""
    return encode_legs(map(_leg, legs))


def _leg(leg: BetLeg) -> Leg:
    return Leg(leg.selection_id, leg.odds_milli, leg.sport, leg.competition, leg.sports_event_id)


_ADJUSTMENTS: Final = Reader(
    "club.adjustment",
    msgspec.json.Decoder(ProgressAdjusted),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)
_BETS: Final = Reader(
    "club.progress",
    msgspec.json.Decoder(BetChanged),
    lambda bet: f"{bet.brand_id}:{bet.customer_id}",
)
_OUTCOMES: Final = Reader(
    "club.outcomes",
    msgspec.json.Decoder(OutcomeChanged),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)


def decode_bet(record: Record) -> BetChanged:
    """Return the bet in a record.

    Raises:
        Poison: The record is not a progress message.
    """
    return _BETS.read(record)


def decode_adjustment(record: Record) -> ProgressAdjusted:
    """Return the adjustment in a record.

    Raises:
        Poison: The record is not an adjustment message.
    """
    return _ADJUSTMENTS.read(record)


def decode_outcome(record: Record) -> OutcomeChanged:
    """Return the outcome in a record.

    Raises:
        Poison: The record is not an outcomes message.
    """
    return _OUTCOMES.read(record)
