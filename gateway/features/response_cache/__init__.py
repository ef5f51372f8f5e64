"""Caches subgraphs' responses, as far as `@cacheControl` allows, until they expire or are invalidated."""

from gateway.features.response_cache.caching import Caching, EntryKeys, ResponseCacheMetrics
from gateway.features.response_cache.invalidation import Invalidation, parse_invalidations
from gateway.features.response_cache.middleware import ResponseCacheMiddleware
from gateway.features.response_cache.stores import MemoryStore, Store, StoreUnavailable

__all__ = [
    "Caching",
    "EntryKeys",
    "Invalidation",
    "MemoryStore",
    "ResponseCacheMetrics",
    "ResponseCacheMiddleware",
    "Store",
    "StoreUnavailable",
    "parse_invalidations",
]
