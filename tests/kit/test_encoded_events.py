"""Events of subscriptions that are encoded already are sent as they are, over every way out of a subgraph."""

from collections.abc import AsyncIterator
from typing import Any

from graphql import ExecutionResult

from foundation.graphql_http.encoded_event import EncodedEvent
from furlong.serve.subgraph_websockets import EventStream
from subgraphs.kit.graphql.subscriptions import Events, encoded, event_stream

READY = EncodedEvent(b'{"data":{"price":2000}}', "p-1")
WITHOUT_POSITION = EncodedEvent(b'{"data":{"price":2100}}')


async def _results() -> AsyncIterator[ExecutionResult]:
    yield encoded(READY)
    yield ExecutionResult({"price": 2050})
    yield encoded(WITHOUT_POSITION)


async def test_they_come_among_others() -> None:
    """As the source has them, in their order."""
    events = [event async for event in Events(_results())]
    assert events == [READY, {"data": {"price": 2050}}, WITHOUT_POSITION]


async def test_a_position_is_the_id_of_a_server_sent_event() -> None:
    """A client sends the last one that it has seen as `Last-Event-ID`."""
    sent: list[Any] = [chunk async for chunk in event_stream(Events(_results())).body_iterator]
    assert sent == [
        b'event: next\nid: p-1\ndata: {"data":{"price":2000}}\n\n',
        b'event: next\ndata: {"data":{"price":2050}}\n\n',
        b'event: next\ndata: {"data":{"price":2100}}\n\n',
        b"event: complete\ndata:\n\n",
    ]


async def test_websockets_send_their_content() -> None:
    """Beside those that are encoded there."""
    responses = [response async for response in EventStream(Events(_results()))]
    assert [response.content for response in responses] == [
        READY.content,
        b'{"data":{"price":2050}}',
        WITHOUT_POSITION.content,
    ]
