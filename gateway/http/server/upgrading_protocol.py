"""A connection that may become a WebSocket."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gateway.http.server.protocol import BoundedProtocol

if TYPE_CHECKING:
    from gateway.http.websocket import WebSocketEndpoint


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
            # The replies to requests before this one must come first.
            and (self._active is None or self._active.response_complete)
        )

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
