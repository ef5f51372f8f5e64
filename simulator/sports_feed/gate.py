"""The way to RabbitMQ: TLS on the loopback, where connections can be cut or held up."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from simulator.sports_feed.faults import FeedFaults

CHUNK: Final = 65_536
HELD_SECONDS: Final = 0.02


@dataclass(slots=True)
class Gate:
    """Passes on what clients and broker say.

    Attributes:
        connections: When each connection was opened, in seconds of the monotonic clock.
    """

    broker: tuple[str, int]
    faults: FeedFaults
    connections: list[float] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self, port: int, trusted: ssl.SSLContext) -> AsyncIterator[int]:
        """Serve for the duration of the block, and yield the port.

        Raises:
            OSError: The address is taken.
        """
        server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=trusted)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(time.monotonic())
        self._open.add(writer)
        try:
            if not self.faults.take("refuse"):
                await self._pass_on(reader, writer)
        except OSError:
            pass  # one of both has gone
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(*self.broker)
        self._open.add(to_broker)
        try:
            both = [
                asyncio.create_task(self._pump(reader, to_broker, is_answer=False)),
                asyncio.create_task(self._pump(from_broker, writer, is_answer=True)),
            ]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            self._open.discard(to_broker)
            to_broker.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK):
                while is_answer and self.faults.lasts("slow_consumer"):  # noqa: ASYNC110 - it just lasts
                    await asyncio.sleep(HELD_SECONDS)
                sink.write(data)
                await sink.drain()
                if is_answer and self.faults.take("reconnect_storm"):
                    return
