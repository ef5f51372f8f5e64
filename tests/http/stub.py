"""A subgraph that answers byte for byte as a test tells it to, well or badly."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Connection:
    """One request, and the socket that waits for its answer."""

    asked: Mapping[str, Any]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(content)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection without a goodbye."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def until_given_up(self) -> None:
        """Wait until the client closes the connection."""
        await self.reader.read()


Reaction: TypeAlias = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reaction that is a whole reply of HTTP."""

    body: bytes
    status: int
    headers: Mapping[str, str]

    async def __call__(self, connection: Connection) -> None:
        """Give it over HTTP/1.1, and close the connection."""
        fields = {"content-length": str(len(self.body)), "connection": "close", **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        await connection.send(f"HTTP/1.1 {self.status} Status\r\n{lines}\r\n".encode() + self.body)


def replying(body: bytes, status: int = 200, content_type: str = "application/json", **headers: str) -> Reply:
    """Answer with a body; `_` in a header's name stands for `-`."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(body, status, {"content-type": content_type, **more})


def answering(answer: Any) -> Reply:
    """Answer with JSON."""
    return replying(json.dumps(answer).encode())


@dataclass
class Stub:
    """A listening stub.

    Attributes:
        url: Where it listens.
        reaction: What it does with a request.
        asked: The requests so far.
    """

    url: str
    reaction: Reaction
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and react to it."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(
                int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:")
            )
            self.asked.append(json.loads(await reader.readexactly(length)))
            await self.reaction(Connection(self.asked[-1], reader, writer))
        except ConnectionError:
            pass  # the client had enough of it, which is what some tests want
        finally:
            writer.close()


@asynccontextmanager
async def stub() -> AsyncIterator[Stub]:
    """A stub on a free loopback port, which answers with null until told otherwise."""
    made = Stub("", answering({"data": None}))
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
    async with server:
        yield made
