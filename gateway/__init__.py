"""A Federation 2 gateway: loads a supergraph, plans, fetches and responds. Knows nothing of clubs."""

from gateway.app import create_gateway
from gateway.errors import RequestError, SupergraphError, Unauthenticated
from gateway.settings import GatewaySettings
from gateway.transport import HttpTransport, MemoryTransport, SubgraphOperation, Transport

__all__ = [
    "GatewaySettings",
    "HttpTransport",
    "MemoryTransport",
    "RequestError",
    "SubgraphOperation",
    "SupergraphError",
    "Transport",
    "Unauthenticated",
    "create_gateway",
]
