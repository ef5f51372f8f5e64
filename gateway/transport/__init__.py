"""How subgraphs are reached: the seam, and its two implementations."""

from gateway.transport.base import SubgraphRequest, Transport
from gateway.transport.http import HttpLimits, HttpTransport
from gateway.transport.memory import MemoryTransport

__all__ = ["HttpLimits", "HttpTransport", "MemoryTransport", "SubgraphRequest", "Transport"]
