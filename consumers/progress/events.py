"""The bet message: the state of a bet at a revision."""

from typing import Final, Literal

import msgspec

from consumers.reference.fields import (
    BetType,
    Channel,
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
from subgraphs.progress.counting.contribution import Bet

PROGRESS_TOPIC: Final = "club.progress.v1"


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


_BETS: Final = Reader(
    "club.progress",
    msgspec.json.Decoder(BetChanged),
    lambda bet: f"{bet.brand_id}:{bet.customer_id}",
)


def decode_bet(record: Record) -> BetChanged:
    """The bet in a record.

    Raises:
        Poison: it is not a progress message.
    """
    return _BETS.read(record)
