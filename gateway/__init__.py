"""A Federation 2 gateway: serves a supergraph by planning operations over its subgraphs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gateway.app import create_gateway
    from gateway.errors import RequestError, SupergraphError, Unauthenticated
    from gateway.pipeline.access.application import PolicyDecider, PolicyQuestion
    from gateway.pipeline.access.requirements import Granted
    from gateway.pipeline.sessions import Sessions
    from gateway.settings import GatewaySettings
    from gateway.transport import HttpTransport, MemoryTransport, SubgraphOperation, Transport

__all__ = [
    "GatewaySettings",
    "Granted",
    "HttpTransport",
    "MemoryTransport",
    "PolicyDecider",
    "PolicyQuestion",
    "RequestError",
    "Sessions",
    "SubgraphOperation",
    "SupergraphError",
    "Transport",
    "Unauthenticated",
    "create_gateway",
]
MODULES: Final = {
    "Granted": "gateway.pipeline.access.requirements",
    "PolicyDecider": "gateway.pipeline.access.application",
    "PolicyQuestion": "gateway.pipeline.access.application",
    "create_gateway": "gateway.app",
    "RequestError": "gateway.errors",
    "SupergraphError": "gateway.errors",
    "Unauthenticated": "gateway.errors",
    "GatewaySettings": "gateway.settings",
    "Sessions": "gateway.pipeline.sessions",
}
"""The modules that define the public names; names not listed here are in `gateway.transport`."""


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: a program that only reads the settings needs no planner."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(MODULES.get(name, "gateway.transport")), name)
