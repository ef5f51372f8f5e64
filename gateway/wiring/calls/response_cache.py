"""Builds the cache of subgraphs' responses."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from gateway.rate_limits import CustomerOf
from gateway.response_cache import Caching, EntryKeys, MemoryStore, ResponseCacheMetrics, Store
from gateway.settings import GatewaySettings


def response_caching(
    settings: GatewaySettings, customer_of: CustomerOf | None, registry: CollectorRegistry
) -> Caching | None:
    """Build the response cache, with its metrics; None if it is switched off.

    Raises:
        ValueError: The settings contradict one another.
    """
    if not settings.response_cache:
        if settings.response_cache_invalidation_key is not None:
            raise ValueError("Without FURLONG_GATEWAY_RESPONSE_CACHE there is nothing to invalidate.")
        return None
    if settings.response_cache_private and customer_of is None:
        raise ValueError(
            "FURLONG_GATEWAY_RESPONSE_CACHE_PRIVATE needs sessions: without them no customer is known."
        )
    store = _store(settings)
    metrics = ResponseCacheMetrics(store.cache if isinstance(store, MemoryStore) else None)
    registry.register(metrics)
    keys = EntryKeys(
        frozenset(settings.response_cache_ignored_headers),
        customer_of if settings.response_cache_private else None,
    )
    return Caching(store, keys, metrics, settings.response_cache_longest_seconds)


def _store(settings: GatewaySettings) -> Store:
    if settings.response_cache_valkey_url is None:
        return MemoryStore(settings.response_cache_bytes)
    # The client library takes longer to import than all of the gateway.
    from gateway.response_cache.stores.valkey_store import ValkeyStore  # noqa: PLC0415

    return ValkeyStore.at(
        settings.response_cache_valkey_url,
        settings.response_cache_valkey_seconds,
        settings.response_cache_longest_seconds,
    )
