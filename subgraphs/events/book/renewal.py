"""Keeps followed events as they are: what has changed is found out, encoded, and told to who follows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

import orjson
import structlog

from foundation.storage.clock import MAX_DIFFERENCE, Clock
from foundation.storage.errors import is_unavailable
from subgraphs.events.book.encoding import Encoding
from subgraphs.events.book.followed import FollowedEvent, Follower, Lane, LaneKey, State, mark
from subgraphs.events.book.markets import FollowedMarkets, ToldMarket, is_ahead
from subgraphs.events.book.position import Position, generation_of, lowest
from subgraphs.events.catalogue.boards import EMPTY_BOARD
from subgraphs.events.catalogue.brand_views import BrandViews
from subgraphs.events.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.events.catalogue.reader import PLATFORM
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.settings import EventsSettings
from subgraphs.kit.reads.stale_cache import StaleCache

log = structlog.get_logger(__name__)
T = TypeVar("T")
EXECUTED: Final = 25
"""How many events are executed at once, so that others get their turn in between."""

BEHIND: Final = timedelta(seconds=0.5)
"""How often markets are read again while the database has not stored all that was told before."""

DIFFERENCE: Final = round(MAX_DIFFERENCE.total_seconds() * 1000)
"""By how many milliseconds the clocks of two processes may differ."""


@dataclass(slots=True)
class Renewal:
    """All that is followed in this process, by lanes.

    Attributes:
        cell: The name of the cell whose database is read; empty if there are no cells.
        lanes: What is followed.
        position: What is contained in all that followers have, or are about to get; None before the first
            round.
        reached: The milliseconds until which the database was read last.
        written: The position as text, and as JSON.
        heard: When the last record came; None if none did.
    """

    catalogues: StaleCache[Catalogue]
    views: BrandViews
    clock: Clock
    settings: EventsSettings
    markets: FollowedMarkets
    encoding: Encoding
    cell: str = ""
    lanes: dict[LaneKey, Lane] = field(default_factory=dict)
    position: Position | None = None
    reached: int = 0
    written: tuple[str, bytes] = ("", b'""')
    heard: datetime | None = None
    _last: Catalogue = EMPTY
    _changed: set[FollowedEvent] = field(default_factory=set)
    _told: set[OfferKey] = field(default_factory=set)
    _again: set[FollowedEvent] = field(default_factory=set)
    _ahead: set[OfferKey] = field(default_factory=set)
    _beliefs: dict[str, tuple[bool, int, bool]] = field(default_factory=dict)
    _read: datetime | None = None
    _read_behind: datetime | None = None
    _read_further: datetime | None = None

    def begin(self, generation: str, head: Sequence[int]) -> None:
        """Begin with the records of a topic at offsets before which some may have been missed."""
        self.markets.begin(generation, head)
        self._read = None
        since = tuple(head), _milliseconds(self._now())
        for event in self._events():
            if event.begun is not None:  # else it is not ready yet
                event.begun, event.told = since, ()

    def tell(self, markets: Iterable[ToldMarket], head: Sequence[int]) -> None:
        """Apply records that came, after which these are the next ones of each partition."""
        self.heard = self._now()
        self._told |= self.markets.tell(markets, head, self._latest_revision(self.heard))

    def can_continue(self, position: Position, events: Iterable[FollowedEvent]) -> bool:
        """Return whether events can be followed from a position on without an image of them."""
        own = self.position
        return (
            own is not None
            and position.generation == own.generation == self._generation
            and own.reaches(position)
            and all(event.has_followed(position, DIFFERENCE) for event in events)
        )

    def is_behind(self, position: Position) -> bool:
        """Return whether followers may lack here what is contained in a position that they had elsewhere."""
        own, generation = self.position, self._generation
        if own is not None and position.generation == own.generation == generation:
            return len(position.offsets) == len(own.offsets) and not own.reaches(position)
        # It may count the records of the topic that this process is about to hear.
        return bool(position.offsets) and (position.generation == generation or not self.markets.generation)

    async def prepare(self, lane: Lane, events: Sequence[FollowedEvent]) -> None:
        """Get events of a lane ready that nobody has followed in it.

        Raises:
            DatabaseAway: They cannot be read.
            SQLAlchemyError: The same.
        """
        now = self._now()
        catalogue, seen = await self._catalogue(), self._seen(now)
        view = self.views.of(catalogue, *self._of_lane(lane), self.encoding.now())
        self._changed |= lane.look(view)
        for event in events:
            event.look(view)
        await self.markets.follow(
            {event.offer for event in events if event.offer}, self._latest_revision(now)
        )
        if not lane.encoder.has_begun and lane.is_encoded:
            await self.encoding.begin(lane)
        await self._encode({event for event in events if event.event is not None}, set())
        begun = tuple(self.markets.head), self.milliseconds()
        for event in events:
            event.begun = begun
        # Where other events are may be ahead of what was read of these.
        position = self.position or self._position(now, seen)
        offsets = lowest(position.offsets, self.markets.contained)
        self._publish(position._replace(seen=0 if self._again else position.seen, offsets=offsets))

    async def settle(self) -> None:
        """Find out what has changed, encode it, and tell who follows it.

        While the database is unavailable, what is in memory counts, and providers are silent all the same.
        """
        now = self._now()
        catalogue = await self._attempt(self._catalogue(), self._last)
        seen = self._seen(now)
        for lane in self.lanes.values():
            view = self.views.of(catalogue, *self._of_lane(lane), self.encoding.now())
            self._changed |= lane.look(view)
        followed: defaultdict[OfferKey, set[FollowedEvent]] = defaultdict(set)
        for event in self._events():
            if event.offer is not None:
                followed[event.offer].add(event)
        await self._attempt(self.markets.follow(followed.keys(), self._latest_revision(now)), None)
        self.markets.release([offer for offer in self.markets.offers if offer not in followed])
        offers = self._ahead | self._disbelieved(catalogue, now)
        offers |= await self._attempt(self._read_markets(now), set())
        self._changed |= await self._attempt(self._changed_reads(now), set())
        told, self._told = self._told, set()
        changed, self._changed = self._changed, set()
        position = self._position(now, seen)
        changed |= {event for offer in offers for event in followed.get(offer, ())}
        await self._encode(changed, {event for offer in told for event in followed.get(offer, ())})
        latest = self._latest_revision(now)
        self._ahead = {offer for offer in followed if is_ahead(self.markets.of_offer(offer), latest)}
        if not self._again:
            self._publish(position)
        self._forget(now)

    async def has_names(self, brand: str) -> bool:
        """Return whether a brand shows names that depend on a visitor's languages.

        Raises:
            DatabaseAway: That cannot be read.
            SQLAlchemyError: The same.
        """
        return (await self._catalogue()).boards.get(brand, EMPTY_BOARD).has_names

    @property
    def moved(self) -> set[Follower]:
        """Return the followers who belong to other lanes."""
        lanes = (lane for lane in self.lanes.values() if lane.has_moved)
        return {follower for lane in lanes for event in lane.events.values() for follower in event.followers}

    def milliseconds(self) -> int:
        """Return the machine's time in milliseconds since 1970."""
        return _milliseconds(self._now())

    def _now(self) -> datetime:
        return self.clock.machine.now()

    async def _catalogue(self) -> Catalogue:
        self._last = await self.catalogues.get(PLATFORM) or EMPTY
        return self._last

    async def _attempt(self, reading: Awaitable[T], otherwise: T) -> T:
        """Return what is read, or something else while the database is unavailable."""
        try:
            return await reading
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("followed_events_not_read", error=repr(error))
            return otherwise

    async def _encode(self, changed: set[FollowedEvent], told: set[FollowedEvent]) -> None:
        """Encode events, and tell who follows them of those that differ; others are tried again."""
        self._again |= changed | told
        touched, again = set(self._again), set[FollowedEvent]()
        lanes: defaultdict[Lane, list[FollowedEvent]] = defaultdict(list)
        for event in touched:
            if event.offer is not None and not self.markets.is_followed(event.offer):
                again.add(event)  # its markets could not be read
            elif event.event is not None:
                lanes[event.lane].append(event)
        differing = list[FollowedEvent]()
        try:
            for lane, events in lanes.items():
                for start in range(0, len(events), EXECUTED):
                    executed = events[start : start + EXECUTED]
                    states = await self.encoding.states(lane, executed)
                    again |= {event for event, state in zip(executed, states, strict=True) if state is None}
                    differing += self._become(zip(executed, states, strict=True), changed, told)
            self._again = again
        finally:  # also if whoever wanted some of them has gone meanwhile
            mark(differing)

    def _become(
        self,
        states: Iterable[tuple[FollowedEvent, State | None]],
        changed: set[FollowedEvent],
        told: set[FollowedEvent],
    ) -> Iterator[FollowedEvent]:
        """Let events have their present states, and yield those that differ."""
        if self.position is not None:
            self._publish(self.position)
        at = tuple(self.markets.head), self.milliseconds()
        for event, state in states:
            if state is not None:
                differs, is_told, is_stored = state != event.state, event in told, event in changed
                event.become(state, at, is_told=is_told or not is_stored, is_stored=is_stored or not is_told)
                if differs:
                    yield event

    async def _read_markets(self, now: datetime) -> set[OfferKey]:
        """Read markets again that are due, and return the offers of which they differ."""
        settings, latest = self.settings, self._latest_revision(now)
        seconds = settings.book_check_seconds if self._is_heard(now) else settings.book_reread_seconds
        if self._read is None or now - self._read >= timedelta(seconds=seconds):
            changed = await self.markets.read([*self.markets.offers], latest)
            self._read = now
            if not self.markets.head:  # else positions tell by offsets how new these are
                self.reached = max(self.reached, _milliseconds(now))
            return changed
        if self.markets.behind and (self._read_behind is None or now - self._read_behind >= BEHIND):
            self._read_behind = now
            return await self.markets.read([*self.markets.behind], latest)
        return set()

    async def _changed_reads(self, now: datetime) -> set[FollowedEvent]:
        """Read again what else was read of the database if it is due, and return the events that differ."""
        seconds = timedelta(seconds=self.settings.book_reread_seconds)
        changed = set[FollowedEvent]()
        if self._read_further is None or now - self._read_further >= seconds:
            for lane in tuple(self.lanes.values()):
                if lane.reads:
                    changed |= await self.encoding.changed_reads(lane)
            self._read_further = now
        return changed

    def _disbelieved(self, catalogue: Catalogue, now: datetime) -> set[OfferKey]:
        """Return the offers of providers that are believed since, or no longer."""
        limits, trusted, before = self.settings.trust_limits, catalogue.providers.trusted, self._beliefs
        self._beliefs = beliefs = {
            name: (name in trusted, report.first_revision, limits.flaw(report, now) is None)
            for name, report in catalogue.reports.items()
        }
        changed = {name for name in beliefs.keys() | before.keys() if beliefs.get(name) != before.get(name)}
        return {offer for offer in self.markets.offers if offer.provider in changed}

    def _publish(self, position: Position) -> None:
        """Have a position for what is in memory now, which is written once for all who get it."""
        if position.generation == self._generation and len(position.offsets) == len(self.markets.furthest):
            position = position.up_to(self.reached, self.markets.furthest)
        text = position.text()
        self.position, self.written = position, (text, orjson.dumps(text))

    def _seen(self, now: datetime) -> datetime:
        """Return when the catalogue was read that has just been got."""
        seen = now - (self.catalogues.age(PLATFORM) or timedelta())
        self.reached = max(self.reached, _milliseconds(seen))
        return seen

    def _position(self, now: datetime, seen: datetime) -> Position:
        if not self._is_heard(now):
            seen = min(seen, self._read or now)
        return Position(self._generation, _milliseconds(seen), self.markets.contained)

    @property
    def _generation(self) -> bytes:
        return generation_of(self.cell, self.markets.generation)

    def _forget(self, now: datetime) -> None:
        """Forget what nobody has followed for a while."""
        since = _milliseconds(now - timedelta(seconds=self.settings.book_keep_seconds))
        for key, lane in tuple(self.lanes.items()):
            lane.events = {
                own_id: event
                for own_id, event in lane.events.items()
                if event.followers or event.left > since
            }
            if not lane.events:
                del self.lanes[key]
        if self._again:
            self._again.intersection_update(self._events())

    def _is_heard(self, now: datetime) -> bool:
        """Return whether Kafka brings records; it may also be that there are none."""
        seconds = timedelta(seconds=self.settings.book_reread_seconds)
        return self.heard is not None and now - self.heard <= seconds

    def _events(self) -> Iterator[FollowedEvent]:
        for lane in self.lanes.values():
            yield from lane.events.values()

    def _latest_revision(self, now: datetime) -> int:
        return self.settings.trust_limits.latest_revision(now)

    @staticmethod
    def _of_lane(lane: Lane) -> tuple[str, str | None]:
        return lane.key.brand, lane.key.territory


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
