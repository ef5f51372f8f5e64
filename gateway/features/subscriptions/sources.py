"""Sources of events: limited at each subgraph, with a bounded queue where they cannot be slowed down."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from foundation.graphql_http.encoded_event import EncodedEvent
from gateway.errors import SubgraphBusy, SubgraphUnreachable
from gateway.executor import SourceMiddleware
from gateway.executor.merge import copied
from gateway.plan import Fetch
from gateway.transport import Event, EventSource, SubgraphSubscription


class SubscriberTooSlow(SubgraphUnreachable):
    """The subscriber's queue is full, and its events must not be dropped."""

    code: ClassVar[str] = "SUBSCRIPTION_TOO_SLOW"
    message: ClassVar[str] = "sends events faster than they are taken"


class EventQueue:
    """The source of one subscriber, filled by another source.

    Args:
        most: The maximum number of queued events.
        merges: Whether a new event replaces all queued ones when the queue is full, for events that carry
            the whole state. Otherwise a full queue ends the subscription.
        changes: Whether the subscriber writes into its events, so that those it shares are copied.
        closed: Called once when the subscriber stops receiving events.

    Attributes:
        merges: Whether a new event replaces the queued ones when the queue is full.
        merged: Called with the number of replaced events; may be None.
        taken: Called after an event was taken; may be None.
    """

    __slots__ = ("_changes", "_closed", "_end", "_events", "_most", "_waiter", "merged", "merges", "taken")

    def __init__(
        self, most: int, *, merges: bool, closed: Callable[[EventQueue], None], changes: bool = True
    ) -> None:
        self.merges = merges
        self._changes = changes
        self.merged: Callable[[int], None] | None = None
        self.taken: Callable[[], None] | None = None
        self._most = most
        self._closed: Callable[[EventQueue], None] | None = closed
        self._events: deque[Event] = deque()
        self._end: BaseException | None = None
        self._waiter: Future[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether the queue has no room for another event."""
        return len(self._events) >= self._most

    @property
    def is_over(self) -> bool:
        """Whether the queue accepts no further events."""
        return self._end is not None

    def put_shared(self, event: Event) -> None:
        """Add an event that other subscribers get as well."""
        if self._changes and not isinstance(event, EncodedEvent):
            event = copied(event)
        self.put(event)

    def put(self, event: Event) -> None:
        """Add an event; if the queue is full, replace the queued events or end the subscription."""
        if self._end is not None:
            return
        if self.is_full:
            if not self.merges:
                self.end(SubscriberTooSlow(f"{len(self._events)} events were waiting"))
                self._events.clear()
                return
            if self.merged is not None:
                self.merged(len(self._events))
            self._events.clear()
        self._events.append(event)
        self._wake()

    def end(self, reason: BaseException | None = None) -> None:
        """End the subscription after the queued events, with an error or as complete."""
        if self._end is None:
            self._end = StopAsyncIteration() if reason is None else reason
            self._wake()

    def __aiter__(self) -> Self:
        """Return the source itself."""
        return self

    async def __anext__(self) -> Event:
        """Return the next event.

        Raises:
            StopAsyncIteration: The source has completed the subscription.
            SubgraphUnreachable: The source was lost, or the subscriber is too slow.
        """
        while not self._events:
            if self._end is not None:
                raise self._end
            self._waiter = get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        event = self._events.popleft()
        if self.taken is not None:
            self.taken()
        return event

    async def aclose(self) -> None:
        """Stop receiving events."""
        self.end()
        self._events.clear()
        closed, self._closed = self._closed, None
        if closed is not None:
            closed(self)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


@dataclass(slots=True)
class SourceGuards:
    """Limits the open sources of each subgraph; calls have limits of their own.

    Attributes:
        most: The maximum number of open sources at one subgraph.
        limits: Overrides of `most` by subgraph.
        around: What features put around the opening of a source; the first is the outermost.
        open: The number of sources that are open or opening, by subgraph, across versions of the graph.
    """

    most: int
    limits: Mapping[str, int]
    around: tuple[SourceMiddleware, ...]
    open: Counter[str]

    def guarded(self, subscribe: SubgraphSubscription, fetch: Fetch) -> SubgraphSubscription:
        """Wrap a subscription so that it raises `SubgraphUnreachable` at the limit."""
        subgraph = fetch.subgraph
        for middleware in reversed(self.around):
            subscribe = middleware.wrap(subscribe, fetch)

        async def guarded(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> EventSource:
            self._enter(subgraph)
            try:
                return _GuardedSource(await subscribe(variables, headers, session), self, subgraph)
            except BaseException:
                self.leave(subgraph)
                raise

        return guarded

    def leave(self, subgraph: str) -> None:
        """Release the slot of a closed source."""
        self.open[subgraph] -= 1

    def _enter(self, subgraph: str) -> None:
        count = self.open[subgraph]
        if count >= self.limits.get(subgraph, self.most):
            raise SubgraphBusy(f"{count} subscriptions are open")
        self.open[subgraph] = count + 1


def queue_of(source: EventSource) -> EventQueue | None:
    """Return the queue of a source, or None if the source has none."""
    inner = source.source if isinstance(source, _GuardedSource) else source
    return inner if isinstance(inner, EventQueue) else None


class _GuardedSource:
    """A source that releases its slot when it is closed."""

    __slots__ = ("_guards", "_is_closed", "_subgraph", "source")

    def __init__(self, source: EventSource, guards: SourceGuards, subgraph: str) -> None:
        self.source = source
        self._guards = guards
        self._subgraph = subgraph
        self._is_closed = False

    def __aiter__(self) -> _GuardedSource:
        """Return the source itself."""
        return self

    def __anext__(self) -> Coroutine[Any, Any, Event]:
        """Return the next event; errors of the source propagate."""
        return self.source.__anext__()

    async def aclose(self) -> None:
        """Close the source."""
        if self._is_closed:
            return
        self._is_closed = True
        self._guards.leave(self._subgraph)
        await self.source.aclose()
