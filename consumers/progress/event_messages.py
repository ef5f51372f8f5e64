"""The messages of the block of events: what sports events are called, and of which offer each market is.

A null value says that the block no longer keeps the offer or the market that the key names.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from consumers.messages.fields import Instant, PlatformId, require_utc
from consumers.messages.reader import PlatformBody, Reader
from consumers.stream.errors import Poison
from consumers.stream.records import Record

MAX_NAMES: Final = 1000
Names = Annotated[tuple[PlatformId, ...], Meta(min_length=1, max_length=MAX_NAMES)]


class NotKept(NamedTuple):
    """An offer or a market that the block of events no longer keeps."""

    key: str


class OfferNamed(PlatformBody, frozen=True, kw_only=True):
    """What the sports event of an offer is called, by all providers."""

    offer_id: PlatformId
    sports: Names
    competitions: Names
    sports_event_ids: Names
    starts_at: Instant
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(starts_at=self.starts_at, occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of a known offer."""
        return {
            "offer_id": self.offer_id,
            "sports": list(self.sports),
            "competitions": list(self.competitions),
            "sports_event_ids": list(self.sports_event_ids),
        }


class MarketPlaced(PlatformBody, frozen=True, kw_only=True):
    """Of which offer a market is."""

    market_id: PlatformId
    offer_id: PlatformId
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of a known market."""
        return {"market_id": self.market_id, "offer_id": self.offer_id}


T = TypeVar("T", OfferNamed, MarketPlaced)


def _told_or_not_kept(
    schema: str, told: type[T], key_of: Callable[[T], str]
) -> Callable[[Record], T | NotKept]:
    """Return what reads records of items: their states, or which one is not kept. It raises Poison."""
    reader = Reader(schema, msgspec.json.Decoder(told), key_of)

    def decode(record: Record) -> T | NotKept:
        if record.value is not None:
            return reader.read(record)
        key = (record.key or b"").decode(errors="replace")
        if not key:
            raise Poison("the key of a null value must be an id")
        return NotKept(key)

    return decode


decode_offer: Final = _told_or_not_kept("event.offer", OfferNamed, lambda told: told.offer_id)
decode_event_market: Final = _told_or_not_kept("event.market", MarketPlaced, lambda told: told.market_id)
