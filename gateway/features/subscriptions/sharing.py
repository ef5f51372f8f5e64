"""Equal subscriptions of public data share a source, whose events go to all subscribers."""

from __future__ import annotations

import asyncio
from asyncio import Event, Task, get_running_loop
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

import orjson
import structlog
from graphql import FieldNode, OperationDefinitionNode, parse

from gateway.caching.lru_cache import LruCache
from gateway.errors import SubgraphUnreachable
from gateway.features.subscriptions.open_subscriptions import SubscriptionMetrics
from gateway.features.subscriptions.sources import EventQueue
from gateway.pipeline.cache_control.cacheable_fields import SESSION_HEADERS, cacheable_root
from gateway.plan import Fetch
from gateway.supergraph import Supergraph
from gateway.transport import Event as SourceEvent
from gateway.transport import EventSource, SubgraphSubscription

KNOWN_DOCUMENTS: Final = 1_000
"""The number of documents whose publicness is cached."""

Key: TypeAlias = tuple[object, ...]
"""Identifies equal subscriptions."""

Open: TypeAlias = Callable[[], Awaitable[EventSource]]
"""Opens a source; raises `SubgraphUnreachable`."""


@dataclass(slots=True)
class Sharing:
    """Opens sources that subscribers can share.

    Attributes:
        supergraph: The supergraph with its cache hints.
        public_fields: Subscription fields whose events are public regardless of cache hints.
        merged_fields: Subscription fields whose events carry the whole state.
        ignored_headers: Headers that do not affect events.
        sources: The open sources.
    """

    supergraph: Supergraph
    public_fields: frozenset[str]
    merged_fields: frozenset[str]
    ignored_headers: frozenset[str]
    sources: SharedSources
    _known: LruCache[tuple[str, str], bool] = field(
        default_factory=lambda: LruCache(KNOWN_DOCUMENTS), init=False
    )

    def is_public(self, fetch: Fetch) -> bool:
        """Return whether a subscription's events are the same for all clients."""
        key = (fetch.subgraph, fetch.document)
        known = self._known.get(key)
        if known is None:
            known = self._is_public(fetch)
            self._known.put(key, known)
        return known

    async def subscribe(
        self,
        subscribe: SubgraphSubscription,
        fetch: Fetch,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        changes: bool,
    ) -> EventQueue:
        """Join an equal subscription, or open a source without a session.

        Args:
            subscribe: Opens a source.
            fetch: The first fetch of the subscription's plan.
            variables: The variables of the fetch.
            headers: The headers that are forwarded to subgraphs.
            changes: Whether further fetches write into the events.

        Raises:
            SubgraphUnreachable: The source cannot be opened.
        """
        hidden = self.ignored_headers | SESSION_HEADERS
        seen = {name: value for name, value in headers.items() if name not in hidden}
        sorted_keys = orjson.OPT_SORT_KEYS
        key = (
            fetch.subgraph,
            fetch.document,
            orjson.dumps(variables, option=sorted_keys),
            orjson.dumps(seen, option=sorted_keys),
        )
        merges = f"{self.supergraph.subscription}.{root_field(fetch.document)}" in self.merged_fields
        opening = partial(subscribe, variables, seen, None)
        return await self.sources.subscribe(key, opening, merges=merges, changes=changes)

    def _is_public(self, fetch: Fetch) -> bool:
        root = self.supergraph.subscription
        if root is None:
            return False
        if f"{root}.{root_field(fetch.document)}" in self.public_fields:
            return True
        if not self.supergraph.cache_hints:
            return False
        cacheable = cacheable_root(self.supergraph, fetch.subgraph, fetch.document, root)
        return cacheable is not None and not cacheable.policy.is_private


def root_field(document: str) -> str:
    """Return the name of a subscription's root field."""
    (operation,) = parse(document, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 - a fetch is an operation
    return next(
        selection.name.value
        for selection in operation.selection_set.selections
        if isinstance(selection, FieldNode) and not selection.name.value.startswith("__")
    )


@dataclass(slots=True)
class SharedSources:
    """The open sources that subscribers can share.

    Attributes:
        most: The maximum number of events queued for one subscriber.
        metrics: Counts the subscribers that join an open source.
    """

    most: int
    metrics: SubscriptionMetrics
    _open: dict[Key, SharedSource] = field(default_factory=dict, init=False)

    async def subscribe(self, key: Key, open_source: Open, *, merges: bool, changes: bool) -> EventQueue:
        """Join the source with this key; open it if there is none.

        Raises:
            SubgraphUnreachable: The source cannot be opened.
        """
        source = self._open.get(key)
        if source is None:
            # If only the newest event matters, at most one is queued.
            made = SharedSource(1 if merges else self.most, merges, lambda: self._forget(key, made))
            made.start(open_source)
            source = self._open[key] = made
        else:
            self.metrics.joined += 1
        return await source.join(changes=changes)

    def _forget(self, key: Key, source: SharedSource) -> None:
        if self._open.get(key) is source:
            del self._open[key]


class SharedSource:
    """One source and its subscribers; the source is closed when the last subscriber leaves.

    The source is read at the pace of its fastest subscriber. Each subscriber has its own queue.
    """

    def __init__(self, most: int, merges: bool, ended: Callable[[], None]) -> None:  # noqa: FBT001 - only here
        self._most = most
        self._merges = merges
        self._ended = ended
        self._subscribers: set[EventQueue] = set()
        self._opened: asyncio.Future[None] = get_running_loop().create_future()
        self._room = Event()
        self._newest: SourceEvent | None = None
        self._task: Task[None] | None = None

    def start(self, open_source: Open) -> None:
        """Open the source, and forward its events."""
        self._task = get_running_loop().create_task(self._run(open_source))

    async def join(self, *, changes: bool) -> EventQueue:
        """Subscribe to all further events; if events carry the whole state, start with the newest one.

        Args:
            changes: Whether the subscriber writes into its events.

        Raises:
            SubgraphUnreachable: The source cannot be opened.
        """
        queue = EventQueue(self._most, merges=self._merges, changes=changes, closed=self._left)
        queue.taken = self._room.set
        self._subscribers.add(queue)
        try:
            await asyncio.shield(self._opened)
        except BaseException:
            await queue.aclose()
            raise
        if self._merges and self._newest is not None:
            queue.put_shared(self._newest)
        return queue

    async def _run(self, open_source: Open) -> None:
        reason: BaseException | None = None
        try:
            try:
                source = await open_source()
            except SubgraphUnreachable as error:
                self._opened.set_exception(error)
                self._opened.exception()  # mark it as retrieved: all waiting subscribers may have left
                return
            self._opened.set_result(None)
            try:
                await self._pass_on(source)
            finally:
                await source.aclose()
        except SubgraphUnreachable as error:
            reason = error
        except Exception as error:  # noqa: BLE001 - whatever breaks the source ends all its subscriptions
            structlog.get_logger("gateway").error("shared_subscription_broken", exc_info=error)
            reason = SubgraphUnreachable("the source of several subscriptions broke")
        finally:
            self._ended()
            if not self._opened.done():
                self._opened.cancel()
            for subscriber in list(self._subscribers):
                subscriber.end(None if reason is None else _own(reason))

    async def _pass_on(self, source: EventSource) -> None:
        async for event in source:
            if self._merges:
                self._newest = event
            self._room.clear()
            for subscriber in list(self._subscribers):
                subscriber.put_shared(event)
            while self._subscribers and all(subscriber.is_full for subscriber in self._subscribers):
                await self._room.wait()
                self._room.clear()

    def _left(self, queue: EventQueue) -> None:
        self._subscribers.discard(queue)
        self._room.set()
        if not self._subscribers and self._task is not None:
            self._ended()
            self._task.cancel()


def _own(reason: BaseException) -> BaseException:
    """Return a fresh exception per subscriber: one raised repeatedly would retain every traceback."""
    return type(reason)(reason.reason) if isinstance(reason, SubgraphUnreachable) else reason
