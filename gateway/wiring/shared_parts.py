"""Builds the parts that outlive versions of the graph, because requests of several versions share them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gateway.caching import CacheMetrics
from gateway.clients import CustomerOf
from gateway.http.admission import Admission
from gateway.installed_features import InstalledFeatures
from gateway.metrics import Metrics
from gateway.monitoring import OperationMetrics
from gateway.pipeline.authentication import Authentication
from gateway.settings import GatewaySettings
from gateway.transport import Transport
from gateway.wiring.live import LiveParts, live_parts


@dataclass(frozen=True, slots=True)
class SharedParts:
    """The parts that all versions of the graph share, and that therefore outlive each of them.

    Attributes:
        transports: The transports that the application has given, by subgraph.
        authentication: Finds the session of a request.
        admission: Bounds how many requests are executed at once.
        metrics: The gateway's metrics.
        cache_metrics: The metrics of the current version's caches.
        operations: The metrics by operation and client.
        customer_of: Returns the key of a session's customer; None if no customers are known.
        live: What WebSockets and streams share; None if there are none.
        large_responses: A thread that makes large responses.
        features: The features that the settings switch on.
    """

    transports: Mapping[str, Transport]
    authentication: Authentication
    admission: Admission
    metrics: Metrics
    cache_metrics: CacheMetrics
    operations: OperationMetrics
    large_responses: ThreadPoolExecutor
    features: InstalledFeatures
    customer_of: CustomerOf | None = None
    live: LiveParts | None = None


def shared_parts(
    settings: GatewaySettings,
    transports: Mapping[str, Transport],
    authentication: Authentication,
    *,
    admission: Admission,
    metrics: Metrics,
    customer_of: CustomerOf | None,
    large_responses: ThreadPoolExecutor,
    features: InstalledFeatures,
) -> SharedParts:
    """Build the shared parts, and register their metrics."""
    registry = metrics.registry
    cache_metrics = CacheMetrics({})
    registry.register(cache_metrics)
    operations = OperationMetrics(settings.metrics_operations)
    registry.register(operations)
    return SharedParts(
        transports=transports,
        authentication=authentication,
        admission=admission,
        metrics=metrics,
        cache_metrics=cache_metrics,
        operations=operations,
        large_responses=large_responses,
        features=features,
        customer_of=customer_of,
        live=live_parts(settings, customer_of, registry),
    )
