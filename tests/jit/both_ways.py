"""Executes an operation by graphql-core and compiled, and compares what comes out."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import graphql
import uvloop
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, parse

import jit

Position = tuple[str | int, ...]


def fact(error: GraphQLError) -> tuple[Any, ...]:
    """What of an error must be the same."""
    original = error.original_error
    return (
        error.message,
        tuple(error.path or ()),
        tuple(error.locations or ()),
        type(original).__name__,
        repr(error.extensions),
    )


def rest(data: Any, path: Position) -> Position:
    """Where the null of an error came to rest."""
    node = data
    for place, key in enumerate(path):
        if node is None:
            return path[:place]
        node = node[key]
    return path


def grouped(result: ExecutionResult) -> dict[Position, set[tuple[Any, ...]]]:
    """The errors by where their nulls came to rest."""
    found: dict[Position, set[tuple[Any, ...]]] = defaultdict(set)
    for error in result.errors or ():
        path = tuple(error.path or ())
        found[rest(result.data, path)].add(fact(error))
    return found


def in_order(data: Any) -> Any:
    """The data with the order of its keys."""
    match data:
        case dict():
            return [(key, in_order(value)) for key, value in data.items()]
        case list():
            return [in_order(value) for value in data]
        case float() if data != data:  # noqa: PLR0124 - NaN is not itself
            return "nan"
        case _:
            return (type(data).__name__, data)


def assert_same(expected: ExecutionResult, found: ExecutionResult) -> None:
    """Data must be the same to the order of keys; so must errors, but for which of several under one null."""
    assert in_order(found.data) == in_order(expected.data)
    ours, theirs = grouped(found), grouped(expected)
    assert set(ours) == set(theirs)
    for position, errors in theirs.items():
        of_its_own = all(error[1] == position for error in errors | ours[position])
        if of_its_own:
            assert ours[position] == errors


async def awaited(result: Any) -> Any:
    """The result, awaited if it must be."""
    return await result if isawaitable(result) else result


def run_both(
    schema: GraphQLSchema,
    query: str | DocumentNode,
    root: Callable[[], Any] = lambda: None,
    after: Callable[[], None] = lambda: None,
    **arguments: Any,
) -> ExecutionResult:
    """Executes both ways in event loops of their own, checks that they agree, and gives the result.

    Args:
        schema: The schema.
        query: The operation.
        root: Makes a root value, once for each way.
        after: Called after each execution.
        arguments: As `execute` takes them.
    """
    document = parse(query) if isinstance(query, str) else query

    async def way(execute: Callable[..., Any]) -> Any:
        result = await awaited(execute(schema, document, root(), **arguments))
        after()
        return result

    expected = asyncio.run(way(graphql.execute))
    # Once before its classes are known, once after.
    for new_loop in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=new_loop) as runner:
            found = runner.run(way(jit.execute))
        assert_same(expected, found)
    return found
