"""Subgraphs over HTTP are subscribed to by SSE, multipart and WebSocket: real servers of others."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from foundation.signatures import SignatureVerifier
from foundation.signatures.verifier import RequestHead, VerifiedHead
from gateway import GatewaySettings, create_gateway
from gateway.errors import RequestError
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, articles, bodies, body, subscribed
from tests.gateway.merged_settings import merged
from tests.support.gateway.scripted_calls import soon
from tests.support.gateway.signing import fixed, key_text, secret
from tests.support.tcp_proxy import tcp_proxy

NODE: Final = Path(__file__).parents[3] / "node"
PATHS: Final = {"sse": "sse", "multipart": "multipart", "websocket": "ws"}
QUERY: Final = "subscription($topic: String) { published(topic: $topic) { id headline author { name } } }"

protocols = pytest.mark.parametrize("protocol", PATHS)


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    """The URL of a server in Node, by graphql-sse and graphql-ws."""
    with running("subscriptions.mjs") as url:
        yield url


@contextmanager
def running(script: str) -> Iterator[str]:
    """The URL that a script prints, while it runs."""
    with subprocess.Popen(
        ["node", script], cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def gateway(url: str, protocol: str, **settings: Any) -> Starlette:
    """A gateway whose feed is over HTTP, and whose authors are not."""
    usual: dict[str, Any] = {
        "subgraph_urls": {"feed": f"{url}/{PATHS[protocol]}"},
        "subscriptions": {"protocols": {"*": protocol}},
        "subgraph_error_codes": ["NO_NEWS"],
        "connect_seconds": 10.0,
        "total_seconds": 20.0,
    }
    chosen = GatewaySettings(**merged(usual, settings))
    authors = Newsroom(articles()).transports()["authors"]
    return create_gateway(SDL, {"authors": authors}, chosen)


def open_at(url: str) -> int:
    """How many subscriptions are open at the server."""
    return int(httpx.get(f"{url}/open").text)


@protocols
async def test_events_arrive_in_order_and_are_completed(node: str, protocol: str) -> None:
    """Each gets the fields of other subgraphs."""
    stream = await subscribed(gateway(node, protocol), QUERY, variables={"topic": None})
    assert await asyncio.wait_for(bodies(stream), 20) == [
        {
            "data": {
                "published": {
                    "id": str(number),
                    "headline": f"News {number}",
                    "author": {"name": f"Author of {number}"},
                }
            }
        }
        for number in (1, 2)
    ]


@protocols
async def test_closing_ends_the_subscription_at_its_source(node: str, protocol: str) -> None:
    """A subgraph does not work for nobody."""
    stream = await subscribed(gateway(node, protocol), QUERY, variables={"topic": "wait"})
    first = await asyncio.wait_for(anext(aiter(stream)), 20)
    assert body(first)["data"]["published"]["id"] == "1"
    assert open_at(node) == 1
    await asyncio.wait_for(stream.aclose(), 20)
    await soon(lambda: open_at(node) == 0)


@protocols
async def test_the_session_goes_with_the_subscription(node: str, protocol: str) -> None:
    """In the same header as with a query."""
    app = gateway(node, protocol)
    stream = await subscribed(app, QUERY, {"authorization": "Bearer me"}, variables={"topic": "who"})
    (only,) = await asyncio.wait_for(bodies(stream), 20)
    assert only["data"]["published"]["headline"] == "Bearer me"


@protocols
async def test_what_the_subgraph_refuses_is_told(node: str, protocol: str) -> None:
    """By its own error, as far as it may be shown."""
    stream = await subscribed(gateway(node, protocol), QUERY, variables={"topic": "refused"})
    (only,) = await asyncio.wait_for(bodies(stream), 20)
    assert only["data"] == {"published": None}
    assert [each["extensions"]["code"] for each in only["errors"]] == ["NO_NEWS"]


@protocols
async def test_a_connection_that_breaks_ends_the_stream(node: str, protocol: str) -> None:
    """The events before it have arrived; the last response has a code."""
    stream = await subscribed(gateway(node, protocol), QUERY, variables={"topic": "lost"})
    first, last = await asyncio.wait_for(bodies(stream), 20)
    assert first["data"]["published"]["id"] == "1"
    assert [each["extensions"]["code"] for each in last["errors"]] == ["SUBSCRIPTION_LOST"]
    assert "data" not in last


@protocols
async def test_a_silent_connection_counts_as_lost(node: str, protocol: str) -> None:
    """By the settings; a WebSocket that answers pings is not silent."""
    app = gateway(node, protocol, subscriptions={"idle_seconds": 0.2})
    stream = await subscribed(app, QUERY, variables={"topic": "wait"})
    assert body(await anext(aiter(stream)))["data"]["published"]["id"] == "1"
    waiting = asyncio.ensure_future(anext(aiter(stream)))
    done, _ = await asyncio.wait((waiting,), timeout=0.6 if protocol == "websocket" else 20)
    if protocol == "websocket":
        assert not done
    else:
        assert body(waiting.result())["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_LOST"
    await stream.aclose()
    await asyncio.wait((waiting,))


@protocols
async def test_a_network_that_swallows_everything_is_noticed(node: str, protocol: str) -> None:
    """Nothing is closed and nothing arrives: by silence, or by a ping without an answer."""
    async with tcp_proxy(urlsplit(node).port or 0) as proxy:
        app = gateway(f"http://127.0.0.1:{proxy.port}", protocol, subscriptions={"idle_seconds": 0.4})
        stream = await subscribed(app, QUERY, variables={"topic": "wait"})
        assert body(await anext(aiter(stream)))["data"]["published"]["id"] == "1"
        proxy.silent = True
        (last,) = await asyncio.wait_for(bodies(stream), 20)
    assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_LOST"


@protocols
@pytest.mark.parametrize("by_reset", [True, False], ids=["reset", "closed"])
async def test_an_answer_that_is_cut_short_loses_the_subscription(
    node: str, protocol: str, *, by_reset: bool
) -> None:
    """Wherever it is cut: never does half an event count, or an end that nobody has declared."""
    async with tcp_proxy(urlsplit(node).port or 0) as proxy:
        proxy.cuts_by_reset = by_reset
        refusals = set()
        for cut in (1, 150, 260, 320):
            proxy.cut_after = cut
            app = gateway(f"http://127.0.0.1:{proxy.port}", protocol)
            try:
                stream = await subscribed(app, QUERY, variables={"topic": "wait"})
            except RequestError as refused:
                refusals.add(refused.code)
                continue
            *whole, last = await asyncio.wait_for(bodies(stream), 20)
            assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_LOST"
            assert [each["data"]["published"]["id"] for each in whole] in ([], ["1"])
    assert refusals <= {"SUBGRAPH_UNREACHABLE", "SUBSCRIPTION_LOST"}


@protocols
async def test_a_large_event_ends_the_stream(node: str, protocol: str) -> None:
    """No subgraph can fill the gateway's memory."""
    app = gateway(node, protocol, answer_bytes=10_000)
    stream = await subscribed(app, QUERY, variables={"topic": "large"})
    (last,) = await asyncio.wait_for(bodies(stream), 20)
    assert last["errors"][0]["extensions"]["code"] in ("SUBGRAPH_UNREACHABLE", "SUBSCRIPTION_LOST")


@protocols
async def test_an_event_has_the_budget_of_an_answer(node: str, protocol: str) -> None:
    """One that has too much for a response is left out, with an error; the next one is answered."""
    app = gateway(node, protocol, response_places=1_000)
    stream = await subscribed(app, QUERY, variables={"topic": "large"})
    first, second = await asyncio.wait_for(bodies(stream), 20)
    assert first["errors"][0]["extensions"]["code"] == "RESPONSE_TOO_LARGE"
    assert second["data"]["published"]["id"] == "2"


@protocols
async def test_a_subgraph_that_is_away_refuses_subscriptions(
    free_port: Callable[[], int], protocol: str
) -> None:
    """With the code and a status as for a query."""
    app = gateway(f"http://127.0.0.1:{free_port()}", protocol)
    with pytest.raises(RequestError) as refused:
        await subscribed(app, QUERY)
    assert (refused.value.code, refused.value.status) == ("SUBGRAPH_UNREACHABLE", 502)


@pytest.mark.parametrize("protocol", ["websocket", "multipart"])
async def test_a_server_that_speaks_otherwise_is_refused(node: str, protocol: str) -> None:
    """Nobody waits for events that never come."""
    app = gateway(node, protocol, subscriptions={"urls": {"feed": f"{node}/open"}})
    with pytest.raises(RequestError) as refused:
        await subscribed(app, QUERY)
    assert refused.value.code == "SUBGRAPH_UNREACHABLE"


async def test_a_failing_subgraph_is_not_asked_for_a_while(free_port: Callable[[], int]) -> None:
    """Its circuit opens, as by queries."""
    app = gateway(
        f"http://127.0.0.1:{free_port()}",
        "sse",
        resilience={"circuit_failures": 2, "circuit_open_seconds": 60.0},
    )
    codes = []
    for _ in range(3):
        with pytest.raises(RequestError) as refused:
            await subscribed(app, QUERY)
        codes.append((refused.value.code, refused.value.status))
    assert codes == [("SUBGRAPH_UNREACHABLE", 502)] * 2 + [("SUBGRAPH_CIRCUIT_OPEN", 503)]


async def test_a_request_for_a_websocket_is_signed() -> None:
    """As a GET without a body, for this subgraph and with the session; a verifier accepts it."""
    key = secret("gateway-1")
    verifier = SignatureVerifier("feed", fixed(key))
    verified: list[VerifiedHead] = []

    def check(_connection: ServerConnection, request: Request) -> Response | None:
        headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.raw_items()]
        head = RequestHead("GET", "http", request.path.encode(), b"", headers)
        verified.append(verifier.verify(head))
        return None

    async def answer(connection: ServerConnection) -> None:
        for _ in range(2):
            message = json.loads(await connection.recv())
            if message["type"] == "connection_init":
                await connection.send('{"type":"connection_ack"}')
        await connection.send('{"id":"1","type":"complete"}')

    protocols_known = [Subprotocol("graphql-transport-ws")]
    async with serve(answer, "127.0.0.1", 0, process_request=check, subprotocols=protocols_known) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        app = gateway(
            f"http://127.0.0.1:{port}",
            "websocket",
            signatures={"keys": key_text(key)},
        )
        stream = await subscribed(app, QUERY, {"authorization": "Bearer me"})
        assert await asyncio.wait_for(bodies(stream), 20) == []
    assert "authorization" in verified[0].covered
    assert verified[0].digest == sha256(b"").digest()


async def test_a_pong_may_come_at_any_time() -> None:
    """The protocol allows one that was not asked for, as a heartbeat, also before the acknowledgement."""

    async def answer(connection: ServerConnection) -> None:
        await connection.recv()
        for message in ({"type": "pong"}, {"type": "connection_ack"}, {"type": "pong"}):
            await connection.send(json.dumps(message))
        await connection.recv()
        await connection.send('{"id":"1","type":"complete"}')

    protocols_known = [Subprotocol("graphql-transport-ws")]
    async with serve(answer, "127.0.0.1", 0, subprotocols=protocols_known) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        stream = await subscribed(gateway(f"http://127.0.0.1:{port}", "websocket"), QUERY)
        assert await asyncio.wait_for(bodies(stream), 20) == []
