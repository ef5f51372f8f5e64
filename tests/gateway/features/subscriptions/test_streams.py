"""A subscription through the gateway: each event of its source becomes one response."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.errors import RequestError, Unauthenticated
from tests.gateway.features.subscriptions.newsroom import (
    Newsroom,
    Wire,
    articles,
    bodies,
    body,
    failing,
    request,
    subscribed,
)
from tests.support.gateway.scripted_calls import soon

PUBLISHED = "subscription News($topic: String) { published(topic: $topic) { id headline } }"
WITH_AUTHORS = "subscription { published { headline author { name } } }"


@pytest.mark.parametrize("execution", ["compiled", "interpreted"])
async def test_each_event_becomes_a_response(execution: str) -> None:
    """In order, with the client's names, and the stream ends with its source."""
    newsroom = Newsroom(articles(1, 2))
    query = "subscription($topic: String) { all: published(topic: $topic) { title: headline __typename } }"
    stream = await subscribed(newsroom.app(execution=execution), query, variables={"topic": "sports"})
    assert await bodies(stream) == [
        {"data": {"all": {"title": f"News {number}", "__typename": "Article"}}} for number in (1, 2)
    ]
    assert newsroom.opened[0][0] == {"topic": "sports"}
    assert newsroom.closed == 1


@pytest.mark.parametrize("execution", ["compiled", "interpreted"])
async def test_entities_are_fetched_for_each_event(execution: str) -> None:
    """What another subgraph knows of the objects of an event is in its response."""
    newsroom = Newsroom(articles(7, 8))
    stream = await subscribed(newsroom.app(execution=execution), WITH_AUTHORS)
    assert await bodies(stream) == [
        {"data": {"published": {"headline": f"News {number}", "author": {"name": f"Author of {number}"}}}}
        for number in (7, 8)
    ]
    assert [call["representations"] for call in newsroom.calls] == [
        [{"__typename": "Article", "id": str(number)}] for number in (7, 8)
    ]


@pytest.mark.parametrize("execution", ["compiled", "interpreted"])
async def test_a_null_propagates_within_its_event(execution: str) -> None:
    """The next event is not concerned."""
    newsroom = Newsroom(articles(1, 2), ratings={"1": None})
    query = "subscription { published { id rating } }"
    first, second = await bodies(await subscribed(newsroom.app(execution=execution), query))
    assert first["data"] == {"published": None}
    assert first["errors"][0]["path"] == ["published", "rating"]
    assert second == {"data": {"published": {"id": "2", "rating": 5}}}


async def test_nothing_is_made_ahead_of_its_consumer() -> None:
    """A client that takes no response costs no memory: its source is not asked."""
    made: list[int] = []

    async def source(_arguments: Any) -> Any:
        for number in range(1000):
            made.append(number)
            yield {"count": number}

    stream = await subscribed(Newsroom(source).app(), "subscription { count }")
    assert made == []
    first = await anext(aiter(stream))
    await asyncio.sleep(0.01)
    assert body(first) == {"data": {"count": 0}}
    assert made == [0]
    await stream.aclose()


async def test_closing_ends_the_source_while_an_event_is_awaited() -> None:
    """Whoever waits sees the end of the stream."""
    newsroom = Newsroom(Wire())
    stream = await subscribed(newsroom.app(), PUBLISHED)
    waiting = asyncio.ensure_future(anext(aiter(stream), None))
    await asyncio.sleep(0)
    await asyncio.wait_for(stream.aclose(), 60)
    assert await asyncio.wait_for(waiting, 60) is None
    assert newsroom.closed == 1
    await stream.aclose()
    assert newsroom.closed == 1


async def test_a_wait_that_is_cancelled_loses_no_event() -> None:
    """A consumer may wait with a time limit, to send a heartbeat, and then wait on."""
    wire = Wire()
    stream = await subscribed(Newsroom(wire).app(), PUBLISHED)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(aiter(stream)), 0.01)
    wire.send(3)
    response = await asyncio.wait_for(anext(aiter(stream)), 60)
    assert body(response)["data"]["published"]["id"] == "3"
    await stream.aclose()


async def test_what_a_source_refuses_is_the_first_response() -> None:
    """Its error is masked by the same rules as that of a query."""
    app = Newsroom(failing("no news today")).app(subgraph_error_codes=["NO_NEWS"])
    (only,) = await bodies(await subscribed(app, "subscription { published { id } }"))
    assert only["data"] == {"published": None}
    assert [each["extensions"]["code"] for each in only["errors"]] == ["NO_NEWS"]


async def test_a_source_that_breaks_ends_the_stream_with_a_code() -> None:
    """No internal detail is shown."""
    wire = Wire()
    stream = await subscribed(Newsroom(wire).app(), PUBLISHED)
    reading = asyncio.ensure_future(bodies(stream))
    await asyncio.sleep(0)
    wire.send(1)
    wire.put(RuntimeError("secret"))
    first, last = await asyncio.wait_for(reading, 60)
    assert "data" in first
    assert last["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(last)
    assert "data" not in last


async def test_a_subscription_is_refused_where_one_response_is_expected() -> None:
    """The refusal says what to do."""
    app = Newsroom(articles()).app()
    with pytest.raises(RequestError, match="text/event-stream") as refused:
        await app._graph.current.endpoint.pipeline.respond(request(PUBLISHED))  # type: ignore[attr-defined]
    assert (refused.value.code, refused.value.status) == ("SUBSCRIPTION_NEEDS_STREAM", 406)


async def test_queries_are_streams_of_one_response() -> None:
    """So a client may send any operation over one connection."""
    newsroom = Newsroom(articles())
    assert await bodies(await subscribed(newsroom.app(), "{ latest { id } }")) == [
        {"data": {"latest": {"id": "0"}}}
    ]


async def test_subscriptions_can_be_switched_off() -> None:
    """They are refused with a code of their own."""
    with pytest.raises(RequestError) as refused:
        await subscribed(Newsroom(articles()).app(subscriptions={"enabled": False}), PUBLISHED)
    assert refused.value.code == "SUBSCRIPTIONS_DISABLED"


async def test_there_is_a_limit_in_all() -> None:
    """One that ends makes room."""
    app = Newsroom(Wire()).app(subscriptions={"open": 1})
    first = await subscribed(app, PUBLISHED)
    with pytest.raises(RequestError) as refused:
        await subscribed(app, PUBLISHED)
    assert (refused.value.code, refused.value.status) == ("TOO_MANY_SUBSCRIPTIONS", 503)
    await first.aclose()
    second = await subscribed(app, PUBLISHED)
    await second.aclose()


async def test_there_is_a_limit_by_customer() -> None:
    """One customer leaves room for the others."""

    async def authenticate(headers: Mapping[str, str]) -> object:
        return headers.get("authorization", "nobody")

    app = Newsroom(Wire()).app(authenticate=authenticate, customer_of=str, subscriptions={"of_customer": 1})
    first = await subscribed(app, PUBLISHED, {"authorization": "one"})
    with pytest.raises(RequestError) as refused:
        await subscribed(app, PUBLISHED, {"authorization": "one"})
    assert (refused.value.code, refused.value.status) == ("TOO_MANY_SUBSCRIPTIONS_OF_CUSTOMER", 429)
    other = await subscribed(app, PUBLISHED, {"authorization": "two"})
    await first.aclose()
    await (await subscribed(app, PUBLISHED, {"authorization": "one"})).aclose()
    await other.aclose()


async def test_a_session_that_was_revoked_gets_no_further_event() -> None:
    """Each event asks again who is listening."""
    revoked: list[bool] = []

    async def authenticate(_headers: Mapping[str, str]) -> object:
        if revoked:
            raise Unauthenticated
        return "somebody"

    wire = Wire()
    newsroom = Newsroom(wire)
    stream = await subscribed(newsroom.app(authenticate=authenticate), WITH_AUTHORS)
    reading = asyncio.ensure_future(bodies(stream))
    await asyncio.sleep(0)
    wire.send(1)
    await soon(lambda: newsroom.calls)
    revoked.append(True)
    wire.send(2)
    first, last = await asyncio.wait_for(reading, 60)
    assert first["data"]["published"]["headline"] == "News 1"
    assert last["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (len(newsroom.calls), newsroom.closed) == (1, 1)


async def test_the_end_of_a_session_ends_its_stream() -> None:
    """Even if there is no event."""
    ends = time.time() + 0.05
    newsroom = Newsroom(Wire())
    stream = await subscribed(newsroom.app(expires_of=lambda _: ends), PUBLISHED)
    assert stream.expires == ends
    (last,) = await asyncio.wait_for(bodies(stream), 60)
    assert last["errors"][0]["extensions"]["code"] == "SESSION_EXPIRED"
    assert newsroom.closed == 1


async def test_a_server_that_stops_ends_all_streams() -> None:
    """Each says why, also one whose client is slow; and none is opened any more."""
    newsroom = Newsroom(Wire())
    app = newsroom.app(live=False)  # otherwise they end with their connections
    waiting, slow = [await subscribed(app, PUBLISHED) for _ in range(2)]
    reading = asyncio.ensure_future(bodies(waiting))
    await asyncio.sleep(0)
    app.draining.end()  # type: ignore[attr-defined]
    for found in (await asyncio.wait_for(reading, 5), await asyncio.wait_for(bodies(slow), 60)):
        assert [each["errors"][0]["extensions"]["code"] for each in found] == ["SUBSCRIPTION_SERVER_STOPPING"]
    assert newsroom.closed == 2
    with pytest.raises(RequestError, match="stopping"):
        await subscribed(app, PUBLISHED)


async def test_subscriptions_are_counted() -> None:
    """By subgraph, with the reason why they have ended."""
    wire = Wire()
    app = Newsroom(wire).app()
    stream = await subscribed(app, PUBLISHED)
    text = app.operators.registry.text().decode()  # type: ignore[attr-defined]
    assert 'furlong_gateway_subscriptions_open{operation="other",subgraph="feed"} 1.0' in text
    wire.send(1)
    await anext(aiter(stream))
    await stream.aclose()
    text = app.operators.registry.text().decode()  # type: ignore[attr-defined]
    assert 'furlong_gateway_subscriptions_open{operation="other",subgraph="feed"} 0.0' in text
    assert 'furlong_gateway_subscription_events_total{operation="other",subgraph="feed"} 1.0' in text
    assert 'furlong_gateway_subscriptions_ended_total{reason="CLIENT"} 1.0' in text
