"""Streams over HTTP: GraphQL over SSE with distinct connections, and multipart responses."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from gateway import Unauthenticated
from gateway.pipeline.sessions import Sessions
from tests.live.live_gateway import COUNT, LATEST, NEWS, Live, live_gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")
SSE = {"accept": "text/event-stream"}
MULTIPART = {"accept": 'multipart/mixed;subscriptionSpec="1.0", application/json'}
INCREMENTAL = {"accept": "multipart/mixed, application/json"}


def client_of(live: Live) -> httpx.AsyncClient:
    """A client of a gateway."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}", timeout=30)


async def body_of_two_events(live: Live, headers: dict[str, str], *, method: str = "POST") -> httpx.Response:
    """The response to a subscription with two events."""

    async def publish() -> None:
        await live.until_subscribed()
        for headline in ("one", "two"):
            live.publish(headline)
        live.wire.put(None)

    publishing = asyncio.create_task(publish())
    async with client_of(live) as client:
        if method == "GET":
            response = await client.get("/graphql", params={"query": NEWS}, headers=headers)
        else:
            response = await client.post("/graphql", json={"query": NEWS}, headers=headers)
    await publishing
    return response


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_server_sent_events(live: Live, method: str) -> None:
    """Each response is a `next`, and the end is a `complete`, with data for the sake of browsers."""
    response = await body_of_two_events(live, {**SSE, "accept-encoding": "gzip"}, method=method)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert "content-encoding" not in response.headers
    comment, retry, *events = response.text.removesuffix("\n\n").split("\n\n")
    assert comment == ":"
    assert 1500 <= int(retry.removeprefix("retry: ")) <= 4500
    assert events == [
        'event: next\ndata: {"data":{"published":{"headline":"one"}}}',
        'event: next\ndata: {"data":{"published":{"headline":"two"}}}',
        "event: complete\ndata: ",
    ]
    assert live.metrics.closes["sse", "complete"] == 1


async def test_a_multipart_subscription(live: Live) -> None:
    """Each response is a part, wrapped as a payload; the boundary after each says that it is complete."""
    response = await body_of_two_events(live, MULTIPART)
    assert response.headers["content-type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    parts = response.text.split("\r\n--graphql")
    assert parts[0] == ""
    assert parts[-1] == "--\r\n"
    assert [part.partition("\r\n\r\n")[2] for part in parts[1:-1]] == [
        '{"payload":{"data":{"published":{"headline":"one"}}}}',
        '{"payload":{"data":{"published":{"headline":"two"}}}}',
    ]


async def test_incremental_delivery(live: Live) -> None:
    """Without the subscription's parameter each part is a response itself."""
    response = await body_of_two_events(live, INCREMENTAL)
    parts = response.text.split("\r\n---")
    assert parts[0] == ""
    assert parts[-1] == "--\r\n"
    assert [part.partition("\r\n\r\n")[2] for part in parts[1:-1]] == [
        '{"data":{"published":{"headline":"one"}}}',
        '{"data":{"published":{"headline":"two"}}}',
    ]


async def test_a_connection_is_used_again_after_a_stream(live: Live) -> None:
    """The end of the chunks is the end of the reply, not of the connection."""
    async with client_of(live) as client:
        for _ in range(2):
            response = await client.post("/graphql", json={"query": LATEST}, headers=SSE)
            assert '"headline":"Old"' in response.text
        assert (await client.post("/graphql", json={"query": LATEST})).status_code == 200


async def test_who_accepts_both_gets_json_for_a_query(live: Live) -> None:
    """Only subscriptions need a stream."""
    async with client_of(live) as client:
        accept = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
        response = await client.post("/graphql", json={"query": LATEST}, headers={"accept": accept})
        assert response.headers["content-type"].startswith("application/graphql-response+json")


async def test_who_accepts_no_stream_is_told_so(live: Live) -> None:
    """A subscription has many responses."""
    async with client_of(live) as client:
        response = await client.post("/graphql", json={"query": NEWS})
        assert response.json()["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_NEEDS_STREAM"
        assert (await client.get("/graphql", headers={"accept": "image/png"})).status_code == 406


async def test_an_invalid_document_is_told_within_the_events(live: Live) -> None:
    """A browser tells its page nothing of another status."""
    async with client_of(live) as client:
        response = await client.post("/graphql", json={"query": "{ nothing }"}, headers=SSE)
        assert response.status_code == 200
        assert "GRAPHQL_VALIDATION_FAILED" in response.text
        assert response.text.endswith("event: complete\ndata: \n\n")
        response = await client.post(
            "/graphql", content=b"{", headers={**SSE, "content-type": "application/json"}
        )
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_JSON"


async def test_a_client_that_goes_ends_its_source(live: Live) -> None:
    """At once, and without an event that nobody reads."""
    async with client_of(live) as client:
        async with client.stream("POST", "/graphql", json={"query": COUNT}, headers=SSE) as response:
            assert response.status_code == 200
            await live.until_subscribed()
            assert live.metrics.open["sse"] == 1
        await live.until(lambda: live.newsroom.closed == 1)
    await live.until(lambda: live.metrics.open["sse"] == 0)
    assert live.metrics.closes["sse", "disconnected"] == 1


async def test_an_open_stream_takes_no_place_of_requests(live: Live) -> None:
    """It waits for events, and no longer for an answer."""
    async with client_of(live) as client:
        async with client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE):
            await live.until_subscribed()
            assert live.app._graph.admission.inside == 0
        async with client.stream("GET", "/graphql", params={"query": NEWS}, headers=SSE):
            await live.until_subscribed(2)
            assert live.app._graph.admission.inside == 0


@pytest.mark.parametrize(("headers", "beat"), [(SSE, b":\n\n"), (MULTIPART, b"\r\n\r\n{}\r\n--graphql")])
async def test_a_quiet_stream_has_heartbeats(headers: dict[str, str], beat: bytes) -> None:
    """A proxy would take it for dead, and nobody would notice a client that is."""
    async with (
        live_gateway(live_ping_seconds=0.01) as live,
        client_of(live) as client,
        client.stream("POST", "/graphql", json={"query": NEWS}, headers=headers) as response,
    ):
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            if body.count(beat) >= 2:
                break


async def test_a_client_that_does_not_read_is_disconnected() -> None:
    """What is kept for it is bounded, and its source is closed."""
    body = b'{"query":"subscription { published { headline } }"}'
    async with live_gateway(live_slow_seconds=0.2, live_buffer_bytes=4096) as live:
        reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        head = b"POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n"
        head += b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        writer.write(head + body)
        await live.until_subscribed()
        for number in range(100):
            live.publish(f"{number}" + "x" * 100_000)
        await live.until(lambda: live.newsroom.closed == 1)
        await live.until(lambda: live.metrics.closes["sse", "slow"] == 1)
        assert live.metrics.events < 100
        writer.close()


async def test_a_fault_of_one_connection_concerns_no_other() -> None:
    """The shared timer keeps running."""
    async with live_gateway(live_ping_seconds=0.01) as live, client_of(live) as client:
        async with client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE) as broken:
            await live.until_subscribed()
            connection = next(each for part in live.app.live._parts for each in part)
            connection._connections = None
            assert ":" in (await broken.aread()).decode()
        async with client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE) as sound:
            text = ""
            async for piece in sound.aiter_text():
                text += piece
                if text.count(":\n\n") > 1:
                    break


async def test_pages_of_other_origins_may_read_as_cors_says() -> None:
    """The headers of a stream are those of other responses."""
    async with (
        live_gateway(cors={"origins": ["https://www.brand.example"]}) as live,
        client_of(live) as client,
    ):
        for origin, allowed in (("https://www.brand.example", True), ("https://evil.example", False)):
            sent = {**SSE, "origin": origin}
            response = await client.post("/graphql", json={"query": LATEST}, headers=sent)
            assert (response.headers.get("access-control-allow-origin") == origin) == allowed


async def test_a_stream_without_a_session_is_refused() -> None:
    """With the status of other requests, so that a client knows what to do."""

    async def nobody(_headers: Any) -> object:
        raise Unauthenticated

    async with live_gateway(parts={"sessions": Sessions(nobody)}) as live, client_of(live) as client:
        response = await client.post("/graphql", json={"query": NEWS}, headers=SSE)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert live.metrics.open["sse"] == 0


async def test_streams_have_limits() -> None:
    """A customer's, an address's and the process's; the place is free again afterwards."""
    parts = {"sessions": Sessions(_anybody, customer_of=str)}
    async with live_gateway(parts=parts, live_connections_per_customer=1) as live, client_of(live) as client:
        async with client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE):
            await live.until_subscribed()
            response = await client.post("/graphql", json={"query": NEWS}, headers=SSE)
            assert response.status_code == 429
            assert response.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
        await live.until(lambda: live.metrics.open["sse"] == 0)
        assert (await client.post("/graphql", json={"query": LATEST}, headers=SSE)).status_code == 200
    async with (
        live_gateway(live_connections=1) as live,
        client_of(live) as client,
        client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE),
    ):
        assert (await client.post("/graphql", json={"query": NEWS}, headers=SSE)).status_code == 503


async def test_through_any_asgi_server_streams_are_the_same() -> None:
    """Without the fast path, by plain messages."""
    async with live_gateway() as live:
        transport = httpx.ASGITransport(live.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            response = await client.post("/graphql", json={"query": LATEST}, headers=SSE)
    assert response.text.endswith(f"event: next\ndata: {OLD}\n\nevent: complete\ndata: \n\n")


OLD = '{"data":{"latest":{"headline":"Old"}}}'


async def _anybody(_headers: Any) -> object:
    return "c-1"
