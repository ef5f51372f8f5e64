"""A TCP proxy that delays, loses, cuts, drips or replaces what passes through it."""

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
        delay: Seconds that each piece of an answer is held back.
        resets: Each new connection is reset at once, as if the server had crashed.
        cut_after: Each answer ends after so many bytes, with the connection; `cuts_by_reset` says how.
        cuts_by_reset: Whether a cut connection is reset, or closed as if all were well.
        drip: Answers come byte by byte, with so many seconds between two bytes.
        instead: Sent instead of each answer.
        connections: How many connections were made so far.
        messages: How many messages of clients were forwarded so far.
    """

    target: int
    port: int = 0
    silent: bool = False
    deaf_to: bytes = b""
    cuts: int = 0
    garbles: bool = False
    delay: float = 0.0
    resets: bool = False
    cut_after: int | None = None
    cuts_by_reset: bool = True
    drip: float = 0.0
    instead: bytes | None = None
    connections: int = 0
    messages: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one client's connection until it ends."""
        self.connections += 1
        if self.resets:
            _reset(writer)
            return
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

    async def listen(self) -> None:
        """Accept connections, always at the same port."""
        self._server = await asyncio.start_server(self.hand_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def go_away(self) -> None:
        """Cut all connections, and refuse new ones until `listen` is called again."""
        if self._server is not None:
            self._server.close()
        self.cut_all()

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
                    proxy.messages += 1
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
                if not await self.hand_over(said):
                    break
            if self.proxy.cuts_by_reset:
                _reset(self.to_client)

    async def hand_over(self, said: bytes) -> bool:
        """Give the client a piece of an answer, and return whether the connection is kept."""
        proxy = self.proxy
        if proxy.delay:
            await asyncio.sleep(proxy.delay)
        if proxy.silent:
            return True
        if proxy.instead is not None:
            said = proxy.instead
        is_cut = proxy.cut_after is not None
        said = said[: proxy.cut_after]
        for piece in [said[index : index + 1] for index in range(len(said))] if proxy.drip else [said]:
            self.to_client.write(piece)
            await self.to_client.drain()
            await asyncio.sleep(proxy.drip)
        return not is_cut


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a reset, so that the other side sees an error."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def tcp_proxy(target: int) -> AsyncIterator[TcpProxy]:
    """Run a proxy in front of a local server for the duration of the block."""
    proxy = TcpProxy(target)
    await proxy.listen()
    try:
        yield proxy
    finally:
        proxy.go_away()
        for task in proxy._tasks:
            task.cancel()
        await asyncio.gather(*proxy._tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # connections that were cut end in the next turns of the loop
