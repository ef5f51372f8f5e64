"""Builds the parts that stream responses to clients."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from gateway.clients import ClientAddresses, CustomerOf
from gateway.http.admission import Admission
from gateway.http.graph_versions import ServedGraph
from gateway.http.live import LiveConnections, LiveLimits, LiveMetrics, LiveOperations
from gateway.http.replies import OriginPolicy
from gateway.http.routes import PATH
from gateway.http.streams import Streams
from gateway.http.websocket import WebSocketEndpoint, WebSocketParts
from gateway.metrics import Metrics
from gateway.pipeline.components import AuthenticationComponent
from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class LiveParts:
    """The parts of streaming that all versions of the graph share.

    Attributes:
        connections: All WebSockets and streams.
        customer_of: Returns the key of a session's customer.
    """

    connections: LiveConnections
    customer_of: CustomerOf | None


def live_parts(
    settings: GatewaySettings, customer_of: CustomerOf | None, registry: CollectorRegistry
) -> LiveParts | None:
    """Build the shared parts, and register their metrics; None if the settings disable streams."""
    if not settings.live:
        return None
    metrics = LiveMetrics()
    registry.register(metrics)
    addresses = ClientAddresses(settings.trusted_proxies, settings.forwarded_for_header)
    connections = LiveConnections(LiveLimits.of(settings), metrics, addresses, customer_of)
    return LiveParts(connections, customer_of)


def streams(
    operations: LiveOperations,
    parts: LiveParts | None,
    authentication: AuthenticationComponent,
    admission: Admission,
    origins: OriginPolicy | None,
) -> Streams | None:
    """Build the streams over HTTP for one version of the graph; None if streams are disabled."""
    if parts is None:
        return None
    return Streams(operations, parts.connections, authentication, admission, origins)


def websocket_endpoint(
    settings: GatewaySettings,
    graph: ServedGraph,
    connections: LiveConnections,
    authentication: AuthenticationComponent,
    metrics: Metrics,
) -> WebSocketEndpoint:
    """Build the endpoint that accepts WebSockets."""
    init_headers = frozenset(settings.live_init_headers)
    parts = WebSocketParts(graph, connections, authentication, metrics, init_headers)
    return WebSocketEndpoint(PATH.encode(), parts)
