"""The prepared operations of a plan's fetches, each prepared on first use and kept with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.caching.lru_cache import LruCache
from gateway.plan import Fetch, OperationKind, RootFields
from gateway.transport import SubgraphOperation, SubgraphSubscription, Transport, prepared_subscription

SPREAD_DOCUMENTS = 16
"""The most documents kept of a fetch whose text depends on the number of values; usually there are few."""


class CallMiddleware(Protocol):
    """Wraps calls of subgraphs."""

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return a function to call instead, or the call itself to change nothing.

        Args:
            call: The prepared call.
            fetch: The fetch it belongs to.
            kind: `mutation` only for a fetch of mutation fields, which must never be sent twice.
        """
        ...


class SourceMiddleware(Protocol):
    """Wraps the opening of subscriptions at subgraphs."""

    def wrap(self, subscribe: SubgraphSubscription, fetch: Fetch) -> SubgraphSubscription:
        """Return a function to call instead, or the given one to change nothing.

        Args:
            subscribe: Opens the subscription, or raises `SubgraphUnreachable`.
            fetch: The fetch it belongs to.
        """
        ...


@dataclass(slots=True)
class Calls:
    """Prepared operations by fetch.

    Attributes:
        transports: The transport of each subgraph.
        middleware: Middleware around each call; the first is the outermost.
        kind: The kind of the client's operation.
    """

    transports: Mapping[str, Transport]
    middleware: tuple[CallMiddleware, ...] = ()
    kind: OperationKind = "query"
    _fixed: dict[tuple[str, str], SubgraphOperation] = field(default_factory=dict)
    _subscriptions: dict[tuple[str, str], SubgraphSubscription] = field(default_factory=dict)
    _context_batches: LruCache[tuple[str, str], SubgraphOperation] = field(
        default_factory=lambda: LruCache(SPREAD_DOCUMENTS)
    )

    def of(self, fetch: Fetch) -> SubgraphOperation:
        """Return the function that sends a fetch's document."""
        key = (fetch.subgraph, fetch.document)
        known = self._fixed.get(key) if fetch.context_batch is None else self._context_batches.get(key)
        return self._prepared(key, fetch) if known is None else known

    def subscription(self, fetch: Fetch) -> SubgraphSubscription:
        """Return the function that subscribes to a fetch's document."""
        key = (fetch.subgraph, fetch.document)
        known = self._subscriptions.get(key)
        if known is None:
            transport = self.transports[fetch.subgraph]
            known = prepared_subscription(transport, fetch.document, fetch.operation_name)
            self._subscriptions[key] = known
        return known

    def is_trusted(self, fetch: Fetch) -> bool:
        """Return whether responses without errors are known to be complete."""
        return self.transports[fetch.subgraph].trusted

    def _prepared(self, key: tuple[str, str], fetch: Fetch) -> SubgraphOperation:
        call = self.transports[fetch.subgraph].prepare(fetch.document, fetch.operation_name)
        for middleware in reversed(self.middleware):
            call = middleware.wrap(call, fetch, self._kind_of(fetch))
        if fetch.context_batch is None:
            self._fixed[key] = call
        else:
            self._context_batches.put(key, call)
        return call

    def _kind_of(self, fetch: Fetch) -> OperationKind:
        match fetch.returns:
            case RootFields(()):
                return self.kind
            case RootFields(mutates=True):
                return "mutation"
            case _:
                return "query"
