"""Serves an ASGI application with uvicorn, with limits for clients and a fast path for complete requests."""

from gateway.http.server.lifecycle import (
    OnLoad,
    Server,
    ServerConfig,
    StopTimes,
    configured,
    configured_by,
    listen,
    run,
)
from gateway.http.server.limits import ClientLimits
from gateway.http.server.protocol_factory import ProtocolFactory

__all__ = [
    "ClientLimits",
    "OnLoad",
    "ProtocolFactory",
    "Server",
    "ServerConfig",
    "StopTimes",
    "configured",
    "configured_by",
    "listen",
    "run",
]
