"""Each stage checks an operation once, whether its responses come as one, as a stream or over a WebSocket."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest

from tests.gateway.features.audited import Audit, named
from tests.live.live_gateway import LATEST, NEWS, Live, live_gateway
from tests.support.gateway.raw_websocket import raw_websocket

STREAMS = ["text/event-stream", "multipart/mixed", 'multipart/mixed;subscriptionSpec="1.0"']


def stages(audit: Audit) -> Counter[str]:
    """How often each stage of requests was called."""
    return Counter(note.partition(":")[0] for note in audit.notes if ":" in note)


async def ask(live: Live, accept: str, query: str) -> None:
    """Send an operation, and read all of its responses."""
    url = f"http://127.0.0.1:{live.port}/graphql"
    headers = {"accept": accept}
    async with (
        httpx.AsyncClient(timeout=30) as client,
        client.stream("POST", url, json={"query": query}, headers=headers) as response,
    ):
        assert response.status_code == httpx.codes.OK
        if query == NEWS:
            await live.until_subscribed()
            live.publish("one")
            live.wire.put(None)
        await response.aread()


@pytest.mark.parametrize("query", [LATEST, NEWS])
async def test_an_operation_that_is_streamed_is_checked_once(query: str) -> None:
    """A query and a subscription alike, with an unknown body and again with the known one."""
    audit = Audit()
    async with live_gateway(features=named(audit)) as live:
        for accept in [*STREAMS, STREAMS[0]]:
            audit.notes.clear()
            live.forget()
            await ask(live, accept, query)
            found = stages(audit)
            assert [found[each] for each in ("request", "policy", "plan")] == [1, 1, 1], accept
            assert found["response"] == 1


async def test_an_operation_on_a_websocket_is_checked_once() -> None:
    """Each of several operations."""
    audit = Audit()
    async with live_gateway(features=named(audit)) as live, raw_websocket(live.port) as socket:
        await socket.init()
        for name in ("a", "b"):
            audit.notes.clear()
            socket.subscribe(name, LATEST)
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
            found = stages(audit)
            assert [found[each] for each in ("request", "policy", "plan", "response")] == [1, 1, 1, 1]
