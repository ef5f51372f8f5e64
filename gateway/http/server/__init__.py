"""Serves an ASGI application by uvicorn, with limits for clients and a fast path for complete requests."""

from gateway.http.server.limits import ClientLimits
from gateway.http.server.protocol_factory import ProtocolFactory
from gateway.http.server.run import configured, listen, run

__all__ = ["ClientLimits", "ProtocolFactory", "configured", "listen", "run"]
