"""All events of the platform at one version, and the lists and lookups that are made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from subgraphs.events.catalogue.boards import Board
from subgraphs.events.catalogue.events import Event, OfferRow, Providers, event_of
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import MAX_LENGTH, OVER
from subgraphs.events.trust import ProviderReport


class Wanted(NamedTuple):
    """Which events are asked for.

    Attributes:
        status: One of the messages' words; None for all that are not over.
        since: Those that start at this instant or later.
        until: Those that start before it.
    """

    sport: str | None = None
    competition: str | None = None
    status: str | None = None
    search: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, event: Event, words: Sequence[str], further: str) -> bool:
        """Return whether an event is one of them.

        Args:
            event: The event.
            words: The normal ones of the search.
            further: Normal words by which it is found, too.
        """
        return (
            (self.sport is None or event.sport == self.sport)
            and (self.competition is None or event.competition_id == self.competition)
            and (event.status not in OVER if self.status is None else event.status == self.status)
            and (self.since is None or event.starts_at >= self.since)
            and (self.until is None or event.starts_at < self.until)
            and all(word in event.words or word in further for word in words)
        )


class Page(NamedTuple):
    """Some events, in order, and whether there are more."""

    events: Sequence[Event]
    has_next: bool


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All events at one version.

    Attributes:
        version: That of the stored offers.
        offers: All that are known, by their keys, those that are gone as well.
        providers: Who leads.
        reports: What each provider last said of itself.
        boards: What each brand's editors decided, by brand.
        events: By their ids.
        ordered: The events, live ones first, then by start.
        event_ids: The id of the event that each offer is of, by the offer's own id: ids of events that were
            joined to another one still find it, and so do those of offers that are gone.
    """

    version: int
    offers: Mapping[OfferKey, OfferRow]
    providers: Providers
    reports: Mapping[str, ProviderReport]
    boards: Mapping[str, Board] = field(default_factory=dict)
    events: Mapping[str, Event] = field(init=False)
    event_ids: Mapping[str, str] = field(init=False)
    ordered: Sequence[Event] = field(init=False)

    def __post_init__(self) -> None:
        groups: defaultdict[str, list[OfferRow]] = defaultdict(list)
        for offer in self.offers.values():
            if offer.event_id is not None and not offer.is_gone:
                groups[offer.event_id].append(offer)
        events = {own: event_of(own, group, self.providers) for own, group in groups.items()}
        ids = {
            offer.own_id: offer.event_id
            for offer in self.offers.values()
            if offer.event_id is not None and offer.event_id in events
        }
        object.__setattr__(self, "events", events)
        object.__setattr__(self, "event_ids", ids)
        object.__setattr__(self, "ordered", sorted(events.values(), key=lambda event: event.order))

    def find(self, event_id: str) -> Event | None:
        """Return the event of an id, which may be that of any of its offers."""
        return self.events.get(self.event_ids.get(event_id, event_id))

    def event_of(self, key: OfferKey) -> Event | None:
        """Return the event that an offer is of."""
        offer = self.offers.get(key)
        return None if offer is None else self.find(offer.own_id)

    @cached_property
    def competitions(self) -> Mapping[str, Sequence[Event]]:
        """Return an event of each competition that has one that is not over, by sport, in order of names."""
        return self.competitions_of(self.ordered)

    @staticmethod
    def competitions_of(events: Iterable[Event]) -> Mapping[str, Sequence[Event]]:
        """Return one of some events of each competition that has one that is not over, by sport and name."""
        by_sport: defaultdict[str, dict[str, Event]] = defaultdict(dict)
        for event in events:
            if event.status not in OVER:
                by_sport[event.sport].setdefault(event.competition_id, event)
        return {
            sport: sorted(events.values(), key=lambda event: (event.competition, event.competition_id))
            for sport, events in sorted(by_sport.items())
        }

    def with_reports(self, reports: Mapping[str, ProviderReport]) -> Catalogue:
        """Return the same events with what providers say of themselves now: they do so all the time."""
        renewed = copy(self)
        object.__setattr__(renewed, "reports", reports)
        return renewed

    def with_changes(
        self,
        version: int,
        changed: Iterable[OfferRow],
        since: datetime,
        *,
        providers: Providers,
        reports: Mapping[str, ProviderReport],
        boards: Mapping[str, Board],
    ) -> Catalogue:
        """Return the catalogue after offers have changed.

        Those that started before an instant are left out, unless they are not over and may still last.
        """
        offers = {**self.offers, **{offer.key: offer for offer in changed}}
        kept = {
            key: offer
            for key, offer in offers.items()
            if offer.starts_at >= (since if offer.status in OVER else since - MAX_LENGTH)
        }
        return Catalogue(version, kept, providers, reports, boards)


EMPTY = Catalogue(-1, {}, Providers({}, frozenset(), ()), {})
"""The catalogue before anything was read."""
