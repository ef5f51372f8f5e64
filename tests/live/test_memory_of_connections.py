"""Closed connections are freed at once, and waiting ones keep nothing of their last event."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.features.subscriptions.stream import SubscriptionStream
from gateway.http.live import LiveSession
from gateway.http.streams.streams import StreamConnection
from gateway.http.websocket.conversation import GraphQLConversation
from gateway.http.websocket.socket import WebSocket
from gateway.pipeline.stages import Response
from tests.live.live_gateway import NEWS, Live, news
from tests.support.gateway.raw_websocket import RawWebSocket, raw_websocket

pytestmark = pytest.mark.asyncio(loop_scope="module")
OF_CONNECTIONS = (WebSocket, GraphQLConversation, SubscriptionStream, StreamConnection, LiveSession, Response)


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """Let nothing be freed but by its last reference."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def existing() -> Counter[str]:
    """How many objects of connections exist, by type."""
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, OF_CONNECTIONS))


@asynccontextmanager
async def subscribed(live: Live) -> AsyncIterator[RawWebSocket]:
    """Provide a WebSocket with a subscription, "a", that has received an event and waits for the next."""
    async with raw_websocket(live.port) as socket:
        await socket.init()
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
        live.publish("one")
        assert (await socket.receive())["payload"] == news("one")
        yield socket


@pytest.mark.parametrize("ending", ["by its client", "with its operation", "by the server"])
async def test_a_closed_websocket_is_freed_at_once(ending: str, live: Live) -> None:
    """Collections of old objects are rare: until one, thousands of connections would need memory."""
    async with subscribed(live) as socket:
        assert existing()["WebSocket"] == 1
        if ending == "with its operation":
            socket.send({"type": "complete", "id": "a"})
            await live.until(lambda: live.newsroom.closed == 1)
        elif ending == "by the server":
            socket.send(b"no message")
            assert await socket.until_closed() == 4400
    await live.until(lambda: not existing())


async def test_a_closed_event_stream_is_freed_at_once(live: Live) -> None:
    """The same for server-sent events."""
    address, accept = f"http://127.0.0.1:{live.port}/graphql", {"accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("POST", address, json={"query": NEWS}, headers=accept) as answer,
    ):
        await live.until_subscribed()
        live.publish("one")
        async for line in answer.aiter_lines():
            if line.startswith("data: {"):
                break
        assert existing()["StreamConnection"] == 1
    await live.until(lambda: not existing())


async def test_a_waiting_stream_keeps_no_response(live: Live) -> None:
    """The response is kilobytes, and thousands of streams wait."""
    async with subscribed(live):
        await live.until(lambda: not existing()["Response"])
        assert existing()["SubscriptionStream"] == 1
    await live.until(lambda: not existing())


async def test_young_objects_are_collected_while_connections_are_open(live: Live) -> None:
    """The collector would wait, and then visit what thousands of streams have replaced."""
    collected: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            collected.append(info["generation"])

    gc.callbacks.append(note)
    try:
        async with raw_websocket(live.port) as socket:
            await socket.init()
            await live.until(lambda: bool(collected))
    finally:
        gc.callbacks.remove(note)
    assert set(collected) == {1}
