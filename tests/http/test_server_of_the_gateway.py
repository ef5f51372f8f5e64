"""The gateway's server: connections, and the requests and replies on them."""

import asyncio
import gc
import re
from contextlib import AsyncExitStack
from typing import Any

from uvicorn.server import ServerState

from gateway import create_gateway
from gateway.http.server import ProtocolFactory, configured
from gateway.http.server.exchange import Exchange
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, NAME, Shop, post

PATIENCE_STEPS = 1_000


async def test_a_connection_serves_many_requests() -> None:
    """One after the other, to GraphQL and to others."""
    async with Shop(shop()).served() as server, server.client() as client:
        for _ in range(3):
            await client.send(post(ME))
            assert (await client.reply())[::2] == (200, NAME)
            await client.send(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            assert (await client.reply())[::2] == (200, b"ok\n")


async def test_an_answered_request_leaves_nothing_to_the_garbage_collector() -> None:
    """A connection keeps its last exchange, and no ring keeps those before."""
    gc.collect()
    gc.disable()
    before = exchanges()
    try:
        async with Shop(shop()).served() as server, server.client() as client:
            for _ in range(5):
                await client.send(post(ME))
                assert (await client.reply())[::2] == (200, NAME)
            # The loop may still hold the last exchange but one; a ring would be held for ever.
            for _ in range(PATIENCE_STEPS):
                if exchanges() <= before + 1:
                    break
                await asyncio.sleep(0.01)
            assert exchanges() <= before + 1
    finally:
        gc.enable()


def exchanges() -> int:
    """How many exchanges are in memory, rings of garbage among them."""
    return sum(isinstance(each, Exchange) for each in gc.get_objects())


async def test_pipelined_requests_are_answered_in_their_order() -> None:
    """Each waits for the one before."""
    async with Shop(shop(), shut=True).served() as server, server.client() as client:
        await client.send(post(ME) + post("{ me { id } }") + b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        await server.until("accounts asked")
        server.gate.set()
        bodies = [(await client.reply())[2] for _ in range(3)]
    assert bodies == [NAME, b'{"data":{"me":{"id":"1"}}}', b"ok\n"]


async def test_a_body_may_come_in_pieces() -> None:
    """Whether its length was declared or not, and wherever it is cut."""
    content = post(ME)
    head, body = content.split(b"\r\n\r\n")
    chunked = re.sub(rb"content-length: \d+", b"transfer-encoding: chunked", head)
    chunks = b"".join(b"1\r\n%c\r\n" % each for each in body) + b"0\r\n\r\n"
    async with Shop(shop()).served() as server, server.client() as client:
        for request in (content, chunked + b"\r\n\r\n" + chunks):
            for number in range(0, len(request), 7):
                await client.send(request[number : number + 7])
                await asyncio.sleep(0)
            assert (await client.reply())[::2] == (200, NAME)


async def test_headers_after_the_body_are_passed_over() -> None:
    """They change nothing, and the next request is read as ever."""
    head, body = post(ME).split(b"\r\n\r\n")
    chunked = re.sub(rb"content-length: \d+", b"transfer-encoding: chunked", head)
    trailers = b"authorization: Bearer late\r\n" * 500
    content = chunked + b"\r\n\r\n%x\r\n%b\r\n0\r\n" % (len(body), body) + trailers + b"\r\n"
    async with Shop(shop()).served() as server, server.client() as client:
        for _ in range(2):
            await client.send(content)
            assert (await client.reply())[::2] == (200, NAME)
    assert all("authorization" not in headers for headers in server.headers)


async def test_who_waits_for_leave_to_send_gets_it() -> None:
    """A client may ask before it sends its body."""
    head, body = post(ME, b"expect: 100-continue").split(b"\r\n\r\n")
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(head + b"\r\n\r\n")
        assert (await client.reply())[0] == 100
        await client.send(body)
        assert (await client.reply())[::2] == (200, NAME)


async def test_a_client_may_ask_for_the_connection_to_be_closed() -> None:
    """The reply says so as well, and is the last."""
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(post(ME, b"connection: close"))
        status, head, body = await client.reply()
        assert (status, b"connection: close" in head, body) == (200, True, NAME)
        assert await client.until_closed() == b""


async def test_a_server_that_stops_finishes_what_it_has_begun() -> None:
    """The last reply says that it is the last."""
    server = Shop(shop(), shut=True)
    async with AsyncExitStack() as clients:
        async with server.served():
            client = await clients.enter_async_context(server.client())
            await client.send(post(ME))
            await server.until("accounts asked")
            asyncio.get_running_loop().call_later(0.2, server.gate.set)
        status, head, body = await client.reply()
    assert (status, b"connection: close" in head, body) == (200, True, NAME)


class Transport(asyncio.Transport):
    """Notes what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: Any) -> None:
        """Note it."""
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        """Never."""
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known."""
        return default if name else None


async def test_a_reply_is_one_write() -> None:
    """Head and body go out together, with the date that every reply has."""
    federation = shop()
    config = configured(create_gateway(federation.sdl, federation.transports()), LONG)
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"now")]
    transport = Transport()
    protocol: Any = ProtocolFactory(LONG)(config, state, {})
    protocol.connection_made(transport)
    protocol.data_received(post(ME))
    await asyncio.gather(*state.tasks)
    (reply,) = transport.written
    assert (
        reply
        == (
            b"HTTP/1.1 200 OK\r\ndate: now\r\ncontent-type: application/json; charset=utf-8\r\n"
            b"content-length: %d\r\ncache-control: no-store\r\n\r\n" % len(NAME)
        )
        + NAME
    )
