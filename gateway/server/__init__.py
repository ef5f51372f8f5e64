"""Serves an ASGI application by uvicorn, within limits for clients, with a short way for whole replies."""

from gateway.server.limits import ClientLimits
from gateway.server.protocol import Protocols
from gateway.server.run import configured, listen, run

__all__ = ["ClientLimits", "Protocols", "configured", "listen", "run"]
