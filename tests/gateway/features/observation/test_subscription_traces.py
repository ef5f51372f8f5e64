"""The start of a subscription is a trace, and so is each of its events, linked to the start."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import SpanKind
from starlette.applications import Starlette

from foundation.tracing import TRACEPARENT, Sampling
from gateway import GatewaySettings, create_gateway
from gateway.errors import RequestError
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, articles, bodies, subscribed
from tests.gateway.merged_settings import merged
from tests.support.gateway.installing import Offers
from tests.support.telemetry.recorded_spans import Recording

QUERY = "subscription Follow { published { id author { name } } }"
CALLER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def app_of(newsroom: Newsroom, recording: Recording, **settings: Any) -> Starlette:
    """A gateway that records traces over a newsroom."""
    chosen = GatewaySettings(**merged({"observation": {"tracing": True}}, settings))
    return create_gateway(SDL, newsroom.transports(), chosen, features=[Offers(recording.tracing)])


async def test_each_event_is_a_trace_that_links_to_the_start() -> None:
    """The start ends when the stream is open; the fetches of an event are below the event."""
    recording, newsroom = Recording(), Newsroom(articles(1, 2))
    stream = await subscribed(app_of(newsroom, recording), QUERY)
    start = recording.named("POST /graphql")
    assert start.kind is SpanKind.SERVER
    assert len(await bodies(stream)) == 2
    events = [span for span in recording.spans if span.name == "subscription event"]
    assert len(events) == 2
    for event in events:
        assert event.kind is SpanKind.CONSUMER
        assert event.parent is None
        assert event.context.trace_id != start.context.trace_id
        assert [link.context.span_id for link in event.links] == [start.context.span_id]
        assert (event.attributes or {})["graphql.operation.name"] == "Follow"
        assert (event.attributes or {})["graphql.response.outcome"] == "ok"
        assert any(name.startswith("fetch ") for name in recording.tree(event))


async def test_a_callers_trace_is_not_continued_by_events() -> None:
    """Anybody could have all events of their subscriptions recorded."""
    recording, newsroom = Recording(), Newsroom(articles(1))
    await bodies(await subscribed(app_of(newsroom, recording), QUERY, CALLER))
    ((_, headers, _),) = newsroom.opened
    assert headers.get(TRACEPARENT) != CALLER[TRACEPARENT]
    caller = int(CALLER[TRACEPARENT].split("-")[1], 16)
    assert caller not in {span.context.trace_id for span in recording.spans}


async def test_without_samples_nothing_is_recorded() -> None:
    """Neither the start nor an event."""
    recording = Recording(Sampling(0.0))
    assert await bodies(await subscribed(app_of(Newsroom(articles(1)), recording), QUERY))
    assert recording.spans == []


async def test_a_refused_subscription_says_why() -> None:
    """Its start has the code; a refusal is no fault of the gateway."""
    recording = Recording()
    with pytest.raises(RequestError):
        await subscribed(app_of(Newsroom(articles(1)), recording), "subscription { nothing }")
    start = recording.named("POST /graphql")
    assert (start.attributes or {})["error.type"] == "GRAPHQL_VALIDATION_FAILED"
    assert (start.attributes or {})["http.response.status_code"] == 400
