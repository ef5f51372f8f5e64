"""Equal subscriptions of public data share one source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette

from gateway import GatewaySettings, SupergraphError, create_gateway
from gateway.errors import RequestError
from gateway.pipeline.stages import ResponseStream
from tests.gateway.features.subscriptions.newsroom import (
    SDL,
    Newsroom,
    Wire,
    bodies,
    body,
    failing,
    subscribed,
)
from tests.gateway.merged_settings import merged
from tests.support.gateway.scripted_calls import soon

QUERY = "subscription($topic: String) { published(topic: $topic) { id author { name } } }"
COUNT = "subscription { count }"
PUBLIC: dict[str, Any] = {
    "subscriptions": {"public_fields": ["Subscription.published", "Subscription.count"]}
}


def metrics(app: Starlette) -> str:
    """The gateway's metrics."""
    return str(app.operators.registry.text().decode())  # type: ignore[attr-defined]


async def taken(stream: ResponseStream, count: int = 1) -> list[Any]:
    """The next responses, decoded."""
    return [body(await asyncio.wait_for(anext(aiter(stream)), 60)) for _ in range(count)]


async def test_equal_subscriptions_of_public_data_share_a_source() -> None:
    """Each of them gets all events, with its own data of other subgraphs; the last one ends the source."""
    wire = Wire()
    newsroom = Newsroom(wire)
    app = newsroom.app(**PUBLIC)
    one, two = [await subscribed(app, QUERY, {"authorization": name}) for name in ("a", "b")]
    assert len(newsroom.opened) == 1
    wire.send(1)
    expected = {"data": {"published": {"id": "1", "author": {"name": "Author of 1"}}}}
    assert await taken(one) == await taken(two) == [expected]
    assert "furlong_gateway_subscriptions_joined_total 1.0" in metrics(app)
    assert 'furlong_gateway_subscription_sources_open{subgraph="feed"} 1.0' in metrics(app)
    await one.aclose()
    wire.send(2)
    assert (await taken(two))[0]["data"]["published"]["id"] == "2"
    assert newsroom.closed == 0
    await two.aclose()
    await soon(lambda: newsroom.closed == 1)
    assert 'furlong_gateway_subscription_sources_open{subgraph="feed"} 0.0' in metrics(app)


async def test_a_shared_source_has_no_session() -> None:
    """It outlives the session of the subscriber that came first."""
    newsroom = Newsroom(Wire())
    await subscribed(newsroom.app(**PUBLIC), QUERY, {"authorization": "Bearer me"})
    assert newsroom.opened == [({}, {}, None)]


@pytest.mark.parametrize(
    "settings", [{}, merged(PUBLIC, {"subscriptions": {"shared": False}})], ids=["not public", "switched off"]
)
async def test_other_subscriptions_have_a_source_each(settings: dict[str, Any]) -> None:
    """With the session of their subscribers."""
    newsroom = Newsroom(Wire())
    app = newsroom.app(**settings)
    for name in ("a", "b"):
        await subscribed(app, QUERY, {"authorization": name})
    assert [headers["authorization"] for _, headers, _ in newsroom.opened] == ["a", "b"]


async def test_subscriptions_with_other_variables_are_not_equal() -> None:
    """Nor are those with other documents."""
    newsroom = Newsroom(Wire())
    app = newsroom.app(**PUBLIC)
    for topic in ("a", "b"):
        await subscribed(app, QUERY, variables={"topic": topic})
    await subscribed(app, QUERY.replace("{ id", "{ headline"), variables={"topic": "a"})
    assert len(newsroom.opened) == 3


async def test_hints_make_data_public() -> None:
    """All that is subscribed to must have one, and none may be private."""
    hinted = SDL.replace(
        "count: Int! @join__field(graph: FEED)",
        "count: Int! @join__field(graph: FEED) @cacheControl(maxAge: 5)",
    )
    declared = "directive @cacheControl(maxAge: Int, scope: S) on FIELD_DEFINITION enum S { PUBLIC PRIVATE } "
    for sdl, sources in ((hinted, 1), (hinted.replace("maxAge: 5", "maxAge: 5, scope: PRIVATE"), 2)):
        newsroom = Newsroom(Wire())
        app = create_gateway(declared + sdl, newsroom.transports(), GatewaySettings())
        for _ in range(2):
            await subscribed(app, COUNT)
        assert len(newsroom.opened) == sources


async def test_a_slow_subscriber_is_ended_and_no_other_suffers() -> None:
    """Its source must lose no event, and the memory for it is bounded."""
    wire = Wire()
    app = Newsroom(wire).app(**merged(PUBLIC, {"subscriptions": {"queue": 3}}))
    slow, fast = [await subscribed(app, COUNT) for _ in range(2)]
    for number in range(10):
        wire.send(number)
        assert await taken(fast) == [{"data": {"count": number}}]
    (last,) = await asyncio.wait_for(bodies(slow), 60)
    assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_TOO_SLOW"
    await fast.aclose()


async def test_the_newest_event_is_enough_where_events_have_the_whole_state() -> None:
    """The settings say where; those that were left out are counted. Who comes late begins with it."""
    wire = Wire()
    app = Newsroom(wire).app(**merged(PUBLIC, {"subscriptions": {"merged_fields": ["Subscription.count"]}}))
    slow, fast = [await subscribed(app, COUNT) for _ in range(2)]
    for number in range(10):
        wire.send(number)
        assert await taken(fast) == [{"data": {"count": number}}]
    assert await taken(slow) == [{"data": {"count": 9}}]
    assert 'events_merged_total{operation="other",subgraph="feed"} 9.0' in metrics(app)
    late = await subscribed(app, COUNT)
    assert await taken(late) == [{"data": {"count": 9}}]


async def test_nobody_is_ended_while_all_are_slow() -> None:
    """The source is not asked for more than the fastest subscriber takes."""
    made: list[int] = []

    async def source(_arguments: Any) -> AsyncIterator[Any]:
        for number in range(100):
            made.append(number)
            yield {"count": number}

    app = Newsroom(source).app(**merged(PUBLIC, {"subscriptions": {"queue": 3}}))
    stream = await subscribed(app, COUNT)
    await soon(lambda: len(made) == 3)
    await asyncio.sleep(0.01)
    assert made == [0, 1, 2]
    assert await bodies(stream) == [{"data": {"count": number}} for number in range(100)]


async def test_a_source_that_breaks_ends_all_its_subscriptions() -> None:
    """Each of them says so."""
    wire = Wire()
    app = Newsroom(wire).app(**PUBLIC)
    streams = [await subscribed(app, COUNT) for _ in range(2)]
    wire.put(RuntimeError("secret"))
    for stream in streams:
        (last,) = await asyncio.wait_for(bodies(stream), 60)
        assert last["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNREACHABLE"


async def test_all_are_told_what_the_source_refuses() -> None:
    """As its first event."""
    app = Newsroom(failing("no")).app(**PUBLIC, subgraph_error_codes=["NO_NEWS"])
    for each in [await subscribed(app, QUERY) for _ in range(2)]:
        (only,) = await asyncio.wait_for(bodies(each), 60)
        assert only["errors"][0]["extensions"]["code"] == "NO_NEWS"


async def test_sources_are_limited_by_subgraph() -> None:
    """Many subscribers of one source take one place."""
    app = Newsroom(Wire()).app(**merged(PUBLIC, {"subscriptions": {"at_subgraphs": {"feed": 1}}}))
    streams = [await subscribed(app, COUNT) for _ in range(3)]
    with pytest.raises(RequestError) as refused:
        await subscribed(app, QUERY)
    assert (refused.value.code, refused.value.status) == ("SUBGRAPH_BUSY", 503)
    for stream in streams:
        await stream.aclose()
    await soon(lambda: 'sources_open{subgraph="feed"} 0.0' in metrics(app))
    await subscribed(app, QUERY)


def test_a_field_that_does_not_exist_is_no_public_one() -> None:
    """A misspelt name must not pass for a setting."""
    with pytest.raises(SupergraphError, match=r"Subscription\.nothing"):
        Newsroom(Wire()).app(subscriptions={"public_fields": ["Subscription.nothing"]})
