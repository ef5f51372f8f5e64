"""GraphQL over SSE with a single connection: reserved, connected once, and used by its owner alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.live.live_gateway import COUNT, LATEST, NEWS, Live, live_gateway, news
from tests.live.test_live_sessions import ANN, Guests

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOB = {"authorization": "Bearer bob"}
SSE = {"accept": "text/event-stream"}


class Page:
    """A page with a reserved stream."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.token = token
        self._lines: AsyncIterator[str]

    async def execute(self, name: str | None, query: str, headers: Any = None) -> httpx.Response:
        """Start an operation."""
        extensions = {} if name is None else {"operationId": name}
        body = {"query": query, "extensions": extensions}
        return await self.client.post("/graphql", json=body, headers=self._told(headers))

    async def end(self, name: str, headers: Any = None) -> httpx.Response:
        """End an operation."""
        return await self.client.delete("/graphql", params={"operationId": name}, headers=self._told(headers))

    @asynccontextmanager
    async def connected(self, headers: Any = None) -> AsyncIterator[httpx.Response]:
        """Connect to the stream, with the token in the URL as browsers do."""
        told, ticket = {**SSE, **(headers or {})}, {"token": self.token}
        async with self.client.stream("GET", "/graphql", params=ticket, headers=told) as stream:
            self._lines = stream.aiter_lines()
            yield stream

    async def event(self) -> tuple[str, Any]:
        """Return the next event: its name and data."""
        async for line in self._lines:
            if line.startswith("event: "):
                data = await anext(self._lines)
                return line.removeprefix("event: "), json.loads(data.removeprefix("data: "))
        raise AssertionError("the stream has ended")

    def _told(self, headers: Any) -> dict[str, str]:
        return {"x-graphql-event-stream-token": self.token, **(headers or {})}


@asynccontextmanager
async def page(live: Live, headers: Any = None) -> AsyncIterator[Page]:
    """Reserve a stream."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}", timeout=30) as client:
        response = await client.put("/graphql", headers=headers)
        assert response.status_code == 201
        assert len(response.text) >= 43
        yield Page(client, response.text)


async def test_all_operations_share_one_stream(live: Live) -> None:
    """Each event says to which operation it belongs."""
    async with page(live) as made, made.connected() as stream:
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (await made.execute("a", NEWS)).status_code == 202
        assert (await made.execute("b", COUNT)).status_code == 202
        await live.until_subscribed(2)
        live.publish("one")
        got = [await made.event() for _ in range(2)]
        assert ("next", {"id": "a", "payload": news("one")}) in got
        assert ("next", {"id": "b", "payload": {"data": {"count": 1}}}) in got
        assert (await made.end("b")).status_code == 200
        await live.until(lambda: live.newsroom.closed == 1)
        assert (await made.execute("q", LATEST)).status_code == 202
        assert (await made.event())[1]["payload"] == {"data": {"latest": {"headline": "Old"}}}
        assert await made.event() == ("complete", {"id": "q"})
    await live.until(lambda: live.newsroom.closed == 2)
    await live.until(lambda: live.metrics.operations == 0)


async def test_operations_may_begin_before_the_connection(live: Live) -> None:
    """Their events wait for it."""
    async with page(live) as made:
        await made.execute("q", LATEST)
        async with made.connected():
            assert (await made.event())[1]["id"] == "q"


async def test_what_is_refused_is_the_reply_to_its_request(live: Live) -> None:
    """The stream continues."""
    async with page(live) as made, made.connected():
        assert (await made.execute("a", "{ nothing }")).status_code == 400
        assert (await made.execute(None, LATEST)).status_code == 400
        assert (await made.execute("x" * 200, LATEST)).status_code == 400
        assert (await made.end("unknown")).status_code == 404
        assert (await made.execute("a", NEWS)).status_code == 202
        assert (await made.execute("a", NEWS)).status_code == 409
        for number in range(9):
            assert (await made.execute(str(number), NEWS)).status_code == 202
        assert (await made.execute("11th", NEWS)).status_code == 429


async def test_a_stream_is_connected_once(live: Live) -> None:
    """Its token is worth nothing afterwards, nor is one that nobody gave."""
    async with page(live) as made:
        async with made.connected(), made.connected() as second:
            assert second.status_code == 409
        await live.until(lambda: live.metrics.open["sse"] == 0)
        async with made.connected() as again:
            assert again.status_code == 404
        assert (await made.execute("a", LATEST)).status_code == 404
        made.token = "guessed"
        assert (await made.end("a")).status_code == 404


async def test_a_reservation_expires() -> None:
    """What is reserved and not used is free again after seconds."""
    async with live_gateway(live_init_seconds=1.0, live_connections=1) as live, page(live) as made:
        await made.execute("a", NEWS)
        await live.until_subscribed()
        assert (await made.client.put("/graphql")).status_code == 503
        await live.until(lambda: live.newsroom.closed == 1)
        assert (await made.client.put("/graphql")).status_code == 201


async def test_a_stream_belongs_to_its_customer() -> None:
    """A token that somebody else has got hold of gives no access; without a session there is none at all."""
    async with live_gateway(parts=Guests().parts) as live, page(live, ANN) as made:
        assert (await made.client.put("/graphql")).status_code == 401
        assert (await made.execute("a", NEWS, BOB)).status_code == 404
        async with made.connected(BOB) as stolen:
            assert stolen.status_code == 404
        async with made.connected() as stream:  # as an `EventSource`, which cannot send headers
            assert stream.status_code == 200
            assert (await made.execute("a", NEWS)).status_code == 401
            assert (await made.execute("a", NEWS, ANN)).status_code == 202
            assert (await made.end("a", BOB)).status_code == 404
            assert (await made.end("a", ANN)).status_code == 200


async def test_several_processes_cannot_share_a_stream(live: Live) -> None:
    """Each request of a page might reach another of them, so that nothing is promised."""
    live.app.live.shares_socket = True
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}") as client:
            response = await client.put("/graphql")
        assert response.status_code == 501
        assert response.json()["errors"][0]["extensions"]["code"] == "SINGLE_CONNECTION_NOT_SUPPORTED"
    finally:
        live.app.live.shares_socket = False


async def test_switched_off_there_is_none() -> None:
    """Other streams are served."""
    async with (
        live_gateway(live_single_connection=False) as live,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}") as client,
    ):
        assert (await client.put("/graphql")).status_code == 405
        response = await client.post("/graphql", json={"query": LATEST}, headers=SSE)
        assert response.status_code == 200
