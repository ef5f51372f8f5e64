"""The opening handshake of a WebSocket (RFC 6455, section 4), without extensions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from gateway.http.headers import ENCODING, RawHeaders

SUBPROTOCOL: Final = Subprotocol("graphql-transport-ws")
"""The only supported subprotocol; its predecessor `graphql-ws` is refused."""

SWITCHING: Final = 101

QUIET: Final = logging.Logger("websockets", logging.CRITICAL)  # noqa: LOG001 - outside of the logging tree
"""A logger that discards everything, because the messages of clients do not belong in logs."""

PREFIX: Final = b"sec-websocket-"
EXTENSIONS: Final = b"sec-websocket-extensions"
OF_CONNECTION: Final = frozenset({b"connection", b"upgrade"})


@dataclass(frozen=True, slots=True)
class Handshake:
    """The outcome of a handshake.

    Attributes:
        response: The whole response as bytes.
        is_accepted: Whether the connection is upgraded to a WebSocket.
        is_spoken: Whether the client offered the supported subprotocol.
    """

    response: bytes
    is_accepted: bool
    is_spoken: bool


def open_handshake(target: str, raw: RawHeaders) -> Handshake:
    """Check a client's handshake request, and return the response."""
    negotiation = ServerProtocol(extensions=None, select_subprotocol=_select, logger=QUIET)
    response = negotiation.accept(Request(target, _headers_of_handshake(raw)))
    is_accepted = response.status_code == SWITCHING
    return Handshake(response.serialize(), is_accepted, negotiation.subprotocol == SUBPROTOCOL)


def lasting_headers(raw: RawHeaders) -> list[tuple[bytes, bytes]]:
    """Return the headers that apply to the operations on a connection: all but the handshake's."""
    return [(name, value) for name, value in raw if name not in OF_CONNECTION and not name.startswith(PREFIX)]


def _headers_of_handshake(raw: RawHeaders) -> Headers:
    headers = Headers()
    for name, value in raw:
        # Compression is not negotiated: it costs memory per connection and allows decompression bombs.
        if (name in OF_CONNECTION or name.startswith(PREFIX)) and name != EXTENSIONS:
            headers[name.decode(ENCODING)] = value.decode(ENCODING)
    return headers


def _select(_negotiation: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Choose the subprotocol; None for a client without it, which is then refused by a close code."""
    return SUBPROTOCOL if SUBPROTOCOL in offered else None
