"""Limits the open sources of each subgraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SubgraphBusy
from gateway.executor import SourceMiddleware
from gateway.plan import Fetch
from gateway.subscriptions.event_queue import EventQueue
from gateway.transport import EventSource, SubgraphSubscription


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
        for each in reversed(self.around):
            subscribe = each.wrap(subscribe, fetch)

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

    def __anext__(self) -> Coroutine[Any, Any, Mapping[str, Any]]:
        """Return the next event; errors of the source propagate."""
        return self.source.__anext__()

    async def aclose(self) -> None:
        """Close the source."""
        if self._is_closed:
            return
        self._is_closed = True
        self._guards.leave(self._subgraph)
        await self.source.aclose()
