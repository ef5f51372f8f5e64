"""A WebSocket client that sends anything, even what no client should."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0
PATIENCE_SECONDS = 30.0
KEY = base64.b64encode(b"sixteen bytes ok").decode()


@dataclass(frozen=True)
class Closed(Exception):
    """The server has closed the connection."""

    code: int
    reason: str


def frame(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    """A masked frame; the mask is zero, so that the payload stays legible."""
    first = opcode | (0x80 if fin else 0)
    if len(payload) < 126:
        head = bytes((first, 0x80 | len(payload)))
    elif len(payload) < 1 << 16:
        head = bytes((first, 0x80 | 126)) + len(payload).to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + len(payload).to_bytes(8, "big")
    return head + bytes(4) + payload


@dataclass
class RawWebSocket:
    """An open connection.

    Attributes:
        status: The status of the server's handshake; 101 if the connection is a WebSocket.
        head: The server's handshake.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int
    head: str

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Send a message."""
        text = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.send_bytes(frame(TEXT, text))

    async def receive_frame(self) -> tuple[int, bytes]:
        """Return the next frame of the server: its opcode and its payload."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            first, length = await self.reader.readexactly(2)
            assert not length & 0x80, "a server must not mask"
            if length == 126:
                length = int.from_bytes(await self.reader.readexactly(2), "big")
            elif length == 127:
                length = int.from_bytes(await self.reader.readexactly(8), "big")
            return first & 0x0F, await self.reader.readexactly(length)

    async def receive(self) -> dict[str, Any]:
        """Return the next message; pings are answered meanwhile.

        Raises:
            Closed: The server has closed the connection.
        """
        while True:
            opcode, payload = await self.receive_frame()
            if opcode == CLOSE:
                self.send_bytes(frame(CLOSE, payload))
                raise Closed(int.from_bytes(payload[:2], "big"), payload[2:].decode())
            if opcode == PING:
                self.send_bytes(frame(PONG, payload))
            if opcode == TEXT:
                message: dict[str, Any] = json.loads(payload)
                return message

    async def until_closed(self) -> int:
        """Return the code with which the server closes; skip what comes before."""
        return (await self.rest())[0]

    async def rest(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the code with which the server closes, and all messages before."""
        messages = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    messages.append(await self.receive())
                except Closed as closed:
                    return closed.code, messages

    async def init(self, payload: Mapping[str, Any] | None = None) -> None:
        """Send `connection_init`, and wait for its acknowledgement."""
        self.send({"type": "connection_init", "payload": dict(payload or {})})
        assert await self.receive() == {"type": "connection_ack"}

    def subscribe(self, name: str, query: str, **variables: Any) -> None:
        """Send `subscribe`."""
        payload = {"query": query, "variables": variables}
        self.send({"type": "subscribe", "id": name, "payload": payload})


@asynccontextmanager
async def raw_websocket(
    port: int,
    headers: Mapping[str, str] | None = None,
    *,
    subprotocol: str | None = "graphql-transport-ws",
    path: str = "/graphql",
) -> AsyncIterator[RawWebSocket]:
    """Connect, and send the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = {
        "host": f"127.0.0.1:{port}",
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-key": KEY,
        "sec-websocket-version": "13",
        **({} if subprotocol is None else {"sec-websocket-protocol": subprotocol}),
        **(headers or {}),
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        yield RawWebSocket(reader, writer, int(head.split()[1]), head)
    finally:
        writer.transport.abort()
