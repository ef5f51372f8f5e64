"""Executes followed events with the markets in memory, by the code of ordinary operations."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from foundation.background import all_of
from foundation.storage.clock import Clock
from subgraphs.events.book.followed import FollowedEvent, Lane, State
from subgraphs.events.book.markets import FollowedMarkets
from subgraphs.events.book.selection import Encoded, NotEncoded, Unavailable
from subgraphs.events.event_types import Event
from subgraphs.events.loaders import EventsContext
from subgraphs.events.market_views import MarketView
from subgraphs.events.matching.offers import OfferKey
from subgraphs.kit.reads.key_lookup import BatchedLookup

T = TypeVar("T")


class InMemory(Generic[T]):
    """A read whose result is there already."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, T]:
        return self.value
        yield  # which makes it a generator


def as_shown(events: Iterable[FollowedEvent]) -> list[Event]:
    """Return followed events as the graph has them; those that were never shown are left out."""
    return [
        Event(stored=event.event, view=event.view)
        for event in events
        if event.event is not None and event.view is not None
    ]


@dataclass(frozen=True, slots=True)
class Encoding:
    """Executes and encodes followed events.

    Attributes:
        reader: The lookup of markets that resolvers use; here, it reads nothing.
    """

    markets: FollowedMarkets
    reader: BatchedLookup[OfferKey, tuple[MarketView, ...]]
    clock: Clock

    def reads(self, events: Iterable[FollowedEvent]) -> dict[Any, Awaitable[Any]]:
        """Return what a context has read of events before they are executed: their markets."""
        offers = {event.offer for event in events if event.offer is not None}
        return {(self.reader, offer): InMemory(self.markets.of_offer(offer)) for offer in offers}

    def now(self) -> datetime:
        """Return the instant of an execution."""
        return self.clock.now()

    async def begin(self, lane: Lane) -> None:
        """Find out whether the events of a lane can be encoded."""
        try:
            await lane.encoder.begin(self._context(lane, ()))
        except NotEncoded:
            lane.is_encoded = False

    async def states(self, lane: Lane, events: Sequence[FollowedEvent]) -> list[State | None]:
        """Return the present states of events of a lane, None where the database cannot be read."""
        states = await self._states(lane, events)
        if states is not None:
            return states
        singly = [await self._states(lane, (event,)) for event in events]
        return [state for alone in singly for state in (alone or [None])]

    async def _states(self, lane: Lane, events: Sequence[FollowedEvent]) -> list[State | None] | None:
        """Return the states of events that are executed together; None if there are errors in them."""
        context = self._context(lane, events)
        if lane.is_encoded:
            try:
                encoded = await lane.encoder.encode(as_shown(events), context)
            except Unavailable:
                return [None] if len(events) == 1 else None
            except NotEncoded:
                if len(events) > 1:
                    return None
            else:
                await self._remember(lane, context)
                return [_state(event, content) for event, content in zip(events, encoded, strict=True)]
        return [_state(event, None, event.state.number + 1) for event in events]

    def _context(self, lane: Lane, events: Iterable[FollowedEvent]) -> EventsContext:
        identity = replace(lane.context.identity, now=self.now())
        return replace(lane.context, identity=identity, pending_reads=self.reads(events))

    async def _remember(self, lane: Lane, context: EventsContext) -> None:
        """Remember what else was read, which no record tells of."""
        for key, read in context.pending_reads.items():
            if key[0] is not self.reader:
                lane.reads[key] = await read

    async def changed_reads(self, lane: Lane) -> set[FollowedEvent]:
        """Read again what else was read of the database, and return the events of which it differs.

        Raises:
            DatabaseAway: It cannot be read.
            SQLAlchemyError: The same.
        """
        of_offers: dict[Hashable, set[FollowedEvent]] = {}
        for event in lane.events.values():
            for offer in event.event.offers if event.event is not None else ():
                of_offers.setdefault(offer.key, set()).add(event)
        lane.reads = {key: value for key, value in lane.reads.items() if key[1] in of_offers}
        before = tuple(lane.reads.items())
        values = await all_of(*(_read(key) for key, _ in before))
        changed = [key for (key, value), now in zip(before, values, strict=True) if value != now]
        return {event for _, offer in changed for event in of_offers[offer]}


def _state(event: FollowedEvent, encoded: Encoded | None, number: int = 0) -> State:
    event_id = "" if event.event is None else event.event.id
    return State(encoded, is_shown=event.facts is not None, id=event_id, number=number)


async def _read(key: Any) -> Any:
    reader, offer = key
    return await reader.start(offer)
