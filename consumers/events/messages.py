"""The messages of providers: their contracts are `contracts/providers/provider.….v1.schema.json`.

A null value says that the provider no longer has the item that its key names.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from consumers.messages.fields import Currency, Instant, Odds, PlatformId, require_utc
from consumers.messages.reader import PlatformBody, Reader
from consumers.stream.errors import Poison
from consumers.stream.records import Record

Provider = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[a-z0-9-]+\Z")]
Revision = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Whole = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Words = Annotated[str, Meta(max_length=200)]
Sport = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[a-z0-9-]+\Z")]
Thousandths = Annotated[int, Meta(ge=0, le=1000)]
Part = Annotated[int, Meta(ge=1, le=999)]
Territory = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
Place = Annotated[int, Meta(ge=1, le=100)]


class Gone(NamedTuple):
    """An item that its provider no longer has."""

    provider: str
    id: str


class Competitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part."""

    name: Words
    side: Literal["home", "away"] | None = None


class FixtureTold(PlatformBody, frozen=True, kw_only=True):
    """A sports event as its provider has it."""

    provider: Provider
    revision: Revision
    sports_event_id: PlatformId
    sport: Sport
    category: Words = ""
    competition: Words
    name: Words
    competitors: Annotated[tuple[Competitor, ...], Meta(max_length=500)]
    starts_at: Instant
    status: Literal["scheduled", "live", "suspended", "finished", "cancelled"]
    score: Annotated[str, Meta(max_length=64)] | None = None
    known_since: Instant
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(starts_at=self.starts_at, known_since=self.known_since, occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of an offer."""
        competitors = [msgspec.structs.asdict(competitor) for competitor in self.competitors]
        return {**super().row(), "competitors": competitors}


class PriceLevel(msgspec.Struct, frozen=True):
    """Odds that are offered."""

    odds_milli: Odds


class PlaceTerms(msgspec.Struct, frozen=True):
    """The terms of each-way bets."""

    places: Place
    numerator: Place
    denominator: Place


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """A selection; what backers are offered, the highest odds first."""

    selection_id: PlatformId
    handicap_milli: Whole = 0
    name: Words = ""
    status: Annotated[str, Meta(max_length=32)]
    position: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    back: tuple[PriceLevel, ...]
    dead_heat_milli: Thousandths | None = None
    deduction_milli: Thousandths | None = None
    void_milli: Part | None = None


class VoidPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """A time whose bets are void; None where it has no beginning or no end."""

    starts_at: Instant | None
    ends_at: Instant | None


class MarketTold(PlatformBody, frozen=True, kw_only=True):
    """A market as its provider has it."""

    provider: Provider
    revision: Revision
    market_id: PlatformId
    sports_event_id: PlatformId
    kind: Annotated[str, Meta(max_length=64)]
    name: Words = ""
    line_milli: Whole | None = None
    place_terms: PlaceTerms | None = None
    status: Literal["inactive", "open", "suspended", "closed", "settled", "cancelled"]
    in_play: bool
    currency: Currency
    runners: Annotated[tuple[Runner, ...], Meta(max_length=1000)]
    void_periods: tuple[VoidPeriod, ...] = ()
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)
        for period in self.void_periods:
            require_utc(starts_at=period.starts_at, ends_at=period.ends_at)


class StatusTold(PlatformBody, frozen=True, kw_only=True):
    """How a provider's adapter is."""

    provider: Provider
    kind: Annotated[str, Meta(max_length=64)]
    complete: bool
    incomplete_since: Instant | None
    reason: str
    first_revision: Revision
    capabilities: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=100)]
    delay_ms: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        instants: dict[str, datetime | None] = {"incomplete_since": self.incomplete_since}
        require_utc(occurred_at=self.occurred_at, **{name: at for name, at in instants.items() if at})


class Figure(msgspec.Struct, frozen=True):
    """A figure of both sides."""

    name: Annotated[str, Meta(max_length=64)]
    home: Annotated[str, Meta(max_length=32)]
    away: Annotated[str, Meta(max_length=32)]


class StatsTold(PlatformBody, frozen=True, kw_only=True):
    """The statistics of a sports event as their provider has them."""

    provider: Provider
    revision: Revision
    sports_event_id: PlatformId
    figures: Annotated[tuple[Figure, ...], Meta(max_length=100)]
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of statistics."""
        return {**super().row(), "figures": msgspec.to_builtins(self.figures)}


class VideoTold(PlatformBody, frozen=True, kw_only=True):
    """The picture of a sports event, and where and when it may be seen."""

    provider: Provider
    revision: Revision
    fixtures_of: Provider
    sports_event_id: PlatformId
    stream_id: PlatformId
    territories: Annotated[tuple[Territory, ...], Meta(max_length=300)]
    starts_at: Instant
    ends_at: Instant
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(starts_at=self.starts_at, ends_at=self.ends_at, occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of a picture."""
        return {**super().row(), "territories": list(self.territories)}


T = TypeVar("T", FixtureTold, MarketTold, StatsTold, VideoTold)


def _told_or_gone(kind: str, told: type[T], item_of: Callable[[T], str]) -> Callable[[Record], T | Gone]:
    """Return what reads records of items: their states, or which one is gone. It raises Poison."""
    reader = Reader(
        f"provider.{kind}", msgspec.json.Decoder(told), lambda item: f"{item.provider}:{item_of(item)}"
    )

    def decode(record: Record) -> T | Gone:
        if record.value is not None:
            return reader.read(record)
        provider, colon, item = (record.key or b"").decode(errors="replace").partition(":")
        if not (provider and colon and item):
            raise Poison("the key of a null value must be the provider and its id, with a colon between them")
        return Gone(provider, item)

    return decode


_STATUSES: Final = Reader("provider.status", msgspec.json.Decoder(StatusTold), lambda status: status.provider)
decode_fixture: Final = _told_or_gone("fixture", FixtureTold, lambda fixture: fixture.sports_event_id)
decode_market: Final = _told_or_gone("market", MarketTold, lambda market: market.market_id)
decode_stats: Final = _told_or_gone("stats", StatsTold, lambda stats: stats.sports_event_id)
decode_video: Final = _told_or_gone("video", VideoTold, lambda video: video.sports_event_id)


def decode_status(record: Record) -> StatusTold:
    """Return the status in a record.

    Raises:
        Poison: The record is no status.
    """
    return _STATUSES.read(record)
