"""A server of key sets on loopback that answers well, badly, slowly, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

Behaviour: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class KeyServer:
    """The server.

    Attributes:
        url: Where its key set is.
        behave: What it does with a request.
        asked: How many requests came.
        left: Set as soon as a client has gone before the whole answer.
    """

    url: str = ""
    behave: Behaviour = field(default=lambda _: asyncio.sleep(0))
    asked: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    _requests: asyncio.Condition = field(default_factory=asyncio.Condition)

    def publish(self, content: bytes) -> None:
        """Answer with a key set from now on."""
        self.behave = answer(content)

    async def was_asked(self, times: int) -> None:
        """Wait until that many requests have arrived."""
        async with self._requests:
            await self._requests.wait_for(lambda: self.asked >= times)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection, with one request."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            async with self._requests:
                self._requests.notify_all()
            await self.behave(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()


def answer(content: bytes, status: str = "200 OK", *headers: str) -> Behaviour:
    """Answer with a content."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(content)}", "connection: close", *headers, "", ""]

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + content)
        await writer.drain()

    return behave


async def hang(_writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, for ever, quicker than any timeout between two bytes."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def flood(writer: asyncio.StreamWriter) -> None:
    """Answer without end."""
    writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


@asynccontextmanager
async def serving_keys(content: bytes = b"") -> AsyncIterator[KeyServer]:
    """Run a server that publishes a key set."""
    server = KeyServer()
    server.publish(content)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(server.handle(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
