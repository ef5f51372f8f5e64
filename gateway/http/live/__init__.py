"""Limits, sessions, metrics and operations shared by all streams to clients."""

from gateway.http.live.connections import LiveConnection, LiveConnections, LiveMetrics, Slot
from gateway.http.live.operations import LiveOperations
from gateway.http.live.sessions import LiveSession

__all__ = [
    "LiveConnection",
    "LiveConnections",
    "LiveMetrics",
    "LiveOperations",
    "LiveSession",
    "Slot",
]
