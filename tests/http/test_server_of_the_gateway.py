"""The gateway's server: limits on what a client may take, and no work that nobody waits for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from federation.asked import SubgraphRequest, asking
from uvicorn.server import ServerState

from furlong.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.server import ClientLimits, Protocols, configured
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop

PATIENCE_SECONDS = 60.0
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
        transports = {name: asking(self._asking(name)) for name in self.federation.sources}
        app = create_gateway(self.federation.sdl, transports, self.settings)
        with listen("127.0.0.1", 0) as listener:
            self.port = listener.getsockname()[1]
            async with serving(app, listener, self.limits):
                yield self

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


async def test_a_connection_serves_many_requests() -> None:
    """One after the other, to GraphQL and to others."""
    async with Shop(shop()).served() as server, server.client() as client:
        for _ in range(3):
            await client.send(post(ME))
            assert (await client.reply())[::2] == (200, NAME)
            await client.send(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            assert (await client.reply())[::2] == (200, b"ok\n")


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
            for each in range(0, len(request), 7):
                await client.send(request[each : each + 7])
                await asyncio.sleep(0)
            assert (await client.reply())[::2] == (200, NAME)


async def test_headers_after_the_body_are_passed_over() -> None:
    """They change nothing, however many there are, and the next request is read as ever."""
    head, body = post(ME).split(b"\r\n\r\n")
    chunked = re.sub(rb"content-length: \d+", b"transfer-encoding: chunked", head)
    trailers = b"authorization: Bearer late\r\n" * 1_000
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


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"POST /graphql HTTP/1.1\r\nx: " + b"y" * 20_000 + b"\r\n\r\n", 431),
        (b"POST /" + b"y" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"POST /graphql HTTP/1.1\r\n" + b"x: y\r\n" * 100 + b"\r\n", 431),
        (b"POST /graphql HTTP/1.1\r\nx: " + b"y" * 1_000_000, 431),
        (b"POST /graphql HTTP/1.1\r\n" + b"x: y\r\n" * 200_000, 431),
        (b"hello\r\n\r\n", 400),
        (post(ME, b"transfer-encoding: chunked"), 400),
        (post(ME, b"content-length: 7"), 400),
    ],
    ids=[
        "long header",
        "long path",
        "headers",
        "endless header",
        "endless headers",
        "no HTTP",
        "two",
        "twice",
    ],
)
async def test_what_is_too_much_or_no_http_is_refused(content: bytes, status: int) -> None:
    """With a status, and the connection is closed; the server goes on."""
    async with Shop(shop()).served() as server:
        async with server.client() as client:
            client.writer.write(content)
            assert (await client.reply())[0] == status
            await client.until_closed()
        async with server.client() as client:
            await client.send(post(ME))
            assert (await client.reply())[0] == 200
        assert server.events == ["accounts asked", "accounts answered"]


async def test_a_large_body_is_refused_before_it_is_there() -> None:
    """What comes of it is not kept."""
    head = re.sub(rb"content-length: \d+", b"content-length: 99999999", post(ME).split(b"\r\n\r\n")[0])
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(head + b"\r\n\r\n" + b" " * 100_000)
        assert (await client.reply())[0] == 413


@pytest.mark.parametrize(
    ("content", "limits", "told"),
    [
        (b"", ClientLimits(head_seconds=QUICK, body_seconds=600, idle_seconds=600), b""),
        (b"POST /gra", ClientLimits(head_seconds=QUICK, body_seconds=600, idle_seconds=600), b"HTTP/1.1 408"),
        (
            post(ME)[:-1],
            ClientLimits(head_seconds=600, body_seconds=QUICK, idle_seconds=600),
            b"HTTP/1.1 408",
        ),
    ],
    ids=["silent", "slow head", "slow body"],
)
async def test_who_is_too_slow_is_cut_off(content: bytes, limits: ClientLimits, told: bytes) -> None:
    """Nothing is kept for a client that does not get on."""
    async with Shop(shop(), limits).served() as server, server.client() as client:
        await client.send(content)
        assert (await client.until_closed())[: len(told) or None] == told
        assert server.events == []


async def test_an_idle_connection_is_closed_and_a_busy_one_is_not() -> None:
    """A request takes as long as it takes; after it the connection may be idle for a while."""
    limits = ClientLimits(head_seconds=QUICK, body_seconds=QUICK, idle_seconds=QUICK)
    async with Shop(shop(), limits, shut=True).served() as server, server.client() as client:
        await client.send(post(ME))
        await server.until("accounts asked")
        await asyncio.sleep(5 * QUICK)
        server.gate.set()
        assert (await client.reply())[::2] == (200, NAME)
        assert await client.until_closed() == b""


async def test_a_query_whose_client_has_gone_is_given_up() -> None:
    """A lost connection ends the work at once."""
    async with Shop(shop(), shut=True).served() as server:
        async with server.client() as client:
            await client.send(post("{ me { reviews { body } } }"))
            await server.until("accounts asked")
        await server.until("accounts given up")
        assert server.events == ["accounts asked", "accounts given up"]
        async with server.client() as client:
            await client.send(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            assert b'furlong_gateway_requests_total{outcome="gone"} 1.0' in (await client.reply())[2]


async def test_a_mutation_whose_client_has_gone_is_carried_out() -> None:
    """Half a mutation would be worse than an answer that nobody reads."""
    async with Shop(atlas(), shut=True).served() as server:
        async with server.client() as client:
            await client.send(post('mutation { rename(code: "p", name: "x") { item { weight } } }'))
            await server.until("a asked")
        server.gate.set()
        await server.until("b answered")


async def test_what_is_too_much_at_once_is_told_to_come_again() -> None:
    """The rest of the connection's requests, and whatever is not GraphQL, goes on as ever."""
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1))
    health = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        await second.send(post(ME) + health + post(ME))
        status, head, body = await second.reply()
        assert (status, b"retry-after: 1" in head) == (503, True)
        assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "OVERLOADED"
        assert [(await second.reply())[0] for _ in range(2)] == [200, 503]
        server.gate.set()
        assert (await first.reply())[0] == 200
        await second.send(post(ME))
        assert (await second.reply())[0] == 200
        await second.send(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        metrics = (await second.reply())[2]
    assert b"furlong_gateway_requests_overloaded_total 2.0" in metrics
    assert b"furlong_gateway_requests_inside 0.0" in metrics


async def test_who_is_slow_with_a_body_takes_no_room() -> None:
    """A request is inside once it is all there."""
    room = Shop(shop(), settings=GatewaySettings(requests_inside=1))
    async with room.served() as server, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(server.client()) for _ in range(3)]
        for each in slow:
            await each.send(post(ME)[:-1])
        client = await stack.enter_async_context(server.client())
        await client.send(post(ME))
        assert (await client.reply())[0] == 200
        for each in slow:
            await each.send(post(ME)[-1:])
            assert (await each.reply())[0] == 200


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
    protocol: Any = Protocols(LONG)(config, state, {})
    protocol.connection_made(transport)
    protocol.data_received(post(ME))
    await asyncio.gather(*state.tasks)
    (reply,) = transport.written
    assert (
        reply
        == (
            b"HTTP/1.1 200 OK\r\ndate: now\r\ncontent-type: application/json; charset=utf-8\r\n"
            b"content-length: %d\r\n\r\n" % len(NAME)
        )
        + NAME
    )
