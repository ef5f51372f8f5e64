"""What is followed, and by whom: events of one brand, place, language and selection, each encoded once."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from subgraphs.events.book.position import Position, reaches
from subgraphs.events.book.selection import Encoded, EventEncoder
from subgraphs.events.catalogue.boards import Placement
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.events import Event
from subgraphs.events.loaders import EventsContext
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import OVER

SUSPENDED: Final = "suspended"


class LaneKey(NamedTuple):
    """What events look like: to whom, and what is selected of them."""

    brand: str
    territory: str | None
    language: str
    selection: str


class Facts(NamedTuple):
    """All that the catalogue and a brand's board say of an event."""

    event: Event
    offer: OfferKey | None
    shown: tuple[Placement, Placement, Placement]


class State(NamedTuple):
    """An event as followers get it.

    Attributes:
        encoded: As JSON; None if it is executed for each follower.
        is_shown: Whether the brand shows it.
        id: The event's own, which is another one after offers were joined or separated.
        number: Tells states apart that are not encoded.
    """

    encoded: Encoded | None
    is_shown: bool
    id: str = ""
    number: int = 0


UNKNOWN: Final = State(None, is_shown=False)
"""The state of an event that was never shown."""


@dataclass(slots=True, eq=False)
class FollowedEvent:
    """An event by an id that somebody follows in a lane.

    Attributes:
        view: By which it is shown; None if it never was.
        facts: What is known of it; None if it is not shown.
        event: It as it is shown, or was shown the last time; None if it never was.
        offer: That whose markets are shown.
        begun: The offsets, and the milliseconds, from which on no change was missed, and it had this id; None
            until it is ready.
        told: The offsets behind the records by which it may have changed last; none if it did not.
        stored: The milliseconds at which something else was last seen by which it may have changed.
        left: The milliseconds at which its last follower left.
    """

    own_id: str
    lane: Lane
    followers: set[Follower] = field(default_factory=set)
    view: BrandView | None = None
    facts: Facts | None = None
    event: Event | None = None
    offer: OfferKey | None = None
    state: State = UNKNOWN
    begun: tuple[tuple[int, ...], int] | None = None
    told: tuple[int, ...] = ()
    stored: int = 0
    left: int = 0

    def look(self, view: BrandView) -> bool:
        """Look how the brand shows it now, and return whether that has changed."""
        facts, before = _facts(view, self.own_id), self.facts
        self.facts = facts
        if facts is not None:
            self.view, self.event, self.offer = view, facts.event, facts.offer
        elif self.event is not None:
            # It comes a last time: nobody may take what is shown of it for an offer.
            self.view = view.with_catalogue(view.catalogue.with_reports({}))
            if self.event.status not in OVER:
                self.event = replace(self.event, status=SUSPENDED)
        return facts != before

    def become(
        self, state: State, at: tuple[tuple[int, ...], int], *, is_told: bool, is_stored: bool
    ) -> None:
        """Have a state from these offsets and milliseconds on, by a record or by something else.

        It may equal the one before: another process has perhaps shown what was in between.
        """
        if self.begun is not None and state.id != self.state.id:
            self.begun = at
        self.state = state
        if is_told:
            self.told = at[0]
        if is_stored:
            self.stored = at[1]

    def is_in(self, position: Position, difference: int) -> bool:
        """Return whether its present state is contained in a position.

        Args:
            position: Where another stream was.
            difference: By how many milliseconds clocks may differ.
        """
        is_told = not self.told or reaches(position.offsets, self.told)
        return is_told and position.seen >= self.stored + difference

    def has_followed(self, position: Position, difference: int) -> bool:
        """Return whether no change behind a position was missed."""
        if self.begun is None:
            return False
        offsets, begun = self.begun
        return reaches(position.offsets, offsets) and position.seen >= begun + difference


@dataclass(slots=True, eq=False)
class Lane:
    """Followed events that look alike to all who follow them.

    Attributes:
        context: That of the first follower; each execution has a copy.
        view: How the brand shows events, as was last looked.
        reads: What was read of the database for the events besides markets, by reader and offer.
        is_named: Whether the brand shows names that depend on languages; the key has them only then.
        is_encoded: Whether events are encoded for all followers.
    """

    key: LaneKey
    context: EventsContext
    encoder: EventEncoder
    is_named: bool
    view: BrandView | None = None
    events: dict[str, FollowedEvent] = field(default_factory=dict)
    reads: dict[tuple[Any, Hashable], Any] = field(default_factory=dict)
    is_encoded: bool = True

    @property
    def has_moved(self) -> bool:
        """Return whether its followers belong to other lanes, because names do, or no longer, matter."""
        return self.view is not None and self.view.board.has_names is not self.is_named

    def look(self, view: BrandView) -> set[FollowedEvent]:
        """Look how the brand shows events now, and return those of which that has changed."""
        last, self.view = self.view, view
        if last is not None and view.shows_the_same(last):
            for event in self.events.values():
                if event.facts is not None:
                    event.view = view
            return set()
        changed = {event for event in self.events.values() if event.look(view)}
        if self.encoder.depends_on_all:
            changed |= {event for event in self.events.values() if event.facts is not None}
        return changed


@dataclass(slots=True, eq=False)
class Follower:
    """Who follows events: nothing waits for it but the set of those that have changed.

    Attributes:
        events: Those that it follows, in the order in which it asked for them.
        dirty: Those that have changed since it was last sent something.
        sent: What it has of each.
        is_moved: Whether it has to join another lane.
        waiter: What it waits for while nothing has changed.
    """

    lane: Lane | None = None
    events: dict[str, FollowedEvent] = field(default_factory=dict)
    dirty: set[FollowedEvent] = field(default_factory=set)
    sent: dict[str, State] = field(default_factory=dict)
    is_moved: bool = False
    waiter: Future[None] | None = None

    def take(self) -> tuple[bool, list[FollowedEvent]]:
        """Return what it gets: the events that differ from what it has, or an image of all of them.

        It gets an image if what it has under the id of an event is now another one.
        """
        dirty, self.dirty = self.dirty, set()
        sent, changed, is_image = self.sent, [], False
        for own_id, event in self.events.items():
            if event in dirty and (state := event.state) != (before := sent.get(own_id, UNKNOWN)):
                changed.append(event)
                sent[own_id] = state
                is_image = is_image or (before.id != state.id and before is not UNKNOWN)
        return (True, self.image()) if is_image else (False, changed)

    def image(self) -> list[FollowedEvent]:
        """Return all that it follows and that is shown, which it has afterwards."""
        self.dirty.clear()
        self.sent = {own_id: event.state for own_id, event in self.events.items()}
        return [event for event in self.events.values() if event.state.is_shown]


def mark(changed: Iterable[FollowedEvent]) -> None:
    """Let all who follow events know that these have changed."""
    dirty: set[Follower] = set()
    for event in changed:
        for follower in event.followers:
            follower.dirty.add(event)
        dirty |= event.followers
    for follower in dirty:
        waiter = follower.waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def _facts(view: BrandView, own_id: str) -> Facts | None:
    event = view.find(own_id)
    if event is None:
        return None
    offer = event.offer_of_odds(view.catalogue.providers)
    shown = (view.of_event(event), view.of_competition(event), view.of_sport(event.sport))
    return Facts(event, None if offer is None else offer.key, shown)
