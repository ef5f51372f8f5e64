"""The progress message: the state of a bet at one revision."""

from typing import Final, Literal

import msgspec

from consumers.reference.fields import (
    BetId,
    BetType,
    Channel,
    Currency,
    CustomerId,
    Instant,
    Money,
    Odds,
    Ordinal,
    Product,
    require_utc,
)
from consumers.reference.reading import Body, Reader
from consumers.stream.records import Record
from subgraphs.progress.entries import Bet, BetKey
from subgraphs.progress.rules import BetFacts

PROGRESS_TOPIC: Final = "club.progress.v1"


class BetChanged(Body, frozen=True, kw_only=True):
    """A bet was placed, or its state changed."""

    customer_id: CustomerId
    bet_id: BetId
    bet_revision: Ordinal
    status: Literal["placed", "settled", "void", "partially_void", "cashed_out"]
    bet_type: BetType | None
    stake_minor: Money
    counting_stake_minor: Money
    currency: Currency
    stake_source: Literal["cash", "free_bet"]
    odds_milli: Odds | None
    placed_at: Instant
    occurred_at: Instant
    product: Product
    channel: Channel | None = None

    def __post_init__(self) -> None:
        """Refuses what cannot be meant."""
        require_utc(placed_at=self.placed_at, occurred_at=self.occurred_at)
        if self.product == "betting" and self.bet_type is None:
            raise ValueError("a bet of product betting needs a `bet_type`")

    def bet(self) -> Bet:
        """As the ledger takes it."""
        facts = BetFacts(
            status=self.status,
            bet_type=self.bet_type,
            product=self.product,
            channel=self.channel,
            stake_minor=self.stake_minor,
            counting_stake_minor=self.counting_stake_minor,
            currency=self.currency,
            stake_source=self.stake_source,
            odds_milli=self.odds_milli,
            placed_at=self.placed_at,
        )
        key = BetKey(self.brand_id, self.bet_id)
        return Bet(key, self.customer_id, self.bet_revision, facts, self.occurred_at)


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
