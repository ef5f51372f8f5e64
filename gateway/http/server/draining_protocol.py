"""Ends the connections of a server that is about to stop."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from gateway.http.client import Receive, Scope, Send
from gateway.http.draining import NOT_READY, READY
from gateway.http.server.exchange import Exchange
from gateway.http.server.upgrading_protocol import UpgradingProtocol

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
