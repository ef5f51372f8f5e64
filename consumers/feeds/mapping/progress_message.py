"""The target of every feed's mapping: the state of a bet, and the progress message that carries it."""

from datetime import datetime
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec

from consumers.messages.bet_legs import BetLeg, BetLegs
from consumers.messages.fields import (
    BetType,
    BrandId,
    Channel,
    Currency,
    Instant,
    Money,
    Odds,
    Ordinal,
    PlatformId,
    Product,
    require_bet_times,
    require_part,
)
from consumers.stream.errors import Poison

SCHEMA: Final = "club.progress/1"

Status = Literal["placed", "settled", "void", "partially_void", "cashed_out"]
StakeSource = Literal["cash", "free_bet"]


class QualifyingBet(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a bet, an order or a round at one revision, in the contract's terms.

    Attributes:
        bet_id: The platform's own id, unique in its feed.
        revision: Grows with every state; equal revisions of a bet must be equal states.
        bet_type: The type of a bet; None if, and only if, the product is not betting.
        stake_minor: The stake in minor units, which a scheme's minimum stake is compared with.
        counting_stake_minor: How much of the stake counts towards the club, in minor units.
        odds_milli: Decimal odds times 1000; None while the odds, or what counts, are unknown.
        placed_at: When the bet was placed, the same at every revision; it belongs to that club week.
        occurred_at: When the bet entered this state.
        channel: The channel of a bet; None for other products.
        legs: What the bet is on, the same in each of its states; none if the platform does not say it.
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
    legs: tuple[BetLeg, ...] = ()


class ProgressMessage(msgspec.Struct, frozen=True):
    """A record for the progress topic."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class _Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of the contract with their ranges: `contracts/club.progress.v1.schema.json`."""

    schema: str
    event_id: str
    brand_id: BrandId
    customer_id: PlatformId
    bet_id: PlatformId
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
    legs: BetLegs = ()

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_bet_times(self.placed_at, self.occurred_at)
        require_part(self.counting_stake_minor, self.stake_minor, self.channel)
        if (self.product == "betting") != (self.bet_type is not None):
            raise ValueError("betting, and only betting, has a `bet_type`")
        if self.channel is not None and self.product != "betting":
            raise ValueError("only betting has a `channel`")


_DECODER: Final = msgspec.json.Decoder(_Body)


def progress_message(bet: QualifyingBet, feed: str, topic: str) -> ProgressMessage:
    """Return the message for the state of a bet; the same state always gives the same bytes.

    Args:
        bet: The state of the bet.
        feed: The feed's name, which prefixes the bet's id, since two platforms may use the same id.
        topic: The feed's topic by contract; with bet and revision it identifies the event.

    Raises:
        Poison: The contract cannot express such a bet.
    """
    if not bet.bet_id:  # with the feed's name before it, it would be one
        raise Poison("the id of the bet is empty")
    bet_id = f"{feed}.{bet.bet_id}"
    event_id = str(uuid5(NAMESPACE_URL, f"{topic}#{bet.brand_id}#{bet_id}#{bet.revision}"))
    try:
        value = msgspec.json.encode(_body(bet, bet_id, event_id))
        _DECODER.decode(value)  # encoding does not validate, and a published message must not be poison
    except ValueError as fault:
        raise Poison(f"does not fit {SCHEMA}: {fault}") from fault
    headers = {"schema": SCHEMA, "event_id": event_id, "producer": f"feed-{feed}", "brand": bet.brand_id}
    return ProgressMessage(
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
        legs=bet.legs,
    )
