"""Attack: ask again and again, and read none of the replies."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from furlong.serve.http_server import QuietServer, listen
from gateway import GatewaySettings, create_gateway
from gateway.http.server import ClientLimits, configured
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, NAME, Client, Shop, post

LARGE = "{ " + " ".join(f"x{number}: me {{ {'n' * 300}: name }}" for number in range(20)) + " }"


@dataclass
class Besieged:
    """A server with one place for requests, and a client that has asked and does not read.

    Attributes:
        shop: The server.
        protocol: Its end of that client's connection.
        slow: The client.
    """

    shop: Shop
    protocol: Any
    slow: Client

    async def asked(self) -> int:
        """The status of another client's request; asked again while there is no place."""
        status = 503
        for _ in range(20):
            async with self.shop.client() as client:
                await client.send(post(ME))
                status, _, body = await client.reply()
            if status != 503:
                assert body == NAME
                break
            await asyncio.sleep(0.01)
        return status


@asynccontextmanager
async def besieged(limits: ClientLimits = LONG) -> AsyncIterator[Besieged]:
    """Serve; the client's last request is answered, and its reply waits until the others are read."""
    own = Shop(shop())
    app = create_gateway(own.federation.sdl, own.transports(), GatewaySettings(requests_inside=1))
    with listen("127.0.0.1", 0) as listener:
        own.port = listener.getsockname()[1]
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        server = QuietServer(configured(app, limits))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with own.client() as slow:
            raw: socket.socket = slow.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.reader._transport.pause_reading()  # type: ignore[attr-defined]
            waits = False
            while not waits:
                (protocol,) = server.server_state.connections or (None,)
                waits = protocol is not None and protocol.flow.write_paused  # type: ignore[union-attr]
                own.events.clear()
                await slow.send(post(LARGE))
                await own.until("accounts answered")
            yield Besieged(own, protocol, slow)
        server.should_exit = True
        await serving


async def test_a_client_that_does_not_read_occupies_no_place() -> None:
    """Others are answered while its reply waits."""
    async with besieged() as siege:
        assert siege.protocol.flow.write_paused
        assert await siege.asked() == 200


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    """Whatever else it sends; what is kept for it is freed."""
    limits = LONG.model_copy(update={"idle_seconds": 300})
    async with besieged(limits) as siege:
        await siege.slow.send(post(ME))
        now = asyncio.get_running_loop().time()
        siege.protocol.check(now + 200)
        assert not siege.protocol.transport.is_closing()
        siege.protocol.check(now + 301)
        assert siege.protocol.transport.is_closing()
        assert await siege.asked() == 200


async def test_a_client_that_reads_at_last_gets_every_reply() -> None:
    """The time limit ends with what was unread."""
    async with besieged() as siege:
        siege.slow.reader._transport.resume_reading()  # type: ignore[attr-defined]
        await siege.slow.send(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        replies = await siege.slow.until_closed()
        assert replies.endswith(b"\r\n\r\nok\n")
        assert replies.count(b"HTTP/1.1 200") > 2
