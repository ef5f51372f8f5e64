"""The prepared operations of a plan's fetches: each is prepared on first use, and kept with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from gateway.lru_cache import LruCache
from gateway.plan import Fetch, RootFields
from gateway.transport import SubgraphOperation, Transport

OperationKind: TypeAlias = Literal["query", "mutation"]

SPREAD_DOCUMENTS = 16
"""The most documents kept whose text depends on how many values were found; usually there are few."""


class CallMiddleware(Protocol):
    """Adds something to the calls of subgraphs."""

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return what is called instead, or the call itself to add nothing.

        Args:
            call: The prepared call.
            fetch: The fetch it belongs to.
            kind: `mutation` only for a fetch of mutation fields, which must never be sent twice.
        """
        ...


@dataclass(slots=True)
class Calls:
    """Prepared operations by fetch.

    Attributes:
        transports: The transport of each subgraph.
        middleware: Wrapped around each call; the first is the outermost.
        kind: The kind of the client's operation.
    """

    transports: Mapping[str, Transport]
    middleware: tuple[CallMiddleware, ...] = ()
    kind: OperationKind = "query"
    _fixed: dict[tuple[str, str], SubgraphOperation] = field(default_factory=dict)
    _context_batches: LruCache[tuple[str, str], SubgraphOperation] = field(
        default_factory=lambda: LruCache(SPREAD_DOCUMENTS)
    )

    def of(self, fetch: Fetch) -> SubgraphOperation:
        """Return the function that sends a fetch's document."""
        key = (fetch.subgraph, fetch.document)
        known = self._fixed.get(key) if fetch.context_batch is None else self._context_batches.get(key)
        return self._prepared(key, fetch) if known is None else known

    def is_trusted(self, fetch: Fetch) -> bool:
        """Return whether responses without errors are known to be complete."""
        return self.transports[fetch.subgraph].trusted

    def _prepared(self, key: tuple[str, str], fetch: Fetch) -> SubgraphOperation:
        call = self.transports[fetch.subgraph].prepare(fetch.document, fetch.operation_name)
        for each in reversed(self.middleware):
            call = each.wrap(call, fetch, self._kind_of(fetch))
        if fetch.context_batch is None:
            self._fixed[key] = call
        else:
            self._context_batches.put(key, call)
        return call

    def _kind_of(self, fetch: Fetch) -> OperationKind:
        # Below the top there are only queries: entities, and the query type that is reached again.
        is_at_top = isinstance(fetch.returns, RootFields) and not fetch.returns.path
        return self.kind if is_at_top else "query"
