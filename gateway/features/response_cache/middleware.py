"""Wraps calls of subgraphs: cached data is not fetched."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.cache_control.cacheable_fields import cacheable_root, entity_fields
from gateway.features.response_cache.cached_entities import CachedEntities
from gateway.features.response_cache.cached_root import CachedRoot
from gateway.features.response_cache.caching import Caching
from gateway.plan import Fetch, OperationKind, RootFields
from gateway.supergraph import Supergraph
from gateway.transport import SubgraphOperation


@dataclass(frozen=True, slots=True)
class ResponseCacheMiddleware:
    """Caches the results of query fetches.

    Attributes:
        supergraph: The supergraph with its hints and tags.
        caching: The response cache.
    """

    supergraph: Supergraph
    caching: Caching

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return the call with a cache in front, or the call itself if none of its data may be cached."""
        if kind != "query" or not self.supergraph.cache_hints:
            return call
        if isinstance(fetch.returns, RootFields):
            root = cacheable_root(self.supergraph, fetch.subgraph, fetch.document)
            return call if root is None else CachedRoot(call, fetch.subgraph, root, self.caching)
        fields = entity_fields(self.supergraph, fetch.subgraph, fetch.document)
        if not any(each.policies for each in fields):
            return call
        return CachedEntities(call, fetch.subgraph, fields, self.caching)
