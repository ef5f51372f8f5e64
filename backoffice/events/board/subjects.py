"""What entries can be about: the sports, competitions and events that providers tell."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple, TypeAlias

from backoffice.events.board.entries import Scope
from backoffice.graph.pages import no_cursor
from subgraphs.events.catalogue.brand_view import BrandView, Order
from subgraphs.events.catalogue.catalogue import Catalogue, Wanted
from subgraphs.events.catalogue.events import LIVE, Event
from subgraphs.events.matching.names import normal
from subgraphs.events.own_ids import competition_id
from subgraphs.kit.domain.sports import SPORTS, sport_name

Place: TypeAlias = tuple[str, str, str]
"""Where something is among its like, as cursors have it."""


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


def find_subject(catalogue: Catalogue, scope: Scope, own_id: str) -> BoardSubject | None:
    """Return what an id names; None if providers tell of nothing like it."""
    if scope is Scope.EVENT:
        event = catalogue.find(own_id)
        return None if event is None else event_subject(event)
    if scope is Scope.SPORT:
        return sport_subject(own_id) if own_id in SPORTS or own_id in catalogue.competitions else None
    listed = (event for events in catalogue.competitions.values() for event in events)
    return next((competition_subject(event) for event in listed if event.competition_id == own_id), None)


def competition_ids(event: Event) -> frozenset[str]:
    """Return the ids of an event's competition, by the names that its providers give it."""
    return frozenset(competition_id(offer.sport, normal(offer.competition)) for offer in event.offers)


def place_of(subject: BoardSubject) -> Place:
    """Return the place of something among its like: by sport and name, and of an event that of its list."""
    if subject.scope is Scope.EVENT:
        starts_at = "" if subject.starts_at is None else subject.starts_at.astimezone(UTC).isoformat()
        return str(int(subject.status != LIVE)), starts_at, subject.id
    return "" if subject.scope is Scope.SPORT else subject.sport, subject.name, subject.id


def subjects(
    catalogue: Catalogue, scope: Scope, wanted: Wanted, after: Place | None = None, first: int = 100
) -> list[BoardSubject]:
    """Return what providers tell of, in order of names or of time, behind a place: up to `first`."""
    if scope is Scope.EVENT:
        everything, place = BrandView.of_everything(catalogue), None if after is None else _order(after)
        return [event_subject(event) for event in everything.page(wanted, first, place).events]
    listed = _sports(catalogue) if scope is Scope.SPORT else _competitions(catalogue, wanted.sport)
    return page_of_subjects(listed, wanted, after, first)


def page_of_subjects(
    listed: Iterable[BoardSubject], wanted: Wanted, after: Place | None, first: int
) -> list[BoardSubject]:
    """Return those of some that are asked for, in order, behind a place: up to `first`."""
    words = normal(wanted.search or "").split()
    found = sorted((one for one in listed if _matches(one, wanted, words)), key=place_of)
    return [one for one in found if after is None or place_of(one) > after][:first]


def _matches(subject: BoardSubject, wanted: Wanted, words: Sequence[str]) -> bool:
    name, starts_at = normal(subject.name), subject.starts_at
    return (
        (wanted.sport is None or subject.scope is Scope.SPORT or subject.sport == wanted.sport)
        and (starts_at is None or wanted.since is None or starts_at >= wanted.since)
        and (starts_at is None or wanted.until is None or starts_at < wanted.until)
        and all(word in name for word in words)
    )


def _order(place: Place) -> Order:
    """Return the place of an event as the catalogue has it.

    Raises:
        Invalid: It is none.
    """
    is_other, starts_at, own_id = place
    try:
        return inf, is_other == "1", datetime.fromisoformat(starts_at).astimezone(UTC), own_id
    except (ValueError, OverflowError):
        raise no_cursor() from None


def _sports(catalogue: Catalogue) -> Iterator[BoardSubject]:
    yield from map(sport_subject, catalogue.competitions)


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
