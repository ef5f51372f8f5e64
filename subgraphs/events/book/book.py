"""The events that pages of this process follow: each page gets an image of its own, then what changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

import structlog
from msgspec.structs import replace

from foundation.graphql_http.encoded_event import EncodedEvent
from subgraphs.events.book.encoding import as_shown
from subgraphs.events.book.followed import FollowedEvent, Follower, Lane, LaneKey
from subgraphs.events.book.markets import ToldMarket
from subgraphs.events.book.position import Position
from subgraphs.events.book.renewal import DIFFERENCE, Renewal
from subgraphs.events.book.selection import EventEncoder, Selected
from subgraphs.events.loaders import EventsContext
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.records.markets import MarketKey
from subgraphs.events.update_types import EventsUpdate
from subgraphs.kit.auth import RequestIdentity
from subgraphs.kit.graphql.context import MAX_HEADER
from subgraphs.kit.graphql.odds import style_of
from subgraphs.kit.graphql.subscriptions import encoded

log = structlog.get_logger(__name__)
ENCODED: Final[Callable[[FollowedEvent], Any]] = attrgetter("state.encoded")
CATCHES_UP_SECONDS: Final = 3.0
"""Above what clocks of two processes may differ by, and above the interval of reading the database again."""

MAX_KEPT_LANES: Final = 500
"""Beyond so many lanes, none is kept that nobody follows: pages may select anything."""


@dataclass(slots=True)
class EventBook:
    """Follows events while somebody does; nothing runs and nothing is read before.

    Attributes:
        tick_seconds: How often what has changed is told.
        check_seconds: How often it is checked whether the session of a page that gets updates has ended.
        catches_up_seconds: How long a page that saw more elsewhere waits until this process has it, too.
        wanted: Set while somebody follows events, or has lately.
    """

    renewal: Renewal
    tick_seconds: float
    check_seconds: float
    catches_up_seconds: float = CATCHES_UP_SECONDS
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _running: asyncio.Task[None] | None = None
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(
        self, context: EventsContext, info: Any, brand: str, own_ids: Sequence[str], after: str | None
    ) -> AsyncGenerator[Any, None]:
        """Yield an image of events, or what has changed of them since a position; then each change.

        Args:
            context: That of the subscription's request.
            info: The info of its root field, by graphql-core.
            brand: Whose events.
            own_ids: Ids of ours.
            after: A position that an update had; one that cannot be continued from gets an image.

        Yields:
            Encoded responses; or updates, which are executed for this follower alone.

        Raises:
            CallerError: The session has ended.
            DatabaseAway: The events cannot be read.
            SQLAlchemyError: The same.
        """
        loop, follower, selected = asyncio.get_running_loop(), Follower(), Selected.of(info)
        position = None if after is None else Position.parse(after)
        check_at = loop.time() + self.check_seconds
        try:
            while True:
                lane = await self._join(follower, context, selected, (brand, own_ids))
                if position is not None:
                    await self._catch_up(position)
                is_image, events = self._first(follower, position)
                is_first, position = True, None
                while not follower.is_moved:
                    # Who continues learns at once that nothing has changed.
                    if events or is_image or is_first:
                        yield self._update(lane, context, events, is_image=is_image)
                    if not follower.dirty and not follower.is_moved:
                        follower.waiter = loop.create_future()
                        await follower.waiter
                    if loop.time() >= check_at:
                        await context.renewed()
                        check_at = loop.time() + self.check_seconds
                    is_first, (is_image, events) = False, follower.take()
                self._leave(follower)
        finally:
            self._leave(follower)

    async def _join(
        self,
        follower: Follower,
        context: EventsContext,
        selected: Selected,
        wanted: tuple[str, Sequence[str]],
    ) -> Lane:
        """Let a follower follow events in their lane, and return the lane once all of them are ready."""
        brand, own_ids = wanted
        identity, lanes = context.identity, self.renewal.lanes
        is_named = await self.renewal.has_names(brand)
        language = (
            (identity.accept_language or "")[:MAX_HEADER] if is_named else style_of(identity.accept_language)
        )
        key = LaneKey(brand, identity.territory, language, selected.key)
        lane = lanes.get(key)
        if lane is None:
            lane = lanes[key] = Lane(key, _for_all(context), EventEncoder(selected), is_named)
        for own_id in own_ids:
            event = lane.events.get(own_id)
            if event is None:
                event = lane.events[own_id] = FollowedEvent(own_id, lane)
            event.followers.add(follower)
            follower.events[own_id] = event
        follower.lane = lane
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="followed events", context=Context())
            self.wanted.set()
        if any(event.begun is None for event in follower.events.values()) or self.renewal.position is None:
            # What is read for all belongs to no request.
            await asyncio.create_task(self._prepare(lane, [*follower.events.values()]), context=Context())
        return lane

    async def _prepare(self, lane: Lane, events: Sequence[FollowedEvent]) -> None:
        async with self._lock:
            new = [event for event in events if event.begun is None]
            if new or self.renewal.position is None:
                await self.renewal.prepare(lane, new)

    async def _catch_up(self, position: Position) -> None:
        """Wait for a while until this process is where another one was: nobody is shown older prices."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.catches_up_seconds):
                while self.renewal.is_behind(position):
                    await self._settled.wait()

    def _first(self, follower: Follower, position: Position | None) -> tuple[bool, list[FollowedEvent]]:
        """Return whether a follower gets an image, and the events that it gets first."""
        shown, events = follower.image(), follower.events.values()
        if position is None or not self.renewal.can_continue(position, events):
            return True, shown
        return False, [
            event for event in events if event.event is not None and not event.is_in(position, DIFFERENCE)
        ]

    def _update(
        self, lane: Lane, context: EventsContext, events: Sequence[FollowedEvent], *, is_image: bool
    ) -> Any:
        """Return an update: encoded for all, or else with what its execution needs."""
        text, written = self.renewal.written
        contents = dict.fromkeys(map(ENCODED, events))  # two ids may be of one event
        if lane.is_encoded and None not in contents:
            content = lane.encoder.response(written, contents, is_image=is_image)
            return encoded(EncodedEvent(content, text))
        context.identity = replace(context.identity, now=self.renewal.encoding.now())
        context.pending_reads = self.renewal.encoding.reads(events)
        return EventsUpdate(position=text, image=is_image, shown=as_shown(events))

    def _leave(self, follower: Follower) -> None:
        """Let a follower follow nothing."""
        lane, lanes, left = follower.lane, self.renewal.lanes, self.renewal.milliseconds()
        for event in follower.events.values():
            event.followers.discard(follower)
            event.left = left
        follower.lane, follower.events, follower.is_moved = None, {}, False
        if lane is not None and len(lanes) > MAX_KEPT_LANES:
            lane.events = {own_id: event for own_id, event in lane.events.items() if event.followers}
            if not lane.events:
                lanes.pop(lane.key, None)

    async def settle(self) -> None:
        """Tell who follows events what has changed."""
        try:
            async with self._lock:
                await self.renewal.settle()
        except Exception:  # whatever it is, followers wait for the next tick
            log.exception("followed_events_not_renewed")
        self._settled.set()
        self._settled = asyncio.Event()
        for follower in self.renewal.moved:
            follower.is_moved = True
            if follower.waiter is not None and not follower.waiter.done():
                follower.waiter.set_result(None)

    async def _run(self) -> None:
        """Settle each tick, until nobody has followed anything for a while."""
        while self.renewal.lanes:
            await asyncio.sleep(self.tick_seconds)
            await self.settle()
        self._running = None
        self.wanted.clear()

    async def close(self) -> None:
        """Stop; followers are told nothing more."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    # What brings the records of the topic of markets.

    def begin(self, generation: str, head: Sequence[int]) -> None:
        """Begin with the records of a topic at offsets before which some may have been missed."""
        self.renewal.begin(generation, head)

    def head(self, generation: str) -> Sequence[int]:
        """Return the next offsets of a topic's partitions; none if another topic was followed, or none."""
        markets = self.renewal.markets
        return tuple(markets.head) if markets.generation == generation else ()

    def is_kept(self, market: MarketKey) -> bool:
        """Return whether records about a market are wanted, whatever they say."""
        return self.renewal.markets.is_kept(market)

    def is_followed(self, offer: OfferKey) -> bool:
        """Return whether records about markets of an offer are wanted."""
        return self.renewal.markets.is_followed(offer)

    def tell(self, markets: Iterable[ToldMarket], head: Sequence[int]) -> None:
        """Apply records that came, of which those are left out that are not wanted.

        Args:
            markets: The records, those of a partition in their order.
            head: The next offset of each partition.
        """
        self.renewal.tell(markets, head)


def _for_all(context: EventsContext) -> EventsContext:
    """Return the context of a request without what it says of one visitor alone."""
    given = context.identity
    identity = RequestIdentity(None, given.accept_language, given.now, given.territory)
    return replace(context, identity=identity, pending_reads={}, renew=None, last_position=None)
