"""The catalogue as a brand shows it: without what is hidden, in the editors' order, under their names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from math import inf
from typing import TypeAlias

from subgraphs.events.catalogue.boards import AS_TOLD, EMPTY_BOARD, Board, Placement, Scope
from subgraphs.events.catalogue.catalogue import Catalogue, Page, Wanted
from subgraphs.events.catalogue.events import Event
from subgraphs.events.matching.names import normal
from subgraphs.events.own_ids import competition_id

Order: TypeAlias = tuple[float, bool, datetime, str]
"""The place of an event among others: that on the board first, then the catalogue's."""


@dataclass(frozen=True, eq=False)
class BrandView:
    """All events as a brand shows them to visitors in a territory, until its board says something else.

    Attributes:
        catalogue: All events, which all brands share.
        board: What the brand's editors decided.
        territory: Where the visitors are; None if that is not known.
        at: An instant at which this is so.
    """

    brand: str
    catalogue: Catalogue
    board: Board
    territory: str | None
    at: datetime
    _in_force: Mapping[tuple[Scope, str], Placement] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        placements = dict(self.board.in_force(self.territory, self.at))
        for (scope, own_id), placement in tuple(placements.items()):
            event = self.catalogue.find(own_id) if scope == "event" else None
            if event is not None:
                placements.setdefault(("event", event.id), placement)
        object.__setattr__(self, "_in_force", placements)

    @classmethod
    def of_everything(cls, catalogue: Catalogue) -> BrandView:
        """Return all events as their providers tell them, whatever brands show."""
        return cls("", catalogue, EMPTY_BOARD, None, datetime.min.replace(tzinfo=UTC))

    def with_catalogue(self, catalogue: Catalogue) -> BrandView:
        """Return the same view of the same events, with what providers say of themselves now."""
        renewed = copy(self)
        object.__setattr__(renewed, "catalogue", catalogue)
        return renewed

    def shows_the_same(self, other: BrandView) -> bool:
        """Return whether another view has the same events, shown alike, whatever providers say since."""
        return (
            self._in_force is other._in_force
            and self.catalogue.ordered is other.catalogue.ordered
            and self.catalogue.providers is other.catalogue.providers
        )

    def of_sport(self, sport: str) -> Placement:
        """Return how a sport is shown."""
        return self._in_force.get(("sport", sport), AS_TOLD)

    def of_competition(self, event: Event) -> Placement:
        """Return how the competition of an event is shown; that of the provider that leads comes first."""
        return next(self._of_competitions(event), AS_TOLD)

    def of_event(self, event: Event) -> Placement:
        """Return how an event is shown."""
        return self._in_force.get(("event", event.id), AS_TOLD)

    def shows(self, event: Event) -> bool:
        """Return whether an event is shown: not if it is hidden, its sport, or its competition.

        A competition that is hidden under any provider's name stays so, whoever leads.
        """
        return not self._in_force or not (
            self.of_event(event).hidden
            or self.of_sport(event.sport).hidden
            or any(placement.hidden for placement in self._of_competitions(event))
        )

    def find(self, event_id: str) -> Event | None:
        """Return the event of an id, if it is shown."""
        event = self.catalogue.find(event_id)
        return event if event is not None and self.shows(event) else None

    def order(self, event: Event) -> Order:
        """Return the place of an event: that on the board first, then live ones, then by start."""
        return (_place(self.of_event(event)), *event.order)

    def page(self, wanted: Wanted, first: int, after: Order | None) -> Page:
        """Return shown events behind a place, in order."""
        start = 0 if after is None else bisect_right(self._ordered, after, key=self.order)
        words = normal(wanted.search).split() if wanted.search else ()
        found: list[Event] = []
        for event in self._ordered[start:]:
            if wanted.matches(event, words, self._words(event) if words else ""):
                if len(found) == first:
                    return Page(found, has_next=True)
                found.append(event)
        return Page(found, has_next=False)

    @cached_property
    def sports(self) -> Sequence[str]:
        """Return the sports with a shown event that is not over, in order."""
        return sorted(self._competitions, key=lambda sport: (_place(self.of_sport(sport)), sport))

    def competitions(self, sport: str) -> Sequence[Event]:
        """Return an event of each of a sport's competitions with one that is shown and not over, in order."""
        return self._competitions.get(sport, ())

    def competition(self, competition_id: str) -> Event | None:
        """Return a shown event of a competition, by the id that any of its providers has for it."""
        return self._by_competition.get(competition_id)

    @cached_property
    def _by_competition(self) -> Mapping[str, Event]:
        return {own: event for event in reversed(self._ordered) for own in _competition_ids(event)}

    @cached_property
    def _ordered(self) -> Sequence[Event]:
        if not self._in_force:
            return self.catalogue.ordered
        return sorted(filter(self.shows, self.catalogue.ordered), key=self.order)

    @cached_property
    def _competitions(self) -> Mapping[str, Sequence[Event]]:
        if not self._in_force:
            return self.catalogue.competitions
        found = self.catalogue.competitions_of(filter(self.shows, self.catalogue.ordered))
        return {
            sport: sorted(events, key=lambda event: _place(self.of_competition(event)))
            for sport, events in found.items()
        }

    @cached_property
    def _has_competitions(self) -> bool:
        return any(scope == "competition" for scope, _ in self._in_force)

    def _of_competitions(self, event: Event) -> Iterator[Placement]:
        """Yield how the competition of an event is shown, by the name that each provider has for it."""
        if self._has_competitions:
            found = (self._in_force.get(("competition", own_id)) for own_id in _competition_ids(event))
            yield from (placement for placement in found if placement is not None)

    def _words(self, event: Event) -> str:
        """Return the normal words of the names under which an event, its competition and sport are shown."""
        if not self._in_force:
            return ""
        shown = (self.of_event(event), self.of_competition(event), self.of_sport(event.sport))
        return " ".join(normal(name) for placement in shown for name in placement.names.values())


def _place(placement: Placement) -> float:
    return inf if placement.position is None else placement.position


def _competition_ids(event: Event) -> Iterator[str]:
    yield event.competition_id
    for offer in event.offers:
        yield competition_id(offer.sport, normal(offer.competition))
