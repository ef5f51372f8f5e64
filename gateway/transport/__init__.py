"""How subgraphs are reached: the seam, and its two implementations."""

from gateway.transport.base import Call, Transport
from gateway.transport.http import HttpTransport
from gateway.transport.limits import HttpLimits
from gateway.transport.memory import MemoryTransport

__all__ = ["Call", "HttpLimits", "HttpTransport", "MemoryTransport", "Transport"]
