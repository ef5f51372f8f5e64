"""Creates the protocol of each connection, and closes connections that exceed a time limit."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState

from gateway.http.draining import Draining
from gateway.http.graph_versions import ServedGraph
from gateway.http.server.draining_protocol import DrainingProtocol
from gateway.http.server.heads import ResponseHeads
from gateway.http.server.limits import ClientLimits
from gateway.http.server.request_sniffer import RequestSniffer


class ProtocolFactory:
    """The factory that uvicorn calls for each connection, in place of a protocol class.

    Attributes:
        limits: The limits of each connection.
    """

    def __init__(self, limits: ClientLimits) -> None:
        self.limits = limits
        shortest = min(limits.head_seconds, limits.body_seconds, limits.idle_seconds)
        self._sweep_seconds = min(1.0, shortest / 2)
        self._response_heads = ResponseHeads()
        self._sweeping = False
        self._sniffer: RequestSniffer | None = None
        self._draining = Draining()

    def __call__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> asyncio.Protocol:
        """Create a protocol; the parameters are those of uvicorn's protocol class."""
        protocol = DrainingProtocol(config, server_state, app_state, _loop)
        protocol.response_heads = self._response_heads
        protocol.limits = self.limits
        protocol.fast_path = getattr(protocol.app, "fast_path", None)
        protocol.draining = self.draining_of(protocol.app)
        protocol.websockets = getattr(protocol.app, "websockets", None)
        protocol.sniffer = self._sniffer_of(protocol.fast_path)
        if not self._sweeping:
            self._sweeping = True
            protocol.loop.call_later(self._sweep_seconds, self._sweep, protocol.loop, server_state)
        return protocol

    def draining_of(self, app: Any) -> Draining:
        """Return the application's draining state if it has one, else the server's."""
        draining: Draining = getattr(app, "draining", self._draining)
        return draining

    def _sniffer_of(self, fast_path: ServedGraph | None) -> RequestSniffer | None:
        if fast_path is not None and self._sniffer is None:
            self._sniffer = RequestSniffer.of(fast_path, self.limits)
        return self._sniffer

    def _sweep(self, loop: asyncio.AbstractEventLoop, state: ServerState) -> None:
        """Check all connections; one timer for all costs less than one for each request."""
        now = loop.time()
        own = [each for each in state.connections if isinstance(each, DrainingProtocol)]
        for each in own:
            each.check(now)
        self._sweeping = bool(own)
        if own:
            loop.call_later(self._sweep_seconds, self._sweep, loop, state)
