"""Subgraphs send events by requests of their own, and hold no connection: the HTTP callback protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, SupergraphError, create_gateway
from gateway.errors import RequestError
from gateway.features.subscriptions.callbacks import Answer, Callback, Callbacks
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, articles, bodies, body, subscribed
from tests.gateway.features.subscriptions.test_subgraphs_over_http import QUERY, open_at, running
from tests.gateway.merged_settings import merged
from tests.support.gateway.scripted_calls import soon


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    """The URL of a subgraph in Node."""
    with running("subscriptions.mjs") as url:
        yield url


@asynccontextmanager
async def gateway(node: str, **settings: Any) -> AsyncIterator[Starlette]:
    """A gateway that a subgraph can call."""
    with listen("127.0.0.1", 0) as listener:
        usual: dict[str, Any] = {
            "subgraph_urls": {"feed": f"{node}/callback"},
            "subscriptions": {
                "protocols": {"feed": "callback"},
                "callback_url": f"http://127.0.0.1:{listener.getsockname()[1]}/events/here",
                "heartbeat_seconds": 0.5,
            },
            "subgraph_error_codes": ["NO_NEWS"],
            "connect_seconds": 60.0,
            "total_seconds": 60.0,
        }
        chosen = GatewaySettings(**merged(usual, settings))
        app = create_gateway(SDL, {"authors": Newsroom(articles()).transports()["authors"]}, chosen)
        async with serving(app, listener):
            yield app


async def test_events_come_by_requests_of_the_subgraph(node: str) -> None:
    """In order, with the fields of others, until the subgraph completes the subscription."""
    async with gateway(node) as app:
        stream = await subscribed(app, QUERY, variables={"topic": None})
        found = await asyncio.wait_for(bodies(stream), 120)
    assert [each["data"]["published"]["author"]["name"] for each in found] == ["Author of 1", "Author of 2"]


async def test_events_that_a_newer_one_has_replaced_are_counted(node: str) -> None:
    """Where the settings say that the newest one is enough."""
    merged = ["Subscription.published"]
    async with gateway(node, subscriptions={"merged_fields": merged}) as app:
        stream = await subscribed(app, QUERY, variables={"topic": None})
        await soon(lambda: "subscription_events_merged_total" in text(app) and "} 1.0" in text(app))
        assert [each["data"]["published"]["id"] for each in await bodies(stream)] == ["2"]


def text(app: Starlette) -> str:
    """How many events were replaced, as metrics tell it."""
    lines = app.operators.registry.text().decode().splitlines()  # type: ignore[attr-defined]
    return next(line for line in lines if line.startswith("furlong_gateway_subscription_events_merged_total"))


async def test_the_subgraph_learns_that_nobody_listens(node: str) -> None:
    """By the answer to its next heartbeat."""
    async with gateway(node, subscriptions={"heartbeat_seconds": 0.1}) as app:
        stream = await subscribed(app, QUERY, variables={"topic": "wait"})
        first = await asyncio.wait_for(anext(aiter(stream)), 120)
        assert body(first)["data"]["published"]["id"] == "1"
        await stream.aclose()
        await ended(node)


async def ended(node: str) -> None:
    """Wait until the subgraph has no subscription, while the gateway answers."""
    while await asyncio.to_thread(open_at, node):  # noqa: ASYNC110 - another process is asked
        await asyncio.sleep(0.02)


async def test_a_subgraph_that_is_silent_has_lost_the_subscription(node: str) -> None:
    """After three heartbeats."""
    async with gateway(node, subscriptions={"heartbeat_seconds": 0.05}) as app:
        stream = await subscribed(app, QUERY, variables={"topic": "silent"})
        found = await asyncio.wait_for(bodies(stream), 120)
    assert found[-1]["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_LOST"


async def test_what_the_subgraph_refuses_is_told(node: str) -> None:
    """By the errors with which it completes the subscription."""
    async with gateway(node) as app:
        stream = await subscribed(app, QUERY, variables={"topic": "refused"})
        (only,) = await asyncio.wait_for(bodies(stream), 120)
    assert only["errors"][0]["extensions"]["code"] == "NO_NEWS"


async def test_a_subgraph_that_answers_otherwise_is_refused(node: str) -> None:
    """Nobody waits for requests that never come."""
    async with gateway(node, subgraph_urls={"feed": f"{node}/open"}) as app:
        with pytest.raises(RequestError) as refused:
            await subscribed(app, QUERY)
    assert refused.value.code == "SUBGRAPH_UNREACHABLE"


async def test_strangers_can_send_nothing() -> None:
    """Without the id and the verifier, which only the subgraph knows; and nothing large or deep."""
    settings = GatewaySettings(subscriptions={"callback_url": "http://x/events"}, answer_bytes=1000)
    app = create_gateway(SDL, Newsroom(articles()).transports(), settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        found = [
            (await client.post("/events/nobody", content=content)).status_code
            for content in (b"{}", b"{", b"[" * 300 + b"]" * 300, b" " * 1001)
        ]
    assert found == [404, 400, 400, 413]


def waiting(most: int = 2, *, merges: bool = False) -> tuple[Callbacks, Callback]:
    """A subscription that waits for a subgraph."""
    callbacks = Callbacks("http://gateway.test/callback", 0, most)
    return callbacks, callbacks.open(merges=merges)


def message(callback: Callback, **more: Any) -> dict[str, Any]:
    """A message of the subgraph."""
    return {"kind": "subscription", "id": callback.id, "verifier": callback.verifier} | more


async def test_only_what_the_protocol_has_is_taken() -> None:
    """Anything else ends the subscription at the subgraph, by a status above 299."""
    callbacks, callback = waiting()
    wrongs: tuple[Any, ...] = (
        [],
        {},
        message(callback),
        message(callback, action="next"),
        message(callback, action="next", payload=5),
        message(callback, action="next", payload={"x": 1}),
        message(callback, action="other"),
        message(callback, action="check", verifier="guess"),
        message(callback, action="check", verifier=None),
        message(callback, action="check", id="another"),
        message(callback, action="check", kind="query"),
    )
    for wrong in wrongs:
        assert callbacks.receive(callback.id, wrong) is Answer.INVALID
    assert callbacks.receive("another", message(callback, action="check")) is Answer.UNKNOWN
    assert callbacks.receive(callback.id, message(callback, action="check")) is Answer.GOES_ON
    assert callbacks.receive(callback.id, message(callback, action="complete")) is Answer.COMPLETED
    assert callbacks.receive(callback.id, message(callback, action="check")) is Answer.UNKNOWN


async def test_a_subgraph_that_is_too_fast_is_told_to_end() -> None:
    """What waits is bounded; where the newest event is enough, it replaces the others."""
    callbacks, callback = waiting()
    events = [message(callback, action="next", payload={"data": number}) for number in range(3)]
    answers = [callbacks.receive(callback.id, event) for event in events]
    assert answers == [Answer.GOES_ON, Answer.GOES_ON, Answer.UNKNOWN]
    callbacks, callback = waiting(merges=True)
    events = [message(callback, action="next", payload={"data": number}) for number in range(3)]
    assert {callbacks.receive(callback.id, each) for each in events} == {Answer.GOES_ON}
    assert await anext(callback.queue) == {"data": 2}


def test_a_subgraph_can_call_back_only_somewhere() -> None:
    """The gateway says at the start which setting is missing."""
    settings = GatewaySettings(subscriptions={"protocols": {"feed": "callback"}})
    with pytest.raises(SupergraphError, match="SUBSCRIPTIONS__CALLBACK_URL"):
        create_gateway(SDL, {}, settings)
