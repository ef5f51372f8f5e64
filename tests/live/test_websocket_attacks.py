"""Clients of WebSockets who mean harm, are careless, or have gone without a word."""

from __future__ import annotations

import asyncio
import gc
import socket as sockets
from collections import Counter

import pytest

from gateway.features.subscriptions.stream import SubscriptionStream
from gateway.http.server.protocol_factory import DrainingProtocol
from gateway.http.websocket.conversation import GraphQLConversation, Operation, WebSocketRequest
from gateway.http.websocket.socket import WebSocket
from tests.live.live_gateway import COUNT, LATEST, NEWS, Live, live_gateway, news
from tests.support.gateway.raw_websocket import CONTINUATION, PING, TEXT, frame, raw_websocket

pytestmark = pytest.mark.asyncio(loop_scope="module")


def counted(*types: type) -> Counter[str]:
    """How many objects of some types there are."""
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if type(each) in types)


async def test_a_thousand_subscriptions_on_one_connection_are_ten() -> None:
    """The others are refused one by one; the places of those that end are free again."""
    async with live_gateway(live_messages_per_second=1000) as live, raw_websocket(live.port) as socket:
        await socket.init()
        for number in range(1000):
            socket.subscribe(str(number), NEWS)
        refused = [await socket.receive() for _ in range(990)]
        assert {each["payload"][0]["extensions"]["code"] for each in refused} == {"TOO_MANY_OPERATIONS"}
        await live.until_subscribed(10)
        assert live.metrics.operations == 10
        live.wire.put(None)
        assert [(await socket.receive())["type"] for _ in range(10)] == ["complete"] * 10
        socket.subscribe("again", LATEST)
        assert (await socket.receive())["type"] == "next"


async def test_churn_of_subscriptions_leaves_nothing_behind() -> None:
    """Neither objects nor tasks nor sources."""
    types = (Operation, WebSocketRequest, SubscriptionStream, asyncio.Task)
    async with live_gateway(live_messages_per_second=100_000) as live, raw_websocket(live.port) as socket:
        await socket.init()
        before: Counter[str] = Counter()
        for turn in range(4):
            for number in range(100):
                socket.subscribe(f"{turn}-{number}", COUNT)
                socket.send({"type": "complete", "id": f"{turn}-{number}"})
                if number % 5 == 0:
                    await asyncio.sleep(0)
            socket.send({"type": "ping"})
            while (await socket.receive())["type"] != "pong":
                pass
            await live.until(lambda: live.metrics.operations == 0)
            await live.until(lambda: live.newsroom.closed == len(live.newsroom.opened))
            live.wire.queues.clear()
            before = before or counted(*types)
        assert counted(*types) == before


async def test_connections_leave_nothing_behind(live: Live) -> None:
    """All is freed at once, and does not wait for the collector."""
    types = (WebSocket, GraphQLConversation, DrainingProtocol)
    before = counted(*types)
    gc.disable()
    try:
        for _ in range(20):
            async with raw_websocket(live.port) as socket:
                await socket.init()
                socket.subscribe("a", LATEST)
                await socket.receive()
        await live.until(lambda: live.metrics.open["websocket"] == 0)
        counter = Counter(type(each).__name__ for each in gc.get_objects() if type(each) in types)
        assert counter == before
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "flood",
    [
        frame(PING, b"") * 5000,
        frame(TEXT, b'{"type":"ping"}') * 5000,
        frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 5000,
        frame(TEXT, b'{"type":"complete","id":"x"}') * 5000,
    ],
    ids=["ping frames", "ping messages", "empty fragments", "complete"],
)
async def test_a_flood_closes_the_connection(live: Live, flood: bytes) -> None:
    """After some seconds' frames at once, however small they are."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.send_bytes(flood)
        code, messages = await socket.rest()
        assert code == 4429
        assert len(messages) <= 200


async def test_a_client_within_the_rate_stays() -> None:
    """The messages of a burst may be sent again once the time has passed that they take at the rate."""
    async with live_gateway(live_messages_per_second=50) as live, raw_websocket(live.port) as socket:
        await socket.init()
        for _ in range(3):
            for _ in range(75):
                socket.send({"type": "ping"})
            assert [(await socket.receive())["type"] for _ in range(75)] == ["pong"] * 75
            await asyncio.sleep(1.5)


async def test_a_giant_frame_is_refused_by_its_head(live: Live) -> None:
    """Nobody waits for the terabyte that it announces."""
    async with raw_websocket(live.port) as socket:
        socket.send_bytes(b"\x81\xff" + (1 << 40).to_bytes(8, "big") + bytes(4))
        assert await socket.until_closed() == 1009


async def test_a_dead_client_is_noticed() -> None:
    """A connection that answers no ping is one only by name."""
    async with (
        live_gateway(live_ping_seconds=0.01, live_pong_seconds=0.01) as live,
        raw_websocket(live.port) as socket,
    ):
        await socket.init()
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
        await live.until(lambda: live.newsroom.closed == 1)
        assert live.metrics.closes["websocket", "1006"] == 1


async def test_a_client_that_answers_pings_stays() -> None:
    """It is there for longer than a dead one would be; a busy machine may answer late."""
    async with (
        live_gateway(live_ping_seconds=0.01, live_pong_seconds=3) as live,
        raw_websocket(live.port) as socket,
    ):
        await socket.init()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4):
                await socket.receive()


async def test_a_client_that_does_not_read_stops_its_source_and_then_goes() -> None:
    """What is kept for it is bounded; others get every event meanwhile."""
    large = "x" * 100_000
    async with (
        live_gateway(live_slow_seconds=0.5, live_buffer_bytes=4096) as live,
        raw_websocket(live.port) as slow,
        raw_websocket(live.port) as quick,
    ):
        own: sockets.socket = slow.writer.get_extra_info("socket")
        own.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        slow.reader._transport.pause_reading()  # type: ignore[attr-defined]
        for each in (slow, quick):
            slow_reader = each is slow
            each.send({"type": "connection_init"})
            if not slow_reader:
                assert (await each.receive())["type"] == "connection_ack"
            each.subscribe("a", NEWS)
        await live.until_subscribed(2)
        before = live.metrics.events
        for number in range(60):
            live.publish(f"{number}{large}")
            assert (await quick.receive())["payload"] == news(f"{number}{large}")
        assert live.metrics.events - before < 120
        await live.until(lambda: live.newsroom.closed == 1)
        live.publish("still here")
        assert (await quick.receive())["payload"] == news("still here")


async def test_a_slow_client_is_cut_off_without_a_further_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame that says why stands behind what it does not read, and gets no time of its own."""
    monkeypatch.setattr("gateway.http.websocket.socket.FLUSH_SECONDS", 3600.0)
    async with (
        live_gateway(live_slow_seconds=0.2, live_buffer_bytes=4096) as live,
        raw_websocket(live.port) as slow,
    ):
        own: sockets.socket = slow.writer.get_extra_info("socket")
        own.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        slow.reader._transport.pause_reading()  # type: ignore[attr-defined]
        slow.send({"type": "connection_init"})
        slow.subscribe("a", NEWS)
        await live.until_subscribed(1)
        for number in range(60):
            live.publish(f"{number}" + "x" * 100_000)
        await live.until(lambda: live.metrics.closes["websocket", "1013"] == 1)


async def test_an_upgrade_behind_an_unanswered_request_is_none(live: Live) -> None:
    """Replies come in order; a connection does not change in between."""
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    head = f"host: 127.0.0.1:{live.port}\r\n"
    body = b'{"query":"{ latest { headline } }"}'
    writer.write(
        f"POST /graphql HTTP/1.1\r\n{head}content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n".encode()
        + body
        + f"GET /graphql HTTP/1.1\r\n{head}connection: upgrade\r\nupgrade: websocket\r\n\r\n".encode()
    )
    first = await reader.readuntil(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200")
    writer.close()
