"""A gateway behind its server, whose subgraphs answer when they are let, and a client that may misbehave."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.http.server import ClientLimits
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation

PATIENCE_SECONDS = 180.0
LONG = ClientLimits(head_seconds=600, body_seconds=600, idle_seconds=600)
QUICK = 0.1


@dataclass
class Shop:
    """A gateway behind its server, whose first subgraph answers when it is let.

    Attributes:
        port: Where it listens.
        gate: Shut until it is set, if `shut` says so.
        events: What became of the calls to subgraphs, in order.
        headers: What the subgraphs saw of each request's.
    """

    federation: Federation
    limits: ClientLimits = LONG
    shut: bool = False
    settings: GatewaySettings = field(default_factory=GatewaySettings)
    port: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    events: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Shop]:
        """Serve until the end of the block."""
        app = create_gateway(self.federation.sdl, self.transports(), self.settings)
        with listen("127.0.0.1", 0) as listener:
            self.port = listener.getsockname()[1]
            async with serving(app, listener, self.limits):
                yield self

    def transports(self) -> dict[str, MemoryTransport]:
        """The subgraphs, which answer when they are let."""
        return {name: asking(self._asking(name)) for name in self.federation.sources}

    def _asking(self, name: str) -> Callable[[SubgraphRequest], Any]:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            self.headers.append(request.headers)
            await self._note(f"{name} asked")
            try:
                if self.shut:
                    await self.gate.wait()
            except asyncio.CancelledError:
                await self._note(f"{name} given up")
                raise
            await self._note(f"{name} answered")
            return self.federation.subgraph_answer(name, request)

        return ask

    async def until(self, event: str) -> None:
        """Wait for something to happen."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: event in self.events)

    async def _note(self, event: str) -> None:
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()


@dataclass(frozen=True)
class Client:
    """A client that may behave badly."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(content)
        await self.writer.drain()

    async def reply(self) -> tuple[int, bytes, bytes]:
        """Status, head and body of the next reply."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            body = await self.reader.readexactly(int(length[1]) if length else 0)
        return int(head.split()[1]), head, body

    async def until_closed(self) -> bytes:
        """Everything that still comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


def post(query: str, *headers: bytes) -> bytes:
    """A request to the graph."""
    body = orjson.dumps({"query": query})
    fixed = (b"host: gateway.test", b"content-type: application/json", b"content-length: %d" % len(body))
    return b"\r\n".join([b"POST /graphql HTTP/1.1", *fixed, *headers, b"", body])


ME = "{ me { name } }"
NAME = b'{"data":{"me":{"name":"User 1"}}}'
