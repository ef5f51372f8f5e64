"""Upgrades HTTP connections to WebSockets.

The library that reads their frames is imported by the first one: many gateways never have one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from gateway.http.admission import RETRY_AFTER
from gateway.http.headers import RawHeaders, combined, origin_of
from gateway.http.inner_request import InnerClient
from gateway.http.websocket.messages import CloseCode
from gateway.http.websocket.parts import WebSocketParts

FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: " + RETRY_AFTER + b"\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
FOREIGN: Final = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class WebSocketEndpoint(Struct, frozen=True):
    """Upgrades connections to WebSockets.

    Attributes:
        target: The path that accepts WebSockets.
        parts: The parts shared by all WebSockets.
    """

    target: bytes
    parts: WebSocketParts

    def open(
        self,
        transport: asyncio.Transport,
        target: str,
        raw: RawHeaders,
        peer: str | None,
        siblings: set[Any],
    ) -> bool:
        """Upgrade a connection to a WebSocket, or refuse and close it; return whether it was upgraded.

        Args:
            transport: The connection's transport.
            target: The target of the client's request.
            raw: The headers of the client's request.
            peer: The peer's address.
            siblings: The server's connections.
        """
        from gateway.http.websocket.conversation import GraphQLConversation  # noqa: PLC0415 - see above
        from gateway.http.websocket.socket import (  # noqa: PLC0415
            WebSocket,
            lasting_headers,
            open_handshake,
        )

        connections = self.parts.connections
        refusal, slot = FOREIGN, None
        headers = combined(lasting_headers(raw))
        if self._is_welcome(raw, headers):
            refusal, slot = FULL, connections.reserve(peer, headers)
        else:
            connections.metrics.refused["origin"] += 1
        if slot is None:
            transport.write(refusal)
            transport.close()
            return False
        try:
            handshake = open_handshake(target, raw)
        except BaseException:
            connections.release(slot)
            raise
        transport.write(handshake.response)
        if not handshake.is_accepted:
            connections.metrics.refused["handshake"] += 1
            connections.release(slot)
            transport.close()
            return False
        socket = WebSocket(transport, connections, slot, siblings)
        socket.conversation = GraphQLConversation(socket, self.parts, InnerClient(peer), headers)
        transport.set_protocol(socket)
        if not handshake.is_spoken:
            socket.close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
        return True

    def _is_welcome(self, raw: RawHeaders, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether the request's origin may connect: this host, or an origin that CORS allows.

        CORS does not apply to WebSockets: browsers open them for pages of any origin. Clients other than
        browsers send no Origin header.
        """
        origin = origin_of(raw)
        if origin is None:
            return True
        policy = self.parts.graph.cors()
        own = origin.partition(b"://")[2]
        return own == headers.get(b"host") or (policy is not None and policy.allows(origin))
