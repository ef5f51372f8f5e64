"""What every feed is mapped to: the state of a bet, and the progress message that tells it."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import Meta

from consumers.reference.fields import (
    BetType,
    Channel,
    Currency,
    Instant,
    Money,
    Odds,
    Ordinal,
    Product,
    require_utc,
)
from consumers.stream.errors import Poison

PROGRESS_TOPIC: Final = "club.progress.v1"
SCHEMA: Final = "club.progress/1"

Status = Literal["placed", "settled", "void", "partially_void", "cashed_out"]
StakeSource = Literal["cash", "free_bet"]
Id = Annotated[str, Meta(pattern=r"\A[^:\s\x00-\x1f\x7f]{1,64}\Z")]
"""As the contract allows ids: a colon parts the key."""


class QualifyingBet(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a bet, an order or a round at one revision, in the contract's terms.

    Attributes:
        bet_id: the platform's own; unique in its feed.
        revision: grows with every state; equal revisions of a bet must be equal states.
        bet_type: None when, and only when, the product is not betting.
        stake_minor: what was staked, by which a scheme's minimum is judged; minor units.
        counting_stake_minor: what of it counts towards the club; minor units.
        odds_milli: decimal odds times 1000; None as long as they, or what counts, are not known yet.
        placed_at: it belongs to the club week of this instant: the same at every revision.
        occurred_at: when it came into this state.
        channel: for betting only.
    """

    brand_id: str
    customer_id: str
    bet_id: str
    revision: int
    status: Status
    bet_type: BetType | None
    stake_minor: int
    counting_stake_minor: int
    currency: str
    stake_source: StakeSource
    odds_milli: int | None
    placed_at: datetime
    occurred_at: datetime
    product: Product
    channel: Channel | None = None


class Progress(msgspec.Struct, frozen=True):
    """A record for the progress topic."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class _Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The contract's fields, with their ranges: `contracts/club.progress.v1.schema.json`."""

    schema: str
    event_id: str
    brand_id: Id
    customer_id: Id
    bet_id: Id
    bet_revision: Ordinal
    status: Status
    bet_type: BetType | None
    stake_minor: Money
    counting_stake_minor: Money
    currency: Currency
    stake_source: StakeSource
    odds_milli: Odds | None
    placed_at: Instant
    occurred_at: Instant
    product: Product
    channel: Channel | None = None

    def __post_init__(self) -> None:
        """Refuses what the contract's fields do not say one by one."""
        require_utc(placed_at=self.placed_at, occurred_at=self.occurred_at)
        if (self.product == "betting") != (self.bet_type is not None):
            raise ValueError("betting, and nothing else, has a `bet_type`")
        if self.channel is not None and self.product != "betting":
            raise ValueError("only betting has a `channel`")


_READ: Final = msgspec.json.Decoder(_Body)


def progress_of(bet: QualifyingBet, feed: str, topic: str) -> Progress:
    """The message that tells a bet's state: the same bytes whenever it is the same state.

    Args:
        bet: the state.
        feed: the feed's name; it goes before the bet's id, since two platforms may give the same one.
        topic: the topic that the feed is known by; with bet and revision it names the event.

    Raises:
        Poison: the contract has no place for such a bet.
    """
    bet_id = f"{feed}.{bet.bet_id}"
    event_id = str(uuid5(NAMESPACE_URL, f"{topic}#{bet.brand_id}#{bet_id}#{bet.revision}"))
    try:
        value = msgspec.json.encode(_body(bet, bet_id, event_id))
        _READ.decode(value)  # made without being checked: what leaves here must not be poison there
    except ValueError as fault:
        raise Poison(f"does not fit {SCHEMA}: {fault}") from fault
    headers = {"schema": SCHEMA, "event_id": event_id, "producer": f"feed-{feed}", "brand": bet.brand_id}
    return Progress(
        f"{bet.brand_id}:{bet.customer_id}".encode(),
        value,
        tuple((name, text.encode()) for name, text in headers.items()),
    )


def _body(bet: QualifyingBet, bet_id: str, event_id: str) -> _Body:
    return _Body(
        schema=SCHEMA,
        event_id=event_id,
        brand_id=bet.brand_id,
        customer_id=bet.customer_id,
        bet_id=bet_id,
        bet_revision=bet.revision,
        status=bet.status,
        bet_type=bet.bet_type,
        stake_minor=bet.stake_minor,
        counting_stake_minor=bet.counting_stake_minor,
        currency=bet.currency,
        stake_source=bet.stake_source,
        odds_milli=bet.odds_milli,
        placed_at=bet.placed_at,
        occurred_at=bet.occurred_at,
        product=bet.product,
        channel=bet.channel,
    )
