"""A subgraph that listens on a real socket and answers byte by byte as a test scripts it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from gateway.settings.subgraph_tls import SubgraphTls
from gateway.transport import HttpLimits, HttpTransport

PATIENCE_SECONDS = 180.0
PATIENT = HttpLimits(
    connect_seconds=PATIENCE_SECONDS,
    total_seconds=PATIENCE_SECONDS,
    answer_bytes=1_000,
    connections=50,
    idle_seconds=2.0,
    reads_gzip=False,
    tls=SubgraphTls(),
)
VARIABLES = {"x": 1}
HEADERS = {"authorization": "Bearer t"}
GOOD = b'{"data": {"a": 1}}'


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    head: bytes
    body: bytes
    connection: int
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values."""
        lines = self.head.strip().split(b"\r\n")[1:]
        return [(name, value) for name, value in (line.split(b": ", 1) for line in lines)]


React = Callable[[Received], Awaitable[None]]


@dataclass
class Subgraph:
    """A subgraph that keeps connections open and answers as scripted."""

    react: React
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    tls: ssl.SSLContext | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Subgraph]:
        """Serve until the end of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.url = f"{'http' if self.tls is None else 'https'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql?x=y"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                self.received.append(Received(head, body, number, writer, reader))
                self.asked.set()
                await self.react(self.received[-1])
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed.set()
        finally:
            writer.close()


def answering(
    body: bytes = GOOD, status: int = 200, *, close: bool = False, headers: Mapping[str, str] | None = None
) -> React:
    """Answer, and perhaps close the connection without having said so."""
    lines = {"content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())

    async def react(request: Received) -> None:
        request.writer.write(f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body)
        await request.writer.drain()
        if close:
            request.writer.close()

    return react


async def never(request: Received) -> None:
    """Wait until the connection is closed."""
    await request.reader.readexactly(1)


@asynccontextmanager
async def asking(subgraph: Subgraph, limits: HttpLimits = PATIENT) -> AsyncIterator[HttpTransport]:
    """A transport to a listening subgraph."""
    async with subgraph.listening():
        transport = HttpTransport.to(subgraph.url, limits)
        yield transport
        await transport.close()


async def sent(transport: HttpTransport, headers: Mapping[str, str] = HEADERS) -> Mapping[str, Any]:
    """The answer to the operation that all tests send."""
    return await transport.prepare("query Q { a }", "Q")(VARIABLES, headers, None)
