"""Builds the parts that outlive versions of the graph, because requests of several versions share them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gateway.caching import CacheMetrics
from gateway.clients import CustomerOf
from gateway.extensions import Extension
from gateway.http.admission import Admission
from gateway.installed_features import InstalledFeatures
from gateway.metrics import Metrics
from gateway.monitoring import OperationMetrics
from gateway.pipeline.authentication import Authentication
from gateway.settings import GatewaySettings
from gateway.transport import Transport
from gateway.wiring.background import Closing
from gateway.wiring.subscriptions.live import LiveParts, live_parts
from gateway.wiring.subscriptions.subscribing import SharedSubscriptions


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
        subscriptions: The open subscriptions.
        extensions: The extensions called at the stages of the pipeline.
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
    subscriptions: SharedSubscriptions
    operations: OperationMetrics
    large_responses: ThreadPoolExecutor
    features: InstalledFeatures
    extensions: tuple[Extension, ...] = ()
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
    subscriptions: SharedSubscriptions,
    large_responses: ThreadPoolExecutor,
    features: InstalledFeatures,
    extensions: tuple[Extension, ...] = (),
) -> tuple[SharedParts, list[Closing]]:
    """Build the shared parts, and return them with the resources to close at the end.

    Raises:
        ValueError: The settings contradict one another.
    """
    registry = metrics.registry
    for collector in (each for extension in extensions for each in extension.collectors):
        registry.register(collector)
    cache_metrics = CacheMetrics({})
    registry.register(cache_metrics)
    operations = OperationMetrics(settings.metrics_operations)
    registry.register(operations)
    shared = SharedParts(
        transports=transports,
        authentication=authentication,
        admission=admission,
        metrics=metrics,
        cache_metrics=cache_metrics,
        operations=operations,
        large_responses=large_responses,
        features=features,
        subscriptions=subscriptions,
        extensions=extensions,
        customer_of=customer_of,
        live=live_parts(settings, customer_of, registry),
    )
    return shared, list(extensions)
