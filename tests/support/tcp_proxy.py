"""A TCP proxy whose connections become silent, or are cut at a chosen moment."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass
class TcpProxy:
    """Forwards bytes in both directions.

    Attributes:
        port: The port that clients connect to instead.
        silent: Nothing is forwarded in either direction and nothing is closed, as if the other end had
            vanished. Bytes that arrive meanwhile are lost.
        deaf_to: A client's message that contains these bytes still reaches the server, but the answer is
            lost and the connection is cut, `cuts` times.
        garbles: The number of the server's next packet is changed, once.
    """

    target: int
    port: int = 0
    silent: bool = False
    deaf_to: bytes = b""
    cuts: int = 0
    garbles: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one client's connection until it ends."""
        with suppress(OSError):
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
            line = _Line(self, writer)
            self._writers |= {writer, to_server}
            halves = {
                asyncio.create_task(line.ask(reader, to_server)),
                asyncio.create_task(line.answer(from_server)),
            }
            self._tasks |= halves
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            for half in halves:
                half.cancel()
            to_server.close()
        writer.close()

    def cut_all(self) -> None:
        """Cut all connections, so that both sides notice."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


@dataclass
class _Line:
    proxy: TcpProxy
    to_client: asyncio.StreamWriter
    deaf: bool = False

    async def ask(self, client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await client.read(CHUNK):
                proxy = self.proxy
                if proxy.cuts and proxy.deaf_to and proxy.deaf_to in said:
                    proxy.cuts, self.deaf = proxy.cuts - 1, True
                if not proxy.silent:
                    server.write(said)
                    await server.drain()

    async def answer(self, server: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while said := await server.read(CHUNK):
                if self.deaf:
                    break  # the server has executed the request, but the answer is lost
                if self.proxy.garbles:
                    self.proxy.garbles = False
                    said = said[:3] + bytes([said[3] + 3]) + said[4:]
                if not self.proxy.silent:
                    self.to_client.write(said)
                    await self.to_client.drain()
            _reset(self.to_client)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a reset, so that the other side sees an error."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def tcp_proxy(target: int) -> AsyncIterator[TcpProxy]:
    """Run a proxy in front of a local server for the duration of the block."""
    proxy = TcpProxy(target)
    server = await asyncio.start_server(proxy.hand_on, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut_all()
        for task in proxy._tasks:
            task.cancel()
        await asyncio.gather(*proxy._tasks, return_exceptions=True)
