"""Sibling resolvers start in the order of their fields, whatever each of them does first."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, execute, parse
from graphql.pyutils import is_awaitable
from strawberry.dataloader import DataLoader

from jit import compile_operation


@pytest.fixture
def schema() -> GraphQLSchema:
    """A tree, whose names may not be null."""
    return build_schema("""
        type Query { a: Node b: Node c: Node nodes: [Node!]! }
        type Mutation { a: Node b: Node }
        type Node { name: String! x: Int y: Int children: [Node!] }
    """)


async def compiled(schema: GraphQLSchema, query: str, root: Any) -> Any:
    """Return the result of compiled code for a caller that awaits at once."""
    result = compile_operation(schema, parse(query)).execute_awaited(root, None, {})
    return await result if is_awaitable(result) else result


async def interpreted(schema: GraphQLSchema, query: str, root: Any) -> Any:
    """Return graphql-core's result."""
    result = execute(schema, parse(query), root)
    return await result if is_awaitable(result) else result


class Started:
    """Makes resolvers, and lists their names in the order in which they start."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def resolver(self, name: str, value: Any, turns: int = 0) -> Callable[..., Any]:
        """Return a resolver that waits for some turns of the event loop, and returns or raises a value."""

        async def resolve(_info: Any) -> Any:
            self.names.append(name)
            for _ in range(turns):
                await asyncio.sleep(0)
            if isinstance(value, Exception):
                raise value
            return value

        return resolve


@pytest.mark.parametrize("turns", [(0, 0, 0), (1, 0, 1), (0, 1, 0), (1, 1, 1), (0, 0, 1)])
async def test_siblings_start_in_the_order_of_the_fields(
    schema: GraphQLSchema, turns: tuple[int, int, int]
) -> None:
    """The first one does not wait for the others, whichever of them have to wait."""
    started = Started()
    root = {
        name: started.resolver(name, {"name": name}, turn) for name, turn in zip("abc", turns, strict=True)
    }
    result = await compiled(schema, "{ b { name } c { name } a { name } }", root)
    assert started.names == ["b", "c", "a"]
    assert list(result.data) == ["b", "c", "a"]


async def test_a_loader_gets_its_keys_in_the_order_of_the_list(schema: GraphQLSchema) -> None:
    """One batch holds all keys, and the first item's key is first."""
    batches: list[list[int]] = []

    async def load(keys: list[int]) -> list[int]:
        batches.append(keys)
        return keys

    loader: DataLoader[int, int] = DataLoader(load)

    def node(key: int) -> dict[str, Any]:
        async def x(_info: Any) -> int:
            return await loader.load(key)

        return {"x": x}

    result = await compiled(schema, "{ nodes { x } }", {"nodes": [node(key) for key in (1, 2, 3, 4)]})
    assert result.data == {"nodes": [{"x": key} for key in (1, 2, 3, 4)]}
    assert batches == [[1, 2, 3, 4]]


async def test_siblings_below_one_that_waited_start_in_order_too(schema: GraphQLSchema) -> None:
    """Also those that are reached after a turn of the event loop."""
    started = Started()
    fields = {"y": started.resolver("y", 1), "x": started.resolver("x", 2, 1)}
    root = {"a": started.resolver("a", fields | {"name": started.resolver("name", "a")}, 1)}
    result = await compiled(schema, "{ a { y x name } }", root)
    assert started.names == ["a", "y", "x", "name"]
    assert result.data == {"a": {"y": 1, "x": 2, "name": "a"}}


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize(
    "query",
    [
        "{ a { x y } }",
        "{ a { name y } b { x } }",
        "{ a { children { name } y } b { x } }",
        "{ nodes { name x } }",
        "{ a { x name } }",
    ],
)
async def test_an_error_of_the_first_sibling_goes_where_graphql_core_puts_it(
    schema: GraphQLSchema, query: str, turns: int
) -> None:
    """The objects around it are being built then. Of two errors below one null, either may be reported."""

    def root() -> dict[str, Any]:
        started = Started()
        failing = {
            "name": started.resolver("name", ValueError("no name"), turns),
            "x": started.resolver("x", ValueError("no x"), turns),
            "y": started.resolver("y", 1),
        }
        node = failing | {"children": started.resolver("children", [failing])}
        return {"a": node, "b": {"x": started.resolver("x", 3)}, "nodes": [{"name": "first"}, failing]}

    expected, found = await interpreted(schema, query, root()), await compiled(schema, query, root())
    assert found.data == expected.data
    assert {error.path[0] for error in found.errors} == {error.path[0] for error in expected.errors}
    assert {f"no {error.path[-1]}" for error in found.errors} == {error.message for error in found.errors}


async def test_an_interruption_of_the_first_sibling_leaves_no_coroutine_behind(
    schema: GraphQLSchema,
) -> None:
    """The second one is closed: a coroutine that nobody awaits would be a warning, and so an error."""
    started = Started()

    async def interrupt(_info: Any) -> Any:
        raise asyncio.CancelledError

    root = {"a": interrupt, "b": started.resolver("b", None), "c": started.resolver("c", None)}
    with pytest.raises(asyncio.CancelledError):
        await compiled(schema, "{ a { name } b { name } c { name } }", root)
    assert started.names == []


async def test_root_fields_of_mutations_start_one_after_another(schema: GraphQLSchema) -> None:
    """A field whose own fields ran beside each other does not change that."""
    started = Started()
    fields = {"x": started.resolver("x", 1), "y": started.resolver("y", 2)}
    root = {"a": fields, "b": started.resolver("b", fields)}
    result = await compiled(schema, "mutation { a { x y } b { x y } again: a { y x } }", root)
    assert started.names == ["x", "y", "b", "x", "y", "y", "x"]
    assert result.errors is None
