"""What counts under the scheme of a bet, and what the bet was on, as people call it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from backoffice.scopes.items import ScopeItem, ScopeKey, ScopeKind, named_in
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.domain.sports import sport_name
from subgraphs.progress.counting.legs import KnownEvent, KnownEvents, Leg

MAX_NAMED: Final = 5
"""So many names are read aloud at most."""

UNKNOWN: Final = "an event we don't know yet"


class NamedLeg(NamedTuple):
    """A leg of a bet: what it is on in words, and whether that counts; None while it is not known."""

    name: str
    qualifies: bool | None


class NamedEvents(NamedTuple):
    """What counts, and what a bet is on, in words.

    Attributes:
        counting: What counts, such as `Cheltenham Festival (horse racing)`.
        need_all: Whether each leg has to be on it.
        legs: What each leg is on.
    """

    counting: str
    need_all: bool
    legs: Sequence[NamedLeg]

    def on(self, *qualifies: bool | None) -> str:
        """Return what those legs are on of which it is, is not, or is not yet known that they qualify."""
        return listed(dict.fromkeys(leg.name for leg in self.legs if leg.qualifies in qualifies))


def named_events(
    scope: EventScope,
    legs: Sequence[Leg],
    known: KnownEvents,
    names: Mapping[ScopeKey, ScopeItem],
    zone: ZoneInfo,
) -> NamedEvents:
    """Return what counts and what a bet is on, in words.

    Args:
        scope: What counts.
        legs: Those of the bet.
        known: The events of their markets, as far as they are known.
        names: What things are called, as far as anybody knows it.
        zone: The brand's, for events that have no name but their time.
    """
    counting = listed((_in_words(item, zone) for item in named_in(scope, names)), "or")
    return NamedEvents(counting, scope.legs == "all", [_leg(leg, scope, known, names, zone) for leg in legs])


def keys_of(event: KnownEvent) -> Iterator[ScopeKey]:
    """Return by what an event may be called: its own name comes first, then that of its competition."""
    for own_id in event.events:
        yield ScopeKind.EVENT, own_id
    for own_id in event.competitions:
        yield ScopeKind.COMPETITION, own_id


def _leg(
    leg: Leg, scope: EventScope, known: KnownEvents, names: Mapping[ScopeKey, ScopeItem], zone: ZoneInfo
) -> NamedLeg:
    event = leg.told_event or known.get(market_of(leg.selection_id))
    if event is None:
        return NamedLeg(UNKNOWN, None)
    return NamedLeg(_event(event, names, zone), event.is_in(scope))


def _event(event: KnownEvent, names: Mapping[ScopeKey, ScopeItem], zone: ZoneInfo) -> str:
    """Return what an event is called: the name of any of its offers, else its competition's and sport's."""
    item = next((names[key] for key in keys_of(event) if key in names and names[key].name), None)
    if item is not None:
        return _in_words(item, zone)
    sports = [sport_name(sport).lower() for sport in event.sports]
    return f"an event ({sports[0]})" if sports else "an event"


def _in_words(item: ScopeItem, zone: ZoneInfo) -> str:
    """Return an item with what tells it from others: `Gold Cup (Cheltenham Festival, horse racing)`."""
    if not item.name:
        return f"{'an' if item.kind is ScopeKind.EVENT else 'a'} {item.kind.value} that isn't known any more"
    if item.kind is ScopeKind.SPORT:
        return item.name.lower()
    name, competition = item.name, "" if item.competition in item.name else item.competition
    if item.starts_at is not None and item.name == item.competition:
        name = f"{name}, {_time(item.starts_at, zone)}"
    about = ", ".join(filter(None, (competition, item.sport.lower())))
    return f"{name} ({about})" if about else name


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return names as one text: a few of them, and how many there are besides."""
    found = list(names)
    if len(found) > MAX_NAMED:
        found[MAX_NAMED - 1 :] = [f"{len(found) - MAX_NAMED + 1} others"]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {last} {found[-1]}" if found else ""
