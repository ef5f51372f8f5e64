"""Caches subgraphs' responses: around their calls, with a route that invalidates them."""

from __future__ import annotations

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.response_cache.caching import Caching, EntryKeys, ResponseCacheMetrics
from gateway.features.response_cache.invalidation import InvalidationRoute
from gateway.features.response_cache.middleware import ResponseCacheMiddleware
from gateway.features.response_cache.settings import ResponseCacheSettings
from gateway.features.response_cache.stores import MemoryStore, Store


class SubgraphResponseCache(Feature):
    """Caches subgraphs' responses for as long as `@cacheControl` allows."""

    caching: Caching

    def install(self, core: Core) -> None:
        """Open the store, and add the metrics and the route.

        Raises:
            ValueError: Private responses are to be cached, but no customers are known.
        """
        settings = core.settings.of(ResponseCacheSettings)
        if settings.private and core.customer_of is None:
            raise ValueError(
                "FURLONG_GATEWAY__RESPONSE_CACHE__PRIVATE needs sessions: without them no customer is known."
            )
        store = _store(settings)
        metrics = ResponseCacheMetrics(store.cache if isinstance(store, MemoryStore) else None)
        keys = EntryKeys(frozenset(settings.ignored_headers), core.customer_of if settings.private else None)
        self.caching = Caching(store, keys, metrics, settings.longest_seconds)
        core.register(metrics)
        core.close_at_end(store.close)
        if settings.invalidation_key is not None:
            key = settings.invalidation_key.get_secret_value()
            route = InvalidationRoute(self.caching, key, core.subgraphs)
            core.route("/invalidation", route.respond)

    def of(self, version: Version) -> VersionParts:
        """Cache the responses of a version, unless nothing in its graph may be cached."""
        if not version.supergraph.cache_hints:
            return VersionParts()
        return VersionParts(calls=(ResponseCacheMiddleware(version.supergraph, self.caching),))


def _store(settings: ResponseCacheSettings) -> Store:
    if settings.valkey_url is None:
        return MemoryStore(settings.bytes)
    # The client library takes longer to import than all of the gateway.
    from gateway.features.response_cache.valkey_store import ValkeyStore  # noqa: PLC0415

    return ValkeyStore.at(settings.valkey_url, settings.valkey_seconds, settings.longest_seconds)
