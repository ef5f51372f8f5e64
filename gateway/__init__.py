"""A Federation 2 gateway: loads a supergraph, plans, fetches, merges, answers. Knows nothing of clubs."""

from gateway.app import create_gateway
from gateway.errors import RequestError, SupergraphError, Unauthenticated
from gateway.settings import GatewaySettings
from gateway.transport import Call, HttpTransport, MemoryTransport, Transport

__all__ = [
    "Call",
    "GatewaySettings",
    "HttpTransport",
    "MemoryTransport",
    "RequestError",
    "SupergraphError",
    "Transport",
    "Unauthenticated",
    "create_gateway",
]
