"""The messages of the progress consumer alone: bets, and memberships."""

from typing import Any, Final, Literal

import msgspec

from consumers.reference.erasure import CustomerErased, decode_erasure
from consumers.reference.fields import (
    BetType,
    Channel,
    CustomerId,
    Instant,
    LongId,
    Money,
    Odds,
    Ordinal,
    Product,
    require_plain,
    require_utc,
)
from consumers.reference.reading import Body, Reader
from consumers.stream.records import Record
from subgraphs.progress.entries import Bet

PROGRESS_TOPIC: Final = "club.progress.v1"
MEMBERSHIP_TOPIC: Final = "club.membership.v1"


class BetChanged(Body, frozen=True, kw_only=True, gc=False):
    """A bet was placed, or its state changed."""

    customer_id: LongId
    bet_id: LongId
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

    def __post_init__(self) -> None:
        """Refuses what cannot be meant."""
        require_plain(customer_id=self.customer_id, bet_id=self.bet_id, currency=self.currency)
        require_utc(placed_at=self.placed_at, occurred_at=self.occurred_at)
        if self.product == "betting" and self.bet_type is None:
            raise ValueError("a bet of product betting needs a `bet_type`")

    def bet(self) -> Bet:
        """As the ledger takes it."""
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
        )


class MembershipChanged(Body, frozen=True, kw_only=True):
    """A customer joined or left: the whole membership, at a version."""

    customer_id: CustomerId
    version: Ordinal
    change: Literal["opted_in", "opted_out", "forced_out"]
    opted_in: bool
    since: Instant | None
    left_at: Instant | None
    first_opted_in_at: Instant | None
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Refuses what cannot be meant."""
        require_utc(since=self.since, left_at=self.left_at)
        require_utc(first_opted_in_at=self.first_opted_in_at, occurred_at=self.occurred_at)
        if self.opted_in and self.first_opted_in_at is None:
            raise ValueError("a member joined at some time: `first_opted_in_at` is missing")

    def row(self) -> dict[str, Any]:
        """With the columns of the membership table."""
        row = msgspec.structs.asdict(self)
        del row["schema"], row["event_id"], row["change"]
        return row


_BETS: Final = Reader(
    "club.progress",
    msgspec.json.Decoder(BetChanged),
    lambda bet: f"{bet.brand_id}:{bet.customer_id}",
)


_MEMBERSHIPS: Final = Reader(
    "club.membership",
    msgspec.json.Decoder(MembershipChanged),
    lambda membership: f"{membership.brand_id}:{membership.customer_id}",
)


def decode_membership_or_erasure(record: Record) -> MembershipChanged | CustomerErased:
    """The membership in a record; a null value is that of a customer who was erased.

    Raises:
        Poison: it is neither.
    """
    return decode_membership(record) if record.value is not None else decode_erasure(record)


def decode_membership(record: Record) -> MembershipChanged:
    """The membership in a record.

    Raises:
        Poison: it is not a membership message.
    """
    return _MEMBERSHIPS.read(record)


def decode_bet(record: Record) -> BetChanged:
    """The bet in a record.

    Raises:
        Poison: it is not a progress message.
    """
    return _BETS.read(record)
