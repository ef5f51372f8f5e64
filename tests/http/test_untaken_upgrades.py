"""A request that offers another protocol is read to its end, answered, and never read as two."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from gateway import GatewaySettings
from gateway.http.server import ProtocolFactory, configured
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, NAME, Shop, post
from tests.http.test_server_of_the_gateway import Transport

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\n\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
OFFERS = [
    (b"Connection: Upgrade", b"Upgrade: h2c"),
    (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
    (b"connection: keep-alive, upgrade", b"upgrade: websocket"),
    (b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13"),
    (b"Upgrade: h2c, websocket", b"Connection: upgrade"),
    (b"Upgrade: TLS/1.0", b"Upgrade: HTTP/2.0, SHTTP/1.3", b"Connection: Upgrade"),
    (b"Upgrade: anything", b"Connection: Upgrade"),
    (b"Upgrade:", b"Connection: Upgrade"),
    (b"Upgrade: h2c", b"Connection: keep-alive"),
    (b"Upgrade: h2c",),
    (b"Connection: Upgrade",),
]


def request(
    body: bytes, *headers: bytes, line: bytes = b"POST /graphql HTTP/1.1", chunks: int = 0, host: bytes = b"x"
) -> bytes:
    """A request with a body of known length, or in chunks of so many bytes."""
    framing = b"transfer-encoding: chunked" if chunks else b"content-length: %d" % len(body)
    if chunks:
        pieces = [body[begin : begin + chunks] for begin in range(0, len(body), chunks)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    json = b"content-type: application/json"
    return b"\r\n".join([line, b"host: " + host, *headers, json, framing, b"", body])


class Wire(Transport):
    """A transport that can be closed, and lets too much come when it should not."""

    is_closed = False

    def close(self) -> None:
        """Close it."""
        self.is_closed = True

    def is_closing(self) -> bool:
        """Whether it is closed."""
        return self.is_closed

    def pause_reading(self) -> None:
        """Go on all the same: what has been read cannot be held back."""

    def resume_reading(self) -> None:
        """Go on."""


class Connection:
    """A connection to an application that notes each request with its whole body.

    Attributes:
        seen: The method, the target and the body of each request.
        wire: Has the replies.
    """

    def __init__(self, app: Any = None) -> None:
        async def own(scope: Any, receive: Any, send: Any) -> None:
            await self._answer(scope, receive, send)

        config = configured(own if app is None else app, LONG)
        config.load()
        self.seen: list[tuple[bytes, bytes, bytes]] = []
        self.state = ServerState()
        self.wire = Wire()
        self.protocol: Any = ProtocolFactory(LONG)(config, self.state, {})
        self.protocol.connection_made(self.wire)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        """Note a request, and reply."""
        body, is_whole = b"", False
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            is_whole = not message["more_body"]
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        self.seen.append((scope["method"].encode(), target, body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    async def receive(self, segments: Sequence[bytes], *, patient: bool = True) -> None:
        """Receive segments; when patient, wait for the replies to each before the next."""
        for segment in segments:
            if self.wire.is_closing():
                break
            self.protocol.data_received(segment)
            if patient:
                await self._settle()
        await self._settle()
        self.protocol.connection_lost(None)
        await asyncio.gather(*self.state.tasks)

    async def _settle(self) -> None:
        """Let tasks run until nothing more is seen: each waits for more of its body, if there is one."""
        seen = -1
        while seen < len(self.seen):
            seen = len(self.seen)
            for _ in range(5):
                await asyncio.sleep(0)


def strictly_read(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """The whole requests that a strict server finds in the bytes of a connection."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    found: list[tuple[bytes, bytes, bytes]] = []
    while True:
        try:
            head = connection.next_event()
            if not isinstance(head, h11.Request):
                return found
            body, event = b"", connection.next_event()
            while isinstance(event, h11.Data):
                body += event.data
                event = connection.next_event()
        except h11.RemoteProtocolError:
            return found
        if not isinstance(event, h11.EndOfMessage):
            return found
        found.append((head.method, head.target, body))
        connection.send(h11.Response(status_code=200, headers=[(b"content-length", b"0")]))
        connection.send(h11.EndOfMessage())
        if connection.our_state is not h11.DONE:
            return found
        connection.start_next_cycle()


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """The bytes in segments that begin at these places."""
    ends = [0, *sorted({place for place in places if 0 < place < len(data)}), len(data)]
    return [data[begin:end] for begin, end in pairwise(ends)]


@pytest.mark.parametrize("chunks", [0, 7])
@pytest.mark.parametrize("offer", OFFERS)
async def test_a_body_is_no_request_wherever_segments_begin(offer: tuple[bytes, ...], chunks: int) -> None:
    """The first request has the second one as its body, in two segments or one for each byte."""
    content = request(SMUGGLED, *offer, chunks=chunks) + HEALTH
    expected = [(b"POST", b"/graphql", SMUGGLED), (b"GET", b"/health", b"")]
    assert strictly_read(content) == expected
    for places in (*([place] for place in range(len(content))), range(len(content))):
        connection = Connection()
        await connection.receive(cut(content, places), patient=len(places) == 1)
        assert connection.seen == expected, places


@pytest.mark.parametrize("chunks", [0, 7])
@pytest.mark.parametrize("offer", OFFERS)
async def test_a_request_that_offers_another_protocol_is_answered(
    offer: tuple[bytes, ...], chunks: int
) -> None:
    """In one segment, as some clients send it each time, or in several; its connection goes on."""
    body = post(ME).split(b"\r\n\r\n")[1]
    content = request(body, *offer, b"authorization: Bearer abc", chunks=chunks)
    smuggling = request(SMUGGLED, *offer, chunks=chunks)
    async with Shop(shop()).served() as server, server.client() as client:
        for _ in range(2):
            await client.send(content)
            assert (await client.reply())[::2] == (200, NAME)
            head, rest = content.split(b"\r\n\r\n", 1)
            await client.send(head + b"\r\n\r\n")
            await asyncio.sleep(0.01)  # usually enough for a segment of its own
            await client.send(rest)
            assert (await client.reply())[::2] == (200, NAME)
        await client.send(smuggling + HEALTH)
        assert (await client.reply())[0] == 400
        assert (await client.reply())[::2] == (200, b"ok\n")


async def test_a_full_gateway_reads_the_body_that_it_refuses() -> None:
    """A request that is not admitted leaves nothing behind that would be read as the next."""
    shut = Shop(shop(), shut=True, settings=GatewaySettings(requests_inside=1))
    async with shut.served() as server, server.client() as first, server.client() as second:
        await first.send(post(ME))
        await server.until("accounts asked")
        for offer in OFFERS:
            for chunks in (0, 7):
                head, body = request(SMUGGLED, *offer, chunks=chunks).split(b"\r\n\r\n", 1)
                await second.send(head + b"\r\n\r\n")
                await asyncio.sleep(0.01)
                await second.send(body + HEALTH)
                assert [(await second.reply())[0] for _ in range(2)] == [503, 200]
        server.gate.set()
        assert (await first.reply())[2] == NAME


@pytest.mark.parametrize("framing", [b"content-length: 2", b"transfer-encoding: chunked"])
async def test_a_request_with_a_body_opens_no_websocket(framing: bytes) -> None:
    """Its body would be read as the first frame."""
    opening = (b"connection: upgrade", b"upgrade: websocket", b"sec-websocket-version: 13")
    head = [b"GET /graphql HTTP/1.1", b"host: x", *opening, b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="]
    body = b"2\r\n\x88\x00\r\n0\r\n\r\n" if b"chunked" in framing else b"\x88\x00"
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(b"\r\n".join([*head, framing, b"", body]) + HEALTH)
        assert (await client.reply())[0] == 400
        assert (await client.reply())[::2] == (200, b"ok\n")


@pytest.mark.parametrize("target", [b"x:80", b"/graphql"])
async def test_a_tunnel_is_refused_and_closed(target: bytes) -> None:
    """What follows CONNECT belongs to no request."""
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(b"CONNECT %b HTTP/1.1\r\nhost: x:80\r\n\r\n" % target + HEALTH)
        assert (await client.reply())[0] in {400, 501}
        assert await client.until_closed() == b""


FEW = st.integers(0, 2)
NAMES = st.sampled_from([b"Connection", b"connection", b"CONNECTION"])
LISTED = st.lists(
    st.sampled_from([b"Upgrade", b"upgrade", b"HTTP2-Settings", b"keep-alive", b"close", b""]), max_size=3
)
PROTOCOLS = st.sampled_from(
    [b"h2c", b"websocket", b"WebSocket", b"TLS/1.2", b"h2c, websocket", b"foo/1", b""]
)
BODIES = st.sampled_from(
    [b"", b"x", SMUGGLED, SMUGGLED * 2, b"0\r\n\r\n", b"5\r\nabcde\r\n0\r\n\r\n" + SMUGGLED, b"\r\n\r\n"]
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request that may offer another protocol, with its body framed in any way, or ambiguously."""
    headers = [b"Host: x"]
    headers += [draw(NAMES) + b": " + b", ".join(draw(LISTED)) for _ in range(draw(FEW))]
    headers += [b"Upgrade: " + draw(PROTOCOLS) for _ in range(draw(FEW))]
    body = draw(BODIES)
    framings = st.sampled_from(["length", "length", "chunks", "chunks", "none", "both", "twice", "sign"])
    match draw(framings):
        case "length":
            headers.append(b"Content-Length: %d" % len(body))
        case "chunks":
            size = draw(st.integers(1, 60))
            pieces = [body[begin : begin + size] for begin in range(0, len(body), size)]
            extension = draw(st.sampled_from([b"", b"", b";a=b"]))
            trailer = draw(st.sampled_from([b"", b"", b"Upgrade: h2c\r\n", b"Content-Length: 3\r\n"]))
            chunks = [b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces]
            body = b"".join(chunks) + b"0\r\n" + trailer + b"\r\n"
            headers.append(b"Transfer-Encoding: chunked")
        case "none":
            body = b""
        case "both":
            headers += [b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked"]
        case "twice":
            headers += [b"Content-Length: %d" % len(body), b"Content-Length: 0"]
        case "sign":
            headers.append(b"Content-Length: +%d" % len(body))
    line = draw(st.sampled_from([b"POST /graphql", b"GET /health", b"PUT /a?b=c", b"DELETE /", b"HEAD /"]))
    version = draw(st.sampled_from([b"1.1", b"1.1", b"1.1", b"1.0"]))
    order = draw(st.permutations(headers))
    return b"\r\n".join([line + b" HTTP/" + version, *order, b"", body])


@given(sent=st.lists(requests(), min_size=1, max_size=3), data=st.data())
async def test_generated_requests_are_those_that_a_strict_server_reads(
    sent: list[bytes], data: st.DataObject
) -> None:
    """The same requests with the same bodies, up to one that is refused, wherever segments begin."""
    content = b"".join(sent)
    places = data.draw(st.lists(st.integers(0, len(content)), max_size=12) | st.just(range(len(content))))
    expected = strictly_read(content)
    connection = Connection()
    await connection.receive(cut(content, places), patient=data.draw(st.booleans()))
    assert connection.seen == expected[: len(connection.seen)]
    refused = [reply for reply in connection.wire.written if re.match(rb"HTTP/1.1 (?!200)", reply)]
    assert len(connection.seen) == len(expected) or refused
