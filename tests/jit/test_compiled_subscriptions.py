"""Subscriptions: the source stream is graphql-core's affair, each event is executed by compiled code."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from typing import Any

import graphql
import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, parse

import jit
from tests.jit.both_ways import assert_same, awaited

QUERY = "subscription ($more: Boolean = true) { news { id must more @include(if: $more) } }"


@pytest.fixture
def schema() -> GraphQLSchema:
    """News."""
    return build_schema("""
        type News { id: ID! must: Int! more: String }
        type Query { a: Int }
        type Subscription { news: News }
    """)


async def news(_info: Any) -> AsyncIterator[dict[str, Any]]:
    """Three events, the second with an error."""

    async def more(_info: Any) -> str:
        return "more"

    for number in range(3):
        yield {"news": {"id": number, "must": None if number == 1 else number, "more": more}}


class Numbers:
    """A source of events that is an iterator of its own, as small as Python allows."""

    def __init__(self, _info: Any) -> None:
        self.last = 0

    def __aiter__(self) -> "Numbers":
        return self

    async def __anext__(self) -> dict[str, Any]:
        self.last += 1
        if self.last > 2:
            raise StopAsyncIteration
        return {"news": {"id": self.last, "must": self.last, "more": "more"}}


class Closable(Numbers):
    """The same, which fails when it is closed."""

    async def aclose(self) -> None:
        """Fail."""
        raise ValueError("closed")


async def broken(_info: Any) -> Any:
    """No stream."""
    raise ValueError("broken")


async def collected(subscribe: Any, schema: GraphQLSchema, query: str, root: Any, **more: Any) -> list[Any]:
    """All results of a subscription."""
    found = await awaited(subscribe(schema, parse(query), root, **more))
    return [found] if isinstance(found, ExecutionResult) else [each async for each in found]


@pytest.mark.parametrize(
    ("query", "root", "variables"),
    [
        (QUERY, {"news": news}, {}),
        (QUERY, {"news": news}, {"more": False}),
        (QUERY, {"news": news}, {"more": "yes"}),
        (QUERY, {"news": Numbers}, {}),
        (QUERY, {"news": Closable}, {}),
        (QUERY, {"news": broken}, {}),
        (QUERY, {"news": lambda _info: 5}, {}),
        ("subscription { nothing }", {}, {}),
    ],
)
async def test_subscriptions_are_the_same(
    schema: GraphQLSchema, query: str, root: Any, variables: Any
) -> None:
    """Events, errors in events, and streams that cannot be had."""
    expected = await collected(graphql.subscribe, schema, query, root, variable_values=variables)
    found = await collected(jit.subscribe, schema, query, root, variable_values=variables)
    assert len(found) == len(expected)
    for theirs, ours in zip(expected, found, strict=True):
        assert_same(theirs, ours)


def test_a_query_cannot_be_subscribed_to(schema: GraphQLSchema) -> None:
    """As in graphql-core."""
    with pytest.raises(graphql.GraphQLError, match="Expected subscription operation"):
        jit.subscribe(schema, parse("{ a }"))


class Traced(dict[str, Any]):
    """A dict that can be referred to weakly."""


async def test_a_waiting_subscription_keeps_no_event(schema: GraphQLSchema) -> None:
    """While it waits for the next event, the last one can be freed."""
    events: list[weakref.ref[Traced]] = []
    is_waiting = asyncio.Event()

    async def two(_info: Any) -> AsyncIterator[dict[str, Any]]:
        for _ in range(2):
            event = Traced(news=Traced(id=1, must=1))
            events.append(weakref.ref(event))
            yield event
            del event
            is_waiting.set()
            await asyncio.sleep(0)

    found = await awaited(jit.subscribe(schema, parse(QUERY), {"news": two}, variable_values={"more": False}))
    await anext(found)
    later = asyncio.create_task(anext(found))
    await is_waiting.wait()
    assert events[0]() is None
    await later
    await found.aclose()


async def test_an_ended_subscription_is_freed_at_once(schema: GraphQLSchema) -> None:
    """Its context is freed by the last reference, without the garbage collector."""
    gc.disable()
    try:
        context = Traced()
        kept = weakref.ref(context)
        found = await awaited(
            jit.subscribe(
                schema, parse(QUERY), {"news": news}, context_value=context, variable_values={"more": False}
            )
        )
        await anext(found)
        await found.aclose()
        del found, context
        assert kept() is None
    finally:
        gc.enable()


async def test_an_event_that_is_a_result_was_executed_by_its_source(schema: GraphQLSchema) -> None:
    """It is passed on as it is, beside events that are executed."""
    ready = ExecutionResult({"news": {"id": "7"}}, None)

    async def source(_info: Any) -> AsyncIterator[Any]:
        yield ready
        yield {"news": {"id": 1, "must": 1, "more": "more"}}

    stream = await awaited(jit.subscribe(schema, parse(QUERY), {"news": source}))
    assert not isinstance(stream, ExecutionResult)
    first, second = [event async for event in stream]
    assert first is ready
    assert second.data == {"news": {"id": "1", "must": 1, "more": "more"}}
