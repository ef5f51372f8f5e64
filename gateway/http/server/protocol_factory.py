"""Creates the protocol of each connection: it may become a WebSocket, has time limits, and drains."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httptools
from uvicorn import Config
from uvicorn.server import ServerState

from gateway.http.client import Receive, Scope, Send
from gateway.http.draining import NOT_READY, READY, Draining
from gateway.http.graph_versions import ServedGraph
from gateway.http.server.exchange import Exchange
from gateway.http.server.heads import ResponseHeads, without_upgrade
from gateway.http.server.limits import ClientLimits
from gateway.http.server.protocol import BoundedProtocol
from gateway.http.server.request_sniffer import RequestSniffer

if TYPE_CHECKING:
    from gateway.http.websocket import WebSocketEndpoint


FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
"""The headers that announce a body."""


class UpgradingProtocol(BoundedProtocol):
    """A connection that becomes a WebSocket if its client asks for it and the application has WebSockets.

    Attributes:
        websockets: Opens WebSockets; None if the application has none.
    """

    websockets: WebSocketEndpoint | None

    def _should_upgrade(self) -> bool:
        """Return whether the request whose head was parsed last opens a WebSocket."""
        endpoint = self.websockets
        return (
            endpoint is not None
            and self.url.partition(b"?")[0] == endpoint.target
            and self._get_upgrade() == b"websocket"
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            # A body would be read as frames.
            and not any(name in FRAMING for name, _ in self.headers)
            # The replies to requests before this one must come first.
            and (self._active is None or self._active.response_complete)
        )

    def _go_on(self, rest: memoryview) -> None:
        """Open a WebSocket, or go on with the request as if it had not asked for an upgrade.

        Then the head is parsed again without it, and so is the request's body, which the parser would
        otherwise take for the next request.
        """
        while not self.transport.is_closing():
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                return
            version = self.parser.get_http_version()
            head = without_upgrade(self.parser.get_method(), self.url, version, self.headers)
            try:
                # The parser before it reads nothing more if this request is the last of its connection.
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self.parser.feed_data(head)
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as paused:
                rest = rest[paused.args[0] :]
            except httptools.HttpParserError:
                self._refuse_what_is_not_http()
                return
            else:
                return

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, or refuse to."""
        endpoint = self.websockets
        assert endpoint is not None  # noqa: S101 - as `_should_upgrade` has found
        if self.draining.has_begun:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        siblings: set[Any] = self.connections
        peer = None if self.client is None else self.client[0]
        target = self.url.decode("ascii", "replace")
        if endpoint.open(self.transport, target, self.headers, peer, siblings):
            siblings.discard(self)
            self._release()

    def _release(self) -> None:
        """Break the reference cycles, so that this protocol is freed at once."""
        nothing: Any = None
        self.parser = self.flow = self.transport = self.scope = nothing


LINGER_SECONDS: Final = 1.0
"""How long a stopping server waits for another request on a connection that was just used.

Its client may be sending one, and would see the connection reset."""


class DrainingProtocol(UpgradingProtocol):
    """A connection of a server that can stop.

    Once the server is about to stop, each reply announces that it is the last on its connection.
    """

    def drain(self) -> None:
        """Make the reply to the last request in progress the last on the connection."""
        exchange: Exchange | None = self.cycle
        if exchange is not None and not exchange.response_complete:
            exchange.keep_alive = False

    def close_if_idle(self, now: float) -> None:
        """Close the connection if no request has arrived for a while; `now` is the loop's time."""
        is_answered = self._active is None or self._active.response_complete
        if not (is_answered and self._between_requests) or self.transport.is_closing():
            return
        left = self._deadline - now
        allowed = self.limits.idle_seconds if left > self.limits.head_seconds else self.limits.head_seconds
        if allowed - left >= LINGER_SECONDS:
            self.transport.close()

    def _app_for(self, exchange: Exchange) -> Any:
        if self.draining.has_begun and exchange.scope["path"] == READY:
            return _not_ready
        return self.app


async def _not_ready(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers: Any = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(NOT_READY)),
    ]
    await send(
        {"type": "http.response.start", "status": HTTPStatus.SERVICE_UNAVAILABLE.value, "headers": headers}
    )
    await send({"type": "http.response.body", "body": NOT_READY})


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
            self._sweep_later(protocol.loop, server_state)
        return protocol

    def draining_of(self, app: Any) -> Draining:
        """Return the application's draining state if it has one, else the server's."""
        draining: Draining = getattr(app, "draining", self._draining)
        return draining

    def _sniffer_of(self, fast_path: ServedGraph | None) -> RequestSniffer | None:
        if fast_path is not None and self._sniffer is None:
            self._sniffer = RequestSniffer.of(fast_path, self.limits)
        return self._sniffer

    def _sweep_later(self, loop: asyncio.AbstractEventLoop, state: ServerState) -> None:
        due = loop.time() + self._sweep_seconds
        loop.call_at(due, self._sweep, loop, state, due)

    def _sweep(self, loop: asyncio.AbstractEventLoop, state: ServerState, due: float) -> None:
        """Check all connections; one timer for all costs less than one for each request.

        Time in which this process stood still is no client's: most often the whole machine did.
        """
        now = loop.time()
        late = now - due
        own = [connection for connection in state.connections if isinstance(connection, DrainingProtocol)]
        for connection in own:
            if late > self._sweep_seconds:
                connection.allow_more(late)
            else:
                connection.check(now)
        self._sweeping = bool(own)
        if own:
            self._sweep_later(loop, state)
