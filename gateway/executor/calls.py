"""The prepared operations of a plan's fetches: each is prepared on first use, and kept with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.lru_cache import LruCache
from gateway.plan import Fetch
from gateway.transport import SubgraphOperation, Transport

SPREAD_DOCUMENTS = 16
"""The most documents kept whose text depends on how many values were found; usually there are few."""


@dataclass(slots=True)
class Calls:
    """Prepared operations by fetch.

    Attributes:
        transports: The transport of each subgraph.
    """

    transports: Mapping[str, Transport]
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
        if fetch.context_batch is None:
            self._fixed[key] = call
        else:
            self._context_batches.put(key, call)
        return call
