"""An event as readers see it: a group of offers, each fact from the provider that leads for it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

import msgspec

from subgraphs.events.leaders import in_order
from subgraphs.events.matching.names import normal
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import OVER
from subgraphs.events.own_ids import competition_id

LIVE: Final = "live"
FIXTURES, PRE_MATCH_ODDS, LIVE_ODDS, RESULTS = "fixtures", "pre-match odds", "live odds", "results"


Place: TypeAlias = tuple[bool, datetime, str]
"""Where an event is among others: whether it is not live, its start, its id."""


class CompetitorRow(NamedTuple):
    """Who takes part: `side` is home, away or None."""

    name: str
    side: str | None


class OfferRow(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as it is stored; `event_id` is None while it waits for a person."""

    provider: str
    sports_event_id: str
    own_id: str
    sport: str
    competition: str
    name: str
    competitors: tuple[CompetitorRow, ...]
    starts_at: datetime
    status: str
    score: str | None
    known_since: datetime
    is_gone: bool
    event_id: str | None

    @property
    def key(self) -> OfferKey:
        """Return what names it."""
        return OfferKey(self.provider, self.sports_event_id)


class Providers(NamedTuple):
    """What is known of providers: what each brings, whom to trust, and who comes first.

    Attributes:
        brings: The kinds of data that each provider brings.
        trusted: Those that are trusted.
        preferred: Those that come first, in order.
    """

    brings: Mapping[str, frozenset[str]]
    trusted: frozenset[str]
    preferred: tuple[str, ...]

    def first(self, data: str, providers: Iterable[str]) -> str | None:
        """Return which of some providers leads for a kind of data.

        If none of those that bring it is trusted, the first of them; None if none brings it. A provider that
        has not said yet what it brings may have anything.
        """
        able = [name for name in providers if data in self.brings.get(name, (data,))]
        trusted = [name for name in able if name in self.trusted]
        return next(iter(in_order(trusted or able, self.preferred)), None)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event.

    Attributes:
        id: The platform's own, without a brand.
        offers: Its offers, in the order in which they became known.
        words: All of its words in normal form, which a search looks through.
    """

    id: str
    sport: str
    competition_id: str
    competition: str
    name: str
    competitors: tuple[CompetitorRow, ...]
    starts_at: datetime
    status: str
    score: str | None
    offers: tuple[OfferRow, ...]
    words: str

    @property
    def order(self) -> Place:
        """Return its place among others: live ones first, then by start."""
        return self.status != LIVE, self.starts_at, self.id

    def offer_of_odds(self, providers: Providers) -> OfferRow | None:
        """Return the offer whose markets are shown; None if no provider has any."""
        data = LIVE_ODDS if self.status == LIVE else PRE_MATCH_ODDS
        first = providers.first(data, (offer.provider for offer in self.offers))
        return next((offer for offer in self.offers if offer.provider == first), None)


def event_of(event_id: str, offers: Sequence[OfferRow], providers: Providers) -> Event:
    """Return the event of an id that offers are of."""
    ordered = tuple(sorted(offers, key=lambda offer: (offer.known_since, offer.key)))
    facts, results = (_leading(ordered, data, providers) for data in (FIXTURES, RESULTS))
    name = facts.name or " v ".join(competitor.name for competitor in facts.competitors) or facts.competition
    spoken = (name, facts.competition, *(competitor.name for competitor in facts.competitors))
    return Event(
        id=event_id,
        sport=facts.sport,
        competition_id=competition_id(facts.sport, normal(facts.competition)),
        competition=facts.competition,
        name=name,
        competitors=facts.competitors,
        starts_at=facts.starts_at,
        status=results.status if results.status in OVER else facts.status,
        score=facts.score if facts.score is not None else results.score,
        offers=ordered,
        words=" ".join(normal(words) for words in spoken),
    )


def _leading(offers: Sequence[OfferRow], data: str, providers: Providers) -> OfferRow:
    first = providers.first(data, (offer.provider for offer in offers))
    return next((offer for offer in offers if offer.provider == first), offers[0])
