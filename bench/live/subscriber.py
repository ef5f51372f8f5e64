"""A subscriber over a WebSocket or server-sent events, with as little processor time as possible."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

SWITCHED: Final = b"HTTP/1.1 101"
OK: Final = b"HTTP/1.1 200"
HEAD_END: Final = b"\r\n\r\n"
KEY: Final = base64.b64encode(b"sixteen bytes ok").decode()
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
SHORT, LONG = 126, 127


@dataclass(frozen=True, slots=True)
class Subscription:
    """The subscription that subscribers request.

    Attributes:
        port: The gateway's port on 127.0.0.1.
        content: The GraphQL request as JSON.
        path: The path of the graph.
        streams: How many times a connection subscribes to it; only a WebSocket can more than once.
    """

    port: int
    content: str
    path: str = "/graphql"
    streams: int = 1

    @classmethod
    def of(cls, port: int, query: str, variables: dict[str, Any]) -> "Subscription":
        """Return the subscription of a document with one operation."""
        return cls(port, json.dumps({"query": query, "variables": variables}))


class Subscriber(asyncio.Protocol):
    """Subscribes over one connection, and passes each event to a callback.

    Attributes:
        streams: The number of streams of the connection.
        events: The number of received events.
        fault: Why the stream ended prematurely; empty while it has not.
    """

    def __init__(
        self, subscription: Subscription, token: str, on_event: Callable[["Subscriber", bytes], None]
    ) -> None:
        self.streams, self.events = subscription.streams, 0
        self.fault = ""
        self._subscription, self._token, self._on_event = subscription, token, on_event
        self._received = b""
        self._is_open = self._is_closing = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request that opens the stream."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self.opening())

    def connection_lost(self, exc: Exception | None) -> None:
        """Record that the stream has ended."""
        if not self._is_closing and not self.fault:
            self.fault = f"the connection was lost: {exc}"

    def close(self) -> None:
        """End the stream."""
        self._is_closing = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read the head, then events."""
        received = self._received + data if self._received else data
        if not self._is_open:
            head, end, received = received.partition(HEAD_END)
            if not end:
                self._received = head
                return
            if not head.startswith((SWITCHED, OK)):
                self.fault = (head.partition(b"\r\n")[0] + b": " + received[:300]).decode("latin-1")
                self._transport.close()
                return
            self._is_open = True
            self.opened()
        self._received = self.read(received)

    def opening(self) -> bytes:
        """Return the request."""
        raise NotImplementedError

    def opened(self) -> None:
        """Continue after the response's head."""

    def read(self, received: bytes) -> bytes:
        """Read complete messages; return the rest."""
        raise NotImplementedError

    def event(self, payload: bytes) -> None:
        """Count an event, and pass it to the callback."""
        if b'"errors"' in payload:
            self.fault = payload[:300].decode()
        self.events += 1
        self._on_event(self, payload)

    def head(self, *lines: str) -> bytes:
        """Return the head of a request."""
        asked = self._subscription
        first = f"{'POST' if lines[0].startswith('Accept') else 'GET'} {asked.path} HTTP/1.1"
        host, session = f"Host: 127.0.0.1:{asked.port}", f"Authorization: Bearer {self._token}"
        return "\r\n".join([first, host, session, *lines, "", ""]).encode()


class WebSocketSubscriber(Subscriber):
    """Subscribes over graphql-transport-ws."""

    def opening(self) -> bytes:
        """Return the handshake."""
        return self.head(
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        )

    def opened(self) -> None:
        """Begin the conversation."""
        self._send(TEXT, b'{"type":"connection_init"}')

    def read(self, received: bytes) -> bytes:
        """Read complete frames; return the rest."""
        while len(received) >= 2:  # noqa: PLR2004 - the shortest head
            length, begin = received[1], 2
            if length == SHORT:
                length, begin = int.from_bytes(received[2:4], "big"), 4
            elif length == LONG:
                length, begin = int.from_bytes(received[2:10], "big"), 10
            if len(received) < begin + length:
                break
            self._frame(received[0] & 15, received[begin : begin + length])
            received = received[begin + length :]
        return received

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._send(PONG, payload)
        elif opcode == CLOSE:
            self.fault = f"closed with {int.from_bytes(payload[:2], 'big')}: {payload[2:].decode()}"
        elif b'"next"' in payload[:60] or b'"next"' in payload[-60:]:
            self.event(payload)
        elif b'"connection_ack"' in payload:
            for number in range(1, self.streams + 1):
                start = f'{{"id":"{number}","type":"subscribe","payload":{self._subscription.content}}}'
                self._send(TEXT, start.encode())
        elif b'"ping"' in payload:
            self._send(TEXT, b'{"type":"pong"}')
        elif b'"error"' in payload:
            self.fault = payload[:300].decode()

    def _send(self, opcode: int, payload: bytes) -> None:
        """Send a frame with a mask of zeros."""
        size = len(payload)
        head = bytes((0x80 | opcode, 0x80 | min(size, SHORT)))
        if size >= SHORT:
            head = bytes((0x80 | opcode, 0x80 | SHORT)) + size.to_bytes(2, "big")
        self._transport.write(head + bytes(4) + payload)


class SseSubscriber(Subscriber):
    """Subscribes by GraphQL over SSE, distinct connections mode."""

    def opening(self) -> bytes:
        """Return the request."""
        content = self._subscription.content.encode()
        return (
            self.head(
                "Accept: text/event-stream",
                "Content-Type: application/json",
                f"Content-Length: {len(content)}",
            )
            + content
        )

    def read(self, received: bytes) -> bytes:
        """Read complete events, ignoring the framing of chunks; return the rest."""
        *complete, rest = received.split(b"\n\n")
        for each in complete:
            _, found, payload = each.partition(b"data: ")
            if found and payload[:1] == b"{":
                self.event(payload)
            elif b"event: complete" in each:
                self.fault = "the stream was completed"
        return rest
