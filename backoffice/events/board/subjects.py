"""What entries can be about: the sports, competitions and events that providers tell."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from backoffice.events.board.entries import Scope
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.catalogue import Catalogue, Wanted
from subgraphs.events.catalogue.events import Event
from subgraphs.events.matching.names import normal
from subgraphs.events.models import OVER
from subgraphs.events.own_ids import competition_id
from subgraphs.kit.domain.sports import SPORTS


class BoardSubject(NamedTuple):
    """A sport, a competition or an event, as its providers tell it.

    Attributes:
        sport: The sport's id; for a sport, its own.
        competition: The competition's name; empty for a sport.
        starts_at, status: Of an event; None for others.
    """

    scope: Scope
    id: str
    name: str
    sport: str
    competition: str = ""
    starts_at: datetime | None = None
    status: str | None = None


def sport_name(sport: str) -> str:
    """Return the name of a sport."""
    return SPORTS.get(sport, sport.replace("-", " ").title())


def find_subject(catalogue: Catalogue, scope: Scope, own_id: str) -> BoardSubject | None:
    """Return what an id names, also one that it had before; None if providers tell of nothing like it."""
    if scope is Scope.EVENT:
        event = catalogue.find(own_id)
        return None if event is None else event_subject(event)
    if scope is Scope.SPORT:
        return sport_subject(own_id) if own_id in SPORTS or own_id in catalogue.competitions else None
    listed = (event for events in catalogue.competitions.values() for event in events)
    named = (event for event in catalogue.ordered if event.status not in OVER)
    found = chain(
        (event for event in listed if event.competition_id == own_id),
        (event for event in named if len(event.offers) > 1 and own_id in competition_ids(event)),
    )
    return next(map(competition_subject, found), None)


def competition_ids(event: Event) -> frozenset[str]:
    """Return the ids of an event's competition, by the names that its providers give it."""
    return frozenset(competition_id(offer.sport, normal(offer.competition)) for offer in event.offers)


def subjects(
    catalogue: Catalogue, scope: Scope, wanted: Wanted, after: str = "", first: int = 100
) -> list[BoardSubject]:
    """Return what providers tell of, in order of names or of time, behind an id: up to `first`."""
    if scope is Scope.EVENT:
        last, everything = catalogue.find(after) if after else None, BrandView.of_everything(catalogue)
        place = None if last is None else everything.order(last)
        return [event_subject(event) for event in everything.page(wanted, first, place).events]
    listed = list(_sports(catalogue) if scope is Scope.SPORT else _competitions(catalogue, wanted.sport))
    start = next((at for at, one in enumerate(listed, start=1) if one.id == after), 0)
    words = normal(wanted.search or "").split()
    found = (one for one in listed[start:] if all(word in normal(one.name) for word in words))
    return [one for one, _ in zip(found, range(first), strict=False)]


def _sports(catalogue: Catalogue) -> Iterator[BoardSubject]:
    yield from sorted((sport_subject(sport) for sport in catalogue.competitions), key=lambda one: one.name)


def _competitions(catalogue: Catalogue, sport: str | None) -> Iterator[BoardSubject]:
    for own, events in catalogue.competitions.items():
        if sport in {None, own}:
            yield from map(competition_subject, events)


def sport_subject(sport: str) -> BoardSubject:
    """Return a sport."""
    return BoardSubject(Scope.SPORT, sport, sport_name(sport), sport)


def competition_subject(event: Event) -> BoardSubject:
    """Return the competition of an event."""
    return BoardSubject(
        Scope.COMPETITION, event.competition_id, event.competition, event.sport, event.competition
    )


def event_subject(event: Event) -> BoardSubject:
    """Return an event."""
    return BoardSubject(
        Scope.EVENT, event.id, event.name, event.sport, event.competition, event.starts_at, event.status
    )
