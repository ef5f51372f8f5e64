"""The messages by which adapters tell what their providers know: whole states, in the platform's units.

Their contracts are in `contracts/providers/`. Sports and kinds of markets have the platform's names here, ids
are the provider's own. A member that a provider has no word for is left at its default.
"""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec


class ProviderMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What all messages have in common.

    Attributes:
        revision: Rises with every message of a provider, whatever it is about.
        occurred_at: When the adapter wrote it.
    """

    event_id: UUID = msgspec.field(default_factory=uuid4)
    provider: str
    revision: int
    occurred_at: datetime


class Competitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part in a sports event: `side` is home, away, or None where there are no sides."""

    name: str
    side: str | None = None


class FixtureMessage(ProviderMessage, frozen=True, kw_only=True):
    """A message of `provider.fixture.v1`: a sports event as its provider has it.

    Attributes:
        sport: The platform's name, as `subgraphs.kit.domain.sports` lists them.
        competition: The provider's name of it, or of the course of a race.
        status: One of scheduled, live, suspended, finished and cancelled.
        known_since: When the adapter first heard of it: of two, the earlier one is the older event.
    """

    schema: str = "provider.fixture/1"
    sports_event_id: str
    sport: str
    category: str = ""
    competition: str
    name: str
    competitors: tuple[Competitor, ...]
    starts_at: datetime
    status: str
    score: str | None = None
    known_since: datetime


class PriceLevel(msgspec.Struct, frozen=True):
    """Odds in thousandths, and how much is offered at them, in minor units; None if it is not said."""

    odds_milli: int
    size_minor: int | None = None


class PlaceTerms(msgspec.Struct, frozen=True):
    """The place part of an each-way bet pays this fraction of the odds for so many places."""

    places: int
    numerator: int
    denominator: int


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """A selection: what backers and layers are offered, the best first, and its result.

    Attributes:
        status: One of active, suspended, removed and hidden, and by result winner, loser, placed or void.
        dead_heat_milli: The part of the stake that won, in thousandths, in a dead heat.
        deduction_milli: What was taken off the odds for it, in thousandths, when it was withdrawn.
        void_milli: The part of the stake that is given back, in thousandths, where the rest won or lost.
    """

    selection_id: str
    handicap_milli: int = 0
    name: str = ""
    status: str
    position: int
    back: tuple[PriceLevel, ...]
    lay: tuple[PriceLevel, ...] = ()
    last_odds_milli: int | None = None
    dead_heat_milli: int | None = None
    deduction_milli: int | None = None
    void_milli: int | None = None


class VoidPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Bets of this period are void; without a beginning or an end it is open there."""

    starts_at: datetime | None
    ends_at: datetime | None


class MarketMessage(ProviderMessage, frozen=True, kw_only=True):
    """A message of `provider.market.v1`: a market with its prices, or its results.

    Attributes:
        kind: The platform's name, such as MATCH_RESULT; the provider's own where the platform has none.
        status: One of inactive, open, suspended, closed, settled and cancelled.
        line_milli: Such as 2500 for over or under 2.5; None if it has none.
    """

    schema: str = "provider.market/1"
    market_id: str
    sports_event_id: str
    kind: str
    name: str = ""
    line_milli: int | None = None
    place_terms: PlaceTerms | None = None
    status: str
    in_play: bool
    winners: int = 0
    starts_at: datetime | None = None
    currency: str
    runners: tuple[Runner, ...]
    void_periods: tuple[VoidPeriod, ...] = ()


class Figure(msgspec.Struct, frozen=True):
    """A figure of both sides, such as corners 4 to 2."""

    name: str
    home: str
    away: str


class StatsMessage(ProviderMessage, frozen=True, kw_only=True):
    """A message of `provider.stats.v1`: what a provider of statistics knows of a sports event."""

    schema: str = "provider.stats/1"
    sports_event_id: str
    figures: tuple[Figure, ...]


class VideoMessage(ProviderMessage, frozen=True, kw_only=True):
    """A message of `provider.video.v1`: the picture of a sports event, and where and when it may be seen.

    Attributes:
        fixtures_of: The provider whose id the sports event's is.
        stream_id: What the provider calls it, from which an address is signed.
        territories: Country codes; empty for all.
    """

    schema: str = "provider.video/1"
    fixtures_of: str
    sports_event_id: str
    stream_id: str
    territories: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


def item_key(provider: str, item_id: str) -> str:
    """Return the key of the messages of an item, whose id is the provider's."""
    return f"{provider}:{item_id}"
