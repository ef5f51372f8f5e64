"""Builds rate limits from settings."""

from __future__ import annotations

from typing import Protocol

from prometheus_client import CollectorRegistry

from gateway.rate_limits.limiter import CustomerOf, RateLimits, Store
from gateway.rate_limits.memory_store import MemoryStore
from gateway.rate_limits.metrics import Decisions, RateLimitMetrics
from gateway.rate_limits.settings import RateLimitSettings


class Closing(Protocol):
    """A resource that is closed when the application ends."""

    async def close(self) -> None:
        """Close the resource."""
        ...


def rate_limits(
    settings: RateLimitSettings, customer_of: CustomerOf | None, registry: CollectorRegistry
) -> tuple[RateLimits | None, list[Closing]]:
    """Return the rate limits, if any, and the resources to close at the end.

    Args:
        settings: The rules, and the location of the buckets.
        customer_of: Returns the key of a session's customer.
        registry: The registry for metrics.
    """
    if not settings.rate_limits:
        return None, []
    memory = MemoryStore()
    stores: dict[str, Decisions] = {"memory": memory}
    store: Store = memory
    closing: list[Closing] = []
    if settings.rate_limit_valkey_url is not None:
        # Importing the client library takes longer than importing all of the gateway.
        from gateway.rate_limits.valkey_store import ValkeyStore  # noqa: PLC0415

        store = valkey = ValkeyStore.at(
            settings.rate_limit_valkey_url, settings.rate_limit_valkey_seconds, memory
        )
        stores["valkey"] = valkey
        closing.append(valkey)
    limits = RateLimits(settings, customer_of, store)
    registry.register(RateLimitMetrics(limits, stores))
    return limits, closing
