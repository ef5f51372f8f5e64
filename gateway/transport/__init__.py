"""Transports to subgraphs: the interface, and its two implementations."""

from gateway.transport.base import FailedResponse, Sign, SubgraphOperation, Transport
from gateway.transport.http import BYTES_A_PLACE, HttpTransport
from gateway.transport.limits import HttpLimits
from gateway.transport.memory import MemoryTransport

__all__ = [
    "BYTES_A_PLACE",
    "FailedResponse",
    "HttpLimits",
    "HttpTransport",
    "MemoryTransport",
    "Sign",
    "SubgraphOperation",
    "Transport",
]
