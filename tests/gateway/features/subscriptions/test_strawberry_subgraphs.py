"""Strawberry's own ASGI application is subscribed to by each protocol; one that is off says what to set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)

from furlong.serve.http_server import listen
from gateway import GatewaySettings, create_gateway
from gateway.errors import RequestError
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, articles, bodies, subscribed
from tests.gateway.gateway_process import started_gateway

SETTING: Final = "FURLONG_GATEWAY__SUBSCRIPTIONS__PROTOCOLS"
SERVED: Final = {
    "sse": GRAPHQL_SSE_PROTOCOL,
    "multipart": MULTIPART_SUBSCRIPTION_PROTOCOL,
    "websocket": GRAPHQL_TRANSPORT_WS_PROTOCOL,
}
PATIENCE_SECONDS: Final = 180.0


@strawberry.type
class Article:
    """An article."""

    id: strawberry.ID
    headline: str


@strawberry.type
class Query:
    """What must be there."""

    latest: Article | None = None


@strawberry.type
class Subscription:
    """The subscriptions of the newsroom."""

    @strawberry.subscription
    async def published(self, topic: str | None = None) -> AsyncGenerator[Article | None, None]:
        """Publish two articles, unless there is no news."""
        if topic == "refused":
            raise ValueError(topic)
        for number in ("1", "2"):
            yield Article(id=strawberry.ID(number), headline=f"News {number}")

    @strawberry.subscription
    async def count(self) -> AsyncGenerator[int, None]:
        """Count to two."""
        for number in (1, 2):
            yield number


@asynccontextmanager
async def strawberry_feed(*served: str) -> AsyncIterator[str]:
    """The URL of a subgraph that serves subscriptions by these protocols."""
    schema = strawberry.Schema(Query, subscription=Subscription)
    app = GraphQL[Any, Any](schema, subscription_protocols=[SERVED[each] for each in served])
    async with served_feed(app) as url:
        yield url


@asynccontextmanager
async def served_feed(app: ASGIApp) -> AsyncIterator[str]:
    """The URL of an application on a port of its own."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            await serving


def gateway(url: str, protocol: str = "") -> Starlette:
    """A gateway whose feed is the subgraph; without a protocol, by its default."""
    protocols = {"*": protocol} if protocol else {}
    settings = GatewaySettings(
        subgraph_urls={"feed": url},
        subscriptions={"protocols": protocols, "callback_url": "http://127.0.0.1:9/events"},
        connect_seconds=PATIENCE_SECONDS,
        total_seconds=PATIENCE_SECONDS,
    )
    return create_gateway(SDL, {"authors": Newsroom(articles()).transports()["authors"]}, settings)


async def events(url: str, protocol: str, query: str) -> list[Any]:
    """All responses to a subscription."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await bodies(await subscribed(gateway(url, protocol), query))


@pytest.mark.parametrize("protocol", SERVED)
async def test_events_arrive_and_are_completed(protocol: str) -> None:
    """With the fields of other subgraphs, and without an error at the end."""
    async with strawberry_feed(*SERVED) as url:
        found = await events(url, protocol, "subscription { published { headline author { name } } }")
        counted = await events(url, protocol, "subscription { count }")
    assert found == [
        {"data": {"published": {"headline": f"News {number}", "author": {"name": f"Author of {number}"}}}}
        for number in (1, 2)
    ]
    assert counted == [{"data": {"count": 1}}, {"data": {"count": 2}}]


@pytest.mark.parametrize("protocol", SERVED)
async def test_what_a_resolver_refuses_is_its_error(protocol: str) -> None:
    """The gateway's settings are not to blame."""
    async with strawberry_feed(*SERVED) as url:
        query = 'subscription { published(topic: "refused") { headline } }'
        (only,) = await events(url, protocol, query)
    assert only["data"] == {"published": None}
    assert SETTING not in str(only["errors"])


@pytest.mark.parametrize("field", ["count", "published { headline }"])
@pytest.mark.parametrize("protocol", ["", *SERVED, "callback"])
async def test_a_protocol_that_is_not_enabled_says_what_to_set(protocol: str, field: str) -> None:
    """Strawberry then executes the subscription as a query: a null is no event, wherever it stands."""
    async with strawberry_feed() as url:
        values = "sse, multipart, websocket or callback"
        with pytest.raises(RequestError, match=f"{SETTING} to .*{values}") as refused:
            await events(url, protocol, f"subscription {{ {field} }}")
    assert (refused.value.code, refused.value.status) == ("SUBGRAPH_UNREACHABLE", 502)


async def test_an_invalid_request_is_refused_by_its_own_error() -> None:
    """A single response without data is a refusal, as documented, also with `data: null`."""
    sdl = SDL.replace("count: Int!", "counted: Int")
    async with strawberry_feed() as url:
        settings = GatewaySettings(subgraph_urls={"feed": url}, subscriptions={"protocols": {"*": "sse"}})
        authors = Newsroom(articles()).transports()["authors"]
        app = create_gateway(sdl, {"authors": authors}, settings)
        (only,) = await bodies(await subscribed(app, "subscription { counted }"))
    assert SETTING not in str(only["errors"])


class Recorded:
    """A subgraph by its default settings, with the kinds of connections that were opened.

    Attributes:
        app: Strawberry's application, which may be replaced by one that serves something else.
    """

    def __init__(self, *served: str) -> None:
        self.opened: list[str] = []
        self.serve(*served)

    def serve(self, *served: str) -> None:
        """Serve subscriptions by these protocols; without any, by those of a plain application."""
        schema = strawberry.Schema(Query, subscription=Subscription)
        options: dict[str, Any] = (
            {"subscription_protocols": [SERVED[each] for each in served]} if served else {}
        )
        self.app = GraphQL[Any, Any](schema, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note a connection, and answer it."""
        self.opened.append(scope["type"])
        await self.app(scope, receive, send)


async def test_a_plain_subgraph_is_asked_once_for_its_protocol() -> None:
    """A plain application serves only WebSockets, and nothing is set in the gateway."""
    feed = Recorded()
    async with served_feed(feed) as url, asyncio.timeout(PATIENCE_SECONDS):
        app = gateway(url)
        for _ in range(3):
            assert await counted(app) == [1, 2]
    assert feed.opened == ["http", "websocket", "websocket", "websocket"]


@pytest.mark.parametrize("protocol", SERVED)
async def test_by_default_the_only_protocol_of_a_subgraph_is_found(protocol: str) -> None:
    """Whichever it is."""
    async with strawberry_feed(protocol) as url, asyncio.timeout(PATIENCE_SECONDS):
        app = gateway(url)
        assert [await counted(app), await counted(app)] == [[1, 2], [1, 2]]


async def test_subscriptions_that_come_together_ask_once() -> None:
    """They wait for the answer to the first."""
    feed = Recorded()
    async with served_feed(feed) as url, asyncio.timeout(PATIENCE_SECONDS):
        app = gateway(url)
        assert await asyncio.gather(*(counted(app) for _ in range(5))) == [[1, 2]] * 5
    assert sorted(feed.opened) == ["http", *["websocket"] * 5]


async def test_a_protocol_that_is_served_no_more_is_asked_for_again() -> None:
    """A subgraph may be rolled out with another one."""
    feed = Recorded("websocket")
    async with served_feed(feed) as url, asyncio.timeout(PATIENCE_SECONDS):
        app = gateway(url)
        assert await counted(app) == [1, 2]
        feed.serve("sse")
        assert await counted(app) == [1, 2]
        assert await counted(app) == [1, 2]
    assert feed.opened == ["http", "websocket", "websocket", "http", "http"]


async def counted(app: Starlette) -> list[int]:
    """The numbers of a subscription that counts."""
    return [body["data"]["count"] for body in await bodies(await subscribed(app, "subscription { count }"))]


@pytest.mark.usefixtures("processes")
async def test_the_command_serves_a_plain_subgraph(tmp_path: Path) -> None:
    """Nothing is set but where the subgraphs are."""
    async with (
        strawberry_feed("websocket") as url,
        started_gateway(tmp_path, SDL, {"feed": url, "authors": url}, {}) as made,
    ):
        accept = {"accept": "text/event-stream"}
        answer = await made.client.post("/graphql", json={"query": "subscription { count }"}, headers=accept)
    assert [line for line in answer.text.splitlines() if "count" in line] == [
        'data: {"data":{"count":1}}',
        'data: {"data":{"count":2}}',
    ]
