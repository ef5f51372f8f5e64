"""graphql-transport-ws as its specification says, frame by frame."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from tests.live.live_gateway import COUNT, LATEST, NEWS, Live, live_gateway, news
from tests.support.gateway.raw_websocket import (
    BINARY,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Closed,
    frame,
    raw_websocket,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
INIT = {"type": "connection_init"}


async def test_events_come_in_order_and_then_completion(live: Live) -> None:
    """Each event is a `next`; the end of the source is a `complete`."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
        for headline in ("one", "two"):
            live.publish(headline)
            message = await socket.receive()
            assert message == {"type": "next", "id": "a", "payload": news(headline)}
        live.wire.put(None)
        assert await socket.receive() == {"type": "complete", "id": "a"}


async def test_a_query_is_one_next(live: Live) -> None:
    """Queries are answered as well."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.subscribe("q", LATEST)
        payload = {"data": {"latest": {"headline": "Old"}}}
        assert await socket.receive() == {"type": "next", "id": "q", "payload": payload}
        assert await socket.receive() == {"type": "complete", "id": "q"}


async def test_an_empty_document_beside_an_id_is_none() -> None:
    """As over HTTP: the id says which document."""
    named = {"persistedQuery": {"version": 1, "sha256Hash": sha256(LATEST.encode()).hexdigest()}}
    async with live_gateway(documents={"apq": True}) as live, raw_websocket(live.port) as socket:
        await socket.init()
        for query in (LATEST, ""):
            payload = {"query": query, "extensions": named}
            socket.send({"type": "subscribe", "id": "q", "payload": payload})
            assert (await socket.receive())["payload"] == {"data": {"latest": {"headline": "Old"}}}
            assert await socket.receive() == {"type": "complete", "id": "q"}


async def test_a_refused_operation_is_an_error_and_no_more(live: Live) -> None:
    """The connection stays open for other operations."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.subscribe("a", "subscription { nothing }")
        message = await socket.receive()
        assert (message["type"], message["id"]) == ("error", "a")
        assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        socket.subscribe("a", LATEST)
        assert (await socket.receive())["type"] == "next"


async def test_complete_ends_the_source_and_frees_the_name(live: Live) -> None:
    """A client that wants no more events costs nothing more."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
        socket.send({"type": "complete", "id": "a"})
        socket.send({"type": "complete", "id": "unknown"})
        await live.until(lambda: live.newsroom.closed == 1)
        socket.subscribe("a", LATEST)
        assert (await socket.receive())["type"] == "next"


async def test_a_lost_connection_ends_its_sources(live: Live) -> None:
    """Nobody waits for the events."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.subscribe("a", NEWS)
        socket.subscribe("b", COUNT)
        await live.until_subscribed(2)
    await live.until(lambda: live.newsroom.closed == 2)
    await live.until(lambda: live.metrics.open["websocket"] == 0)
    assert live.metrics.operations == 0


async def test_a_ping_gets_a_pong(live: Live) -> None:
    """Both the message of the protocol and the frame of WebSockets."""
    async with raw_websocket(live.port) as socket:
        socket.send({"type": "ping", "payload": {"n": 1}})
        assert await socket.receive() == {"type": "pong"}
        socket.send({"type": "pong"})
        socket.send_bytes(frame(PING, b"abc"))
        assert await socket.receive_frame() == (PONG, b"abc")


async def test_a_message_may_come_in_fragments(live: Live) -> None:
    """RFC 6455, section 5.4; control frames may come in between."""
    async with raw_websocket(live.port) as socket:
        socket.send_bytes(frame(TEXT, b'{"type":"conn', fin=False))
        socket.send_bytes(frame(PING, b""))
        socket.send_bytes(frame(CONTINUATION, b'ection_init"', fin=False))
        socket.send_bytes(frame(CONTINUATION, b"}"))
        assert await socket.receive() == {"type": "connection_ack"}


CLOSES: list[tuple[str, list[Any], int]] = [
    ("not JSON", [b"{"], 4400),
    ("no object", [b"[]"], 4400),
    ("nested too deep", [b'{"type":"ping","payload":' + b'{"a":' * 2500 + b"1" + b"}" * 2501], 4400),
    ("unknown type", [{"type": "start", "id": "1"}], 4400),
    ("no type", [{"id": "1"}], 4400),
    ("subscribe without an id", [INIT, {"type": "subscribe", "payload": {"query": "{ a }"}}], 4400),
    ("subscribe with an empty id", [INIT, {"type": "subscribe", "id": "", "payload": {}}], 4400),
    ("subscribe without a payload", [INIT, {"type": "subscribe", "id": "1"}], 4400),
    ("a payload that is no object", [INIT, {"type": "subscribe", "id": "1", "payload": "x"}], 4400),
    ("an init whose payload is no object", [{"type": "connection_init", "payload": 1}], 4400),
    ("a binary frame", [frame(BINARY, b"{}")], 4400),
    ("subscribe before init", [{"type": "subscribe", "id": "1", "payload": {"query": NEWS}}], 4401),
    ("a second init", [INIT, INIT], 4429),
    (
        "an id that is in use",
        [INIT, *[{"type": "subscribe", "id": "1", "payload": {"query": NEWS}}] * 2],
        4409,
    ),
    ("text that is not UTF-8", [frame(TEXT, b"\xff")], 1007),
    ("a message of more than 16 KiB", [b'"' + b"x" * 16_384 + b'"'], 1009),
    (
        "a long message in fragments",
        [frame(TEXT, b"x" * 9_000, fin=False), frame(CONTINUATION, b"x" * 9_000)],
        1009,
    ),
    ("a frame without a mask", [b"\x81\x02{}"], 1002),
    ("a compressed frame", [bytes((0xC1,)) + frame(TEXT, b"{}")[1:]], 1002),
    ("a control frame that is too long", [frame(PING, b"x" * 126)], 1002),
    ("a continuation of nothing", [frame(CONTINUATION, b"x")], 1002),
]


@pytest.mark.parametrize(
    ("messages", "code"), [close[1:] for close in CLOSES], ids=[close[0] for close in CLOSES]
)
async def test_what_the_protocol_does_not_have_closes_the_connection(
    live: Live, messages: list[Any], code: int
) -> None:
    """Each with its own code, and the server has nothing left of the connection."""
    async with raw_websocket(live.port) as socket:
        for message in messages:
            if isinstance(message, bytes) and message[:1] not in (b"{", b"[", b'"'):
                socket.send_bytes(message)
            else:
                socket.send(message)
        assert await socket.until_closed() == code
    await live.until(lambda: live.metrics.open["websocket"] == 0)
    assert live.metrics.closes["websocket", str(code)] == 1
    assert live.newsroom.closed == len(live.wire.queues)


@pytest.mark.parametrize("subprotocol", ["graphql-ws", None, "graphql-ws, soap"])
async def test_another_subprotocol_is_refused(live: Live, subprotocol: str | None) -> None:
    """The predecessor of the protocol has the same looks and other meanings."""
    async with raw_websocket(live.port, subprotocol=subprotocol) as socket:
        assert "sec-websocket-protocol" not in socket.head.lower()
        assert await socket.until_closed() == 4406


async def test_the_subprotocol_is_chosen_among_others(live: Live) -> None:
    """A client may offer several; compression is not negotiated."""
    headers = {"sec-websocket-extensions": "permessage-deflate; client_max_window_bits"}
    async with raw_websocket(live.port, headers, subprotocol="graphql-ws, graphql-transport-ws") as socket:
        assert socket.status == 101
        assert "sec-websocket-protocol: graphql-transport-ws" in socket.head.lower()
        assert "extensions" not in socket.head.lower()
        await socket.init()


async def test_a_client_must_begin_within_seconds() -> None:
    """An open connection without `connection_init` is closed."""
    async with live_gateway(live_init_seconds=0.1) as live, raw_websocket(live.port) as socket:
        assert await socket.until_closed() == 4408


async def test_a_closing_handshake_is_answered(live: Live) -> None:
    """The code of the client comes back."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.send_bytes(frame(8, (1000).to_bytes(2, "big") + b"bye"))
        with pytest.raises(Closed) as closed:
            await socket.receive()
        assert closed.value.code == 1000
        assert await socket.reader.read() == b""
    await live.until(lambda: live.metrics.closes["websocket", "1000"] == 1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-websocket-version": "8"}, 400),
        ({"sec-websocket-key": "short"}, 400),
    ],
)
async def test_a_handshake_may_be_refused(live: Live, headers: dict[str, str], status: int) -> None:
    """The connection is closed after a plain response."""
    async with raw_websocket(live.port, headers) as socket:
        assert socket.status == status
        await socket.reader.read()
    await live.until(lambda: live.metrics.refused.total() == 1)


async def test_pages_of_allowed_origins_may_connect() -> None:
    """Those of this host, and those that CORS allows."""
    async with live_gateway(cors={"origins": ["https://*.brand.example"]}) as live:
        for origin in (f"http://127.0.0.1:{live.port}", "https://www.brand.example"):
            async with raw_websocket(live.port, {"origin": origin}) as socket:
                await socket.init()
        async with raw_websocket(live.port, {"origin": "https://brand.example.evil.net"}) as socket:
            assert socket.status == 403


async def test_an_upgrade_elsewhere_is_none(live: Live) -> None:
    """Only the path of the graph has WebSockets."""
    async with raw_websocket(live.port, path="/health") as socket:
        assert socket.status == 200


async def test_switched_off_there_are_none() -> None:
    """Then an upgrade is a GET without a query."""
    async with live_gateway(live=False) as live, raw_websocket(live.port) as socket:
        assert socket.status == 400


async def test_init_may_give_some_headers(live: Live) -> None:
    """A page cannot send headers with a WebSocket; what proxies say it cannot replace."""
    payload = {"Authorization": "Bearer t", "x-forwarded-for": "1.2.3.4", "accept-language": 7}
    async with raw_websocket(live.port, {"accept-language": "de"}) as socket:
        await socket.init(payload)
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
    assert live.newsroom.opened[0][1] == {"authorization": "Bearer t", "accept-language": "de"}
