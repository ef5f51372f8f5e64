"""A line between a client and a server that falls silent, or is cut at a chosen moment."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass
class TcpProxy:
    """Hands bytes on in both directions.

    Attributes:
        port: where clients connect to instead.
        silent: nothing is handed on, in either direction, and nothing is closed: a line whose other end has
            vanished without a word. What came meanwhile is lost.
        deaf_to: what a client says with these bytes in it still reaches the server, but the answer is lost,
            and the line is cut, as often as `cuts` says.
        garbles: the number of the next packet of the server is changed, once.
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
        """One client's line, to its end."""
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
        """Ends all lines, so that both sides notice."""
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
                    break  # the server has done what it was asked; nobody will hear of it
                if self.proxy.garbles:
                    self.proxy.garbles = False
                    said = said[:3] + bytes([said[3] + 3]) + said[4:]
                if not self.proxy.silent:
                    self.to_client.write(said)
                    await self.to_client.drain()
            _reset(self.to_client)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Has the other side see an error, not an orderly end."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def tcp_proxy(target: int) -> AsyncIterator[TcpProxy]:
    """A proxy before a server on a port of this machine, while the block lasts."""
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
