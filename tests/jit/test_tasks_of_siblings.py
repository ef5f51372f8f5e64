"""Resolvers that end at their first step may be given one strand in turn, but never notice."""

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse
from graphql.pyutils import is_awaitable

from jit import compile_operation
from jit.runtime.lightweight_task import LightweightTask

MANY = 30


@pytest.fixture
def schema() -> GraphQLSchema:
    """A list of nodes."""
    return build_schema("type Query { many: [Node!]! } type Node { a: Int! b: Int }")


async def answer(schema: GraphQLSchema, resolver: Callable[[int], Any]) -> list[int]:
    """What many nodes say, whose fields wait beside each other."""

    def node(at: int) -> dict[str, Any]:
        return {"a": lambda _info: resolver(at)}

    async def request() -> Any:
        root = {"many": [node(at) for at in range(MANY)]}
        result = compile_operation(schema, parse("{ many { a } }")).execute_awaited(root, None, {})
        return await result if is_awaitable(result) else result

    result = await asyncio.create_task(request())
    assert result.errors is None
    return [each["a"] for each in result.data["many"]]


def _named(task: Any) -> None:
    task.set_name("mine")


def _noted(task: Any) -> None:
    task.note = "mine"


def _called_back(task: Any) -> None:
    task.add_done_callback(print)
    task.remove_done_callback(print)


@pytest.mark.parametrize("mark", [_named, _noted, _called_back])
async def test_what_a_resolver_does_to_its_task_no_other_finds(
    schema: GraphQLSchema, mark: Callable[[Any], None]
) -> None:
    """Names, attributes and callbacks are of one task alone, also when nobody keeps that."""
    found: list[tuple[str, dict[str, Any]]] = []

    async def a(at: int) -> int:
        task: Any = asyncio.current_task()
        if isinstance(task, LightweightTask):
            found.append((task.get_name(), dict(task.__dict__)))
            mark(task)
        return at

    assert await answer(schema, a) == list(range(MANY))
    assert found == [("Node.a", {})] * MANY


async def test_tasks_that_are_kept_differ(schema: GraphQLSchema) -> None:
    """Whoever keeps the current task has one that is nobody else's, and that has ended."""
    kept: list[Any] = []

    async def a(at: int) -> int:
        kept.append(asyncio.current_task())
        return at

    assert await answer(schema, a) == list(range(MANY))
    assert len({id(task) for task in kept}) == MANY
    await asyncio.sleep(0)
    assert all(task.done() for task in kept)


async def test_what_is_known_of_a_task_by_weak_reference_ends_with_it(schema: GraphQLSchema) -> None:
    """As anyio knows its scopes: a sibling is not in the dictionary yet."""
    dictionary: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
    before: list[bool] = []

    async def a(at: int) -> int:
        task = asyncio.current_task()
        before.append(task in dictionary)
        dictionary[task] = at
        return at

    assert await answer(schema, a) == list(range(MANY))
    assert before == [False] * MANY


async def test_a_task_that_cancels_itself_harms_no_sibling(schema: GraphQLSchema) -> None:
    """Who ends at the same step is not cancelled any more, and those after it wait undisturbed."""

    async def a(at: int) -> int:
        task: Any = asyncio.current_task()
        if at == 20:
            task.cancel()
            return at
        if at > 20:
            await asyncio.sleep(0)
            assert task.cancelling() == 0
        return at

    assert await answer(schema, a) == list(range(MANY))


async def test_one_that_ends_at_once_among_those_that_wait_leaves_them_their_tasks(
    schema: GraphQLSchema,
) -> None:
    """A strand is used again only when its coroutine has ended."""

    async def a(at: int) -> int:
        task = asyncio.current_task()
        for _ in range(at % 3):
            await asyncio.sleep(0)
            assert asyncio.current_task() is task
        return at

    assert await answer(schema, a) == list(range(MANY))


async def test_errors_among_those_that_end_at_once_are_of_their_own_fields_alone(
    schema: GraphQLSchema,
) -> None:
    """Those before and after them are answered, and none is lost."""

    async def a(at: int) -> int | None:
        if at % 12 == 11:
            raise ValueError(at)
        return at

    def node(at: int) -> dict[str, Any]:
        return {"b": lambda _info: a(at)}

    root = {"many": [node(at) for at in range(MANY)]}
    result: Any = compile_operation(schema, parse("{ many { b } }")).execute_awaited(root, None, {})
    assert [each["b"] for each in result.data["many"]] == [
        None if at % 12 == 11 else at for at in range(MANY)
    ]
    assert [error.path for error in result.errors] == [["many", 11, "b"], ["many", 23, "b"]]


async def test_one_that_waits_after_many_that_did_not_is_cancelled_alone(schema: GraphQLSchema) -> None:
    """`asyncio.timeout` ends its wait, and the others are answered."""

    async def a(at: int) -> int:
        if at == 15:
            try:
                async with asyncio.timeout(0.001):
                    await asyncio.Event().wait()
            except TimeoutError:
                return -1
        return at

    assert await answer(schema, a) == [-1 if at == 15 else at for at in range(MANY)]
