"""What a brand's lists look like with a board, for a territory, a language and an instant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from backoffice.events.board.entries import Scope
from backoffice.events.board.subjects import BoardSubject, competition_subject, event_subject, sport_subject
from consumers.messages.global_events.event_states import BoardEntry
from subgraphs.events.catalogue.boards import AS_TOLD, Board, Entry, Placement, shown_name
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.catalogue import Catalogue, Wanted
from subgraphs.events.catalogue.events import Event


class ShownItem(NamedTuple):
    """A member of a list as customers see it.

    Attributes:
        position: The place that an editor gave it; None without one.
    """

    subject: BoardSubject
    name: str
    image_url: str | None
    position: int | None
    hidden: bool


def preview(
    catalogue: Catalogue,
    entries: Mapping[tuple[str, str], BoardEntry],
    brand: str,
    territory: str,
    subject: BoardSubject,
    *,
    locale: str,
    at: datetime,
) -> Sequence[ShownItem]:
    """Return the list of something's like that a brand shows with a board: that of its sport, in order.

    Args:
        catalogue: What providers tell.
        entries: The board's, by scope and id.
        brand: The brand's id.
        territory: Where the customers are; empty if it is not known.
        subject: A sport, competition or event.
        locale: In which language.
        at: When.
    """
    view, sport = view_of(catalogue, entries, brand, territory, at), subject.sport
    if subject.scope is Scope.SPORT:
        return [_shown(sport_subject(own), view.of_sport(own), locale) for own in view.sports]
    if subject.scope is Scope.COMPETITION:
        listed = view.competitions(sport)
        return [_shown(competition_subject(event), view.of_competition(event), locale) for event in listed]
    events = view.page(Wanted(sport=sport), len(catalogue.events), None).events
    return [_shown(event_subject(event), view.of_event(event), locale) for event in events]


def view_of(
    catalogue: Catalogue,
    entries: Mapping[tuple[str, str], BoardEntry],
    brand: str,
    territory: str,
    at: datetime,
) -> BrandView:
    """Return the catalogue as a brand shows it with a board; the territory is empty if it is not known."""
    board = Board(entries=tuple(map(_entry, entries.values())))
    return BrandView(brand, catalogue, board, territory or None, at)


def shown_item(view: BrandView, subject: BoardSubject, entry: BoardEntry | None, locale: str) -> ShownItem:
    """Return how something is shown: not, if its competition or its sport is hidden.

    Args:
        view: The catalogue as the brand shows it.
        subject: What it is, under the id that it has now.
        entry: Its own entry, which says it if no provider tells of it any more.
        locale: In which language.
    """
    if subject.scope is Scope.SPORT:
        return _shown(subject, view.of_sport(subject.id), locale)
    event = _event_of(view.catalogue, subject)
    if event is None:
        placement = None if entry is None else _entry(entry).in_force(view.territory, view.at)
        return _shown(subject, placement or AS_TOLD, locale)
    if subject.scope is Scope.EVENT:
        return _shown(subject, view.of_event(event), locale)._replace(hidden=not view.shows(event))
    item = _shown(subject, view.of_competition(event), locale)
    return item._replace(hidden=item.hidden or view.of_sport(event.sport).hidden)


def next_change(entries: Sequence[BoardEntry], at: datetime) -> datetime | None:
    """Return the next instant at which a placement of some entries begins or ends; None if none does."""
    return Board(entries=tuple(map(_entry, entries))).next_change(at)


def _event_of(catalogue: Catalogue, subject: BoardSubject) -> Event | None:
    """Return an event, or one of a competition."""
    if subject.scope is Scope.EVENT:
        return catalogue.find(subject.id)
    listed = catalogue.competitions.get(subject.sport, ())
    return next((event for event in listed if event.competition_id == subject.id), None)


def _entry(entry: BoardEntry) -> Entry:
    """Return an entry as the events subgraph reads it from a message."""
    return msgspec.convert(msgspec.to_builtins(entry), Entry)


def _shown(subject: BoardSubject, placement: Placement, locale: str) -> ShownItem:
    name = shown_name(placement, locale, subject.name)
    return ShownItem(subject, name, placement.image_url, placement.position, placement.hidden)
