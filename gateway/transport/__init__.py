"""Transports to subgraphs: the interfaces, and their implementations."""

from gateway.transport.base import FailedResponse, Sign, SignerOf, SubgraphOperation, Transport
from gateway.transport.events import (
    Event,
    EventSource,
    SubgraphSubscription,
    SubscribableTransport,
    prepared_subscription,
)
from gateway.transport.http import BYTES_A_PLACE, HttpTransport
from gateway.transport.limits import HttpLimits
from gateway.transport.memory import MemoryTransport

__all__ = [
    "BYTES_A_PLACE",
    "Event",
    "EventSource",
    "FailedResponse",
    "HttpLimits",
    "HttpTransport",
    "MemoryTransport",
    "Sign",
    "SignerOf",
    "SubgraphOperation",
    "SubgraphSubscription",
    "SubscribableTransport",
    "Transport",
    "prepared_subscription",
]
