"""The only coroutine that an execution waits for is awaited by the request's own task, and ends with it."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse
from graphql.pyutils import is_awaitable

from jit import compile_operation


@pytest.fixture
def schema() -> GraphQLSchema:
    """A tree, whose names may not be null."""
    return build_schema("""
        type Query { a: Node b: Node hasty: Node! }
        type Node { name: String! child: Node }
    """)


async def answer(schema: GraphQLSchema, query: str, root: Any) -> Any:
    """The answer for a caller that awaits at once."""
    result = compile_operation(schema, parse(query)).execute_awaited(root, None, {})
    return await result if is_awaitable(result) else result


async def test_the_only_coroutine_has_the_task_of_the_request(schema: GraphQLSchema) -> None:
    """As has the only one below it."""
    seen: list[Any] = []

    async def child(_info: Any) -> Any:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())
        return {"name": "child"}

    async def a(_info: Any) -> Any:
        seen.append(asyncio.current_task())
        return {"name": "a", "child": child}

    result = await answer(schema, "{ a { name child { name } } }", {"a": a})
    assert result.data == {"a": {"name": "a", "child": {"name": "child"}}}
    assert set(seen) == {asyncio.current_task()}


async def test_those_below_it_that_run_beside_each_other_have_tasks_of_their_own(
    schema: GraphQLSchema,
) -> None:
    """Each can be timed out alone, and the request's own task is current again behind them."""
    mine = asyncio.current_task()
    seen: list[Any] = []

    async def name(_info: Any) -> str:
        seen.append(asyncio.current_task())
        try:
            async with asyncio.timeout(0.001):
                await asyncio.Event().wait()
        except TimeoutError:
            return "late"
        return "never"

    async def child(_info: Any) -> Any:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        return {"name": "child"}

    async def a(_info: Any) -> Any:
        await asyncio.sleep(0)
        return {"name": name, "child": child}

    result = await answer(schema, "{ a { name child { name } } }", {"a": a})
    assert result.data == {"a": {"name": "late", "child": {"name": "child"}}}
    assert len({mine, *seen}) == 3
    assert asyncio.current_task() is mine


async def test_its_error_goes_where_null_may_stand(schema: GraphQLSchema) -> None:
    """With its path, and the rest of the answer stays."""

    async def name(_info: Any) -> str:
        raise ValueError("no name")

    result = await answer(schema, "{ b { name } a { name } }", {"a": {"name": name}, "b": {"name": "b"}})
    assert result.data == {"b": {"name": "b"}, "a": None}
    assert [(error.message, error.path) for error in result.errors] == [("no name", ["a", "name"])]


async def test_one_below_a_null_does_not_hold_up_the_answer(schema: GraphQLSchema) -> None:
    """Its place was gone before it was started; what it began it may end."""
    release, ended = asyncio.Event(), asyncio.Event()

    async def child(_info: Any) -> Any:
        await release.wait()
        ended.set()

    def fail(_info: Any) -> str:
        raise ValueError("no name")

    result = await answer(schema, "{ a { child { name } name } }", {"a": {"child": child, "name": fail}})
    assert result.data == {"a": None}
    assert not ended.is_set()
    release.set()
    await asyncio.wait_for(ended.wait(), 30)


async def test_an_interruption_leaves_no_coroutine_behind(schema: GraphQLSchema) -> None:
    """One that was not started yet is closed; a lost one would be a warning, and so an error."""

    async def a(_info: Any) -> Any:
        raise AssertionError

    def interrupt(_info: Any) -> Any:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await answer(schema, "{ a { name } b { name } }", {"a": a, "b": interrupt})
    with pytest.raises(asyncio.CancelledError):
        await answer(schema, "{ hasty { child { name } name } }", {"hasty": _then(a, interrupt)})


async def test_cancelling_the_request_cancels_it_at_once(schema: GraphQLSchema) -> None:
    """And it may clean up before the cancellation propagates."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def a(_info: Any) -> Any:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()

    running = asyncio.ensure_future(answer(schema, "{ a { name } }", {"a": a}))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()


def _then(child: Any, name: Any) -> Any:
    """A node that comes later, with a child to wait for and then a name that interrupts."""

    async def node(_info: Any) -> Any:
        return {"child": child, "name": name}

    return node
