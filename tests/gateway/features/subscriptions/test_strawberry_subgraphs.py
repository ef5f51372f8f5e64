"""Strawberry's own ASGI application is subscribed to by each protocol; one that is off says what to set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
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
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            await serving


def gateway(url: str, protocol: str) -> Starlette:
    """A gateway whose feed is the subgraph."""
    settings = GatewaySettings(
        subgraph_urls={"feed": url},
        subscriptions={"protocols": {"*": protocol}, "callback_url": "http://127.0.0.1:9/events"},
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
@pytest.mark.parametrize("protocol", [*SERVED, "callback"])
async def test_a_protocol_that_is_not_enabled_says_what_to_set(protocol: str, field: str) -> None:
    """Strawberry then executes the subscription as a query: a null is no event, wherever it stands."""
    async with strawberry_feed() as url:
        with pytest.raises(RequestError, match=SETTING) as refused:
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
