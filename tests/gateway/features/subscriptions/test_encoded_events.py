"""Events that a subgraph has encoded already are sent as they are, where nothing is left to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

import orjson
import pytest
from graphql import build_schema, execute, parse

from foundation.graphql_http.encoded_event import EncodedEvent
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.features.subscriptions.sources import EventQueue
from gateway.pipeline.stages import Response
from gateway.transport import Event, EventSource, SubgraphSubscription
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, Wire, subscribed

ARTICLE: Final = {"id": "1", "headline": 'News\u2028with "quotes"'}
SCHEMA: Final = build_schema(
    """
    type Query { published(topic: String): Article everything: [Article!]! count: Int! }
    type Article { id: ID! headline: String! }
    """
)


class Encoded:
    """A source of events that are encoded with spaces, by which one sees who has written them."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events

    def __aiter__(self) -> Encoded:
        return self

    async def __anext__(self) -> Event:
        if not self.events:
            raise StopAsyncIteration
        return self.events.pop(0)

    async def aclose(self) -> None:
        """End the source."""


def encoded(data: Mapping[str, Any]) -> EncodedEvent:
    """Return an event as no other part writes it."""
    return EncodedEvent(b" " + orjson.dumps({"data": data}, option=orjson.OPT_INDENT_2))


def encoding(document: str, _name: str | None) -> SubgraphSubscription:
    """Answer a subscription with what it selects of one article."""
    as_query = parse(document.replace("subscription", "query", 1))

    async def subscribe(
        variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
    ) -> EventSource:
        root = {"published": ARTICLE, "everything": [ARTICLE, ARTICLE], "count": 7}
        result: Any = execute(SCHEMA, as_query, root, variable_values=dict(variables))
        return Encoded([encoded(result.data)])

    return subscribe


async def responses(query: str, *, trusted: bool = True, **settings: Any) -> list[Response]:
    """Return all responses to a subscription."""
    authors = Newsroom(Wire()).transports(trusted=True)["authors"]
    feed = MemoryTransport(authors.prepare_call, trusted=trusted, subscribe=encoding)
    app = create_gateway(SDL, {"feed": feed, "authors": authors}, GatewaySettings(**settings))
    return [response async for response in await subscribed(app, query)]


PASSING: Final = (
    "subscription { published { headline id } }",
    "subscription { everything { id } }",
    "subscription { count }",
    'subscription { latest: published(topic: "x") { title: headline } }',
)
OTHERS: Final = (
    "subscription { published { id author { name } } }",
    "subscription { published { __typename headline } }",
    "subscription { published { ...A ... on Article { id } } } fragment A on Article { headline }",
)


@pytest.mark.parametrize("query", PASSING)
async def test_an_event_passes_as_it_is(query: str) -> None:
    """Byte by byte."""
    (response,) = await responses(query)
    assert response.content.startswith(b" {\n")
    assert response.outcome == "ok"


@pytest.mark.parametrize("query", [*PASSING, *OTHERS])
async def test_what_remains_to_be_done_is_done(query: str) -> None:
    """The response is that of the interpreter, of an untrusted subgraph, and with events that pass."""
    one, two, three = [
        orjson.loads(found[0].content)
        for found in (
            await responses(query, execution="interpreted"),
            await responses(query, trusted=False),
            await responses(query),
        )
    ]
    assert one == two == three
    assert "errors" not in one


@pytest.mark.parametrize("query", OTHERS[:1])
async def test_an_event_with_a_rest_is_decoded(query: str) -> None:
    """Other subgraphs add to it."""
    (response,) = await responses(query)
    assert not response.content.startswith(b" ")
    assert orjson.loads(response.content)["data"]["published"]["author"] == {"name": "Author of 1"}


async def test_an_event_is_no_larger_than_a_response_may_be() -> None:
    """It is refused as any other response, and the stream goes on."""
    (response,) = await responses(PASSING[0], responses={"bytes": 40})
    (error,) = orjson.loads(response.content)["errors"]
    assert error["extensions"]["code"] == "RESPONSE_TOO_LARGE"


async def test_subscribers_share_events_that_nobody_changes() -> None:
    """Only those who write into events have copies; encoded ones are never copied."""
    event = {"data": {"published": {"id": "1"}}}
    readers = [
        EventQueue(2, merges=False, changes=changes, closed=lambda _: None) for changes in (False, True)
    ]
    for queue in readers:
        queue.put_shared(event)
        queue.put_shared(encoded({}))
    shared, own = [await anext(queue) for queue in readers]
    assert shared is event
    assert own == event
    assert own is not event
    assert await anext(readers[0]) == await anext(readers[1]) == encoded({})


@pytest.mark.parametrize("execution", ["compiled", "interpreted"])
async def test_shared_events_stay_as_they_came(execution: str) -> None:
    """Though one lacks a field, and other subscribers fetch more for theirs."""
    events: list[Event] = [
        {"data": {"published": {"id": "1", "headline": "News"}}},
        {"data": {"published": {"id": "2"}}},
        {"data": {"published": None}, "errors": [{"message": "no news", "path": ["published"]}]},
    ]
    before = deepcopy(events)

    async def subscribe(*_: object) -> EventSource:
        return Encoded(list(events))

    authors = Newsroom(Wire()).transports(trusted=True)["authors"]
    feed = MemoryTransport(authors.prepare_call, subscribe=lambda *_: subscribe)
    public = {"public_fields": ["Subscription.published"]}
    settings = GatewaySettings(subscriptions=public, execution=execution)
    app = create_gateway(SDL, {"feed": feed, "authors": authors}, settings)
    streams = [await subscribed(app, "subscription { published { id headline } }") for _ in range(3)]
    for expected in ("News", None, None):
        contents = {(await anext(aiter(stream))).content for stream in streams}
        assert len(contents) == 1
        assert (orjson.loads(contents.pop())["data"]["published"] or {}).get("headline") == expected
    assert events == before
