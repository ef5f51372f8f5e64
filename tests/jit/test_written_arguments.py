"""Arguments that are variables are written into calls; unusual ones are as graphql-core has them."""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from graphql import GraphQLScalarType, GraphQLSchema, build_schema, parse

import jit
from tests.jit.both_ways import run_both

SDL = """
    type Query {
        all(a: Int, b: Int! = 2, c: [Int!] = [3], d: String): String
        odd(class: Int, self: Int, root: Int): String
        listed(items: [Item!]!): String
    }
    scalar Item
"""


def shown(root: Any, _info: Any, **given: Any) -> str:
    """The arguments in their order."""
    return f"{root} {given!r}"


def resolved() -> GraphQLSchema:
    """A schema whose resolvers show what they are given."""
    schema = build_schema(SDL)
    assert schema.query_type is not None
    for field in schema.query_type.fields.values():
        field.resolve = shown
    return schema


@pytest.mark.parametrize(
    "call",
    [
        'all(a: $x, b: 5, d: "d")',
        'all(d: "d", b: $x, a: 1)',
        "all(a: $x, b: $y)",
        "all(a: $x, d: null)",
        "all(a: $x, c: null)",
        "odd(class: $x, self: $y)",
        "odd(self: $x)",
        "odd(root: $y, self: 4)",
    ],
)
@pytest.mark.parametrize("given", [{}, {"x": 1}, {"x": None}, {"x": 1, "y": 2}, {"y": None, "x": 0}])
def test_variables_among_constants(call: str, given: dict[str, Any]) -> None:
    """Left out, null, or there; with Python's own words, and names that the call needs itself, for names."""
    x, y = (f"${name}: Int" for name in "xy")
    declared = ", ".join(each for each in (x, y) if each[:2] in call)
    used = {name: value for name, value in given.items() if f"${name}" in call}
    run_both(resolved(), f"query ({declared}) {{ {call} }}", variable_values=used)


def _stop(_value: Any) -> Any:
    raise StopIteration


def _refuse_b(value: Any) -> Any:
    if value == "b":
        raise ValueError("b")
    return value.upper()


@pytest.mark.parametrize("parse_item", [_stop, _refuse_b, str])
@pytest.mark.parametrize("items", [[], ["a"], ["a", "b", "c"], ["a", None], None, "a", ("a", "c"), {}])
def test_lists_of_custom_scalars(parse_item: Callable[[Any], Any], items: Any) -> None:
    """Items that their parser refuses, in whatever way, are never left out in silence."""
    schema = resolved()
    item = schema.type_map["Item"]
    assert isinstance(item, GraphQLScalarType)
    item.coerce_input_value = parse_item
    document = "query ($items: [Item!]!) { listed(items: $items) }"
    run_both(schema, document, variable_values={"items": items})


@pytest.mark.parametrize(
    "type_", ["Int", "[Int]", "[[Int!]!]!", "[[[Int]]!]", "ID!", "[Boolean!]", "Float", "[String]!"]
)
@pytest.mark.parametrize(
    "given",
    [
        None,
        1,
        2**31,
        True,
        "a",
        1.0,
        [],
        [1, None],
        [[1]],
        [[1], None, []],
        [[[1, None], None]],
        [["a"]],
        [True],
        [True, 0],
    ],
)
def test_variables_of_any_shape(type_: str, given: Any) -> None:
    """Values that fit their type, nearly fit, or must be made into lists."""
    schema = build_schema(f"type Query {{ shown(it: {type_}): String }}")
    assert schema.query_type is not None
    schema.query_type.fields["shown"].resolve = shown
    run_both(schema, f"query ($it: {type_}) {{ shown(it: $it) }}", variable_values={"it": given})
    run_both(schema, f"query ($it: {type_}) {{ shown(it: $it) }}", variable_values={})


def test_lists_may_lie_in_lists_as_deep_as_one_likes() -> None:
    """Deeper ones than Python nests loops."""
    deep = "[" * 30 + "Int" + "]" * 30
    schema = build_schema(f"type Query {{ shown(it: {deep}): String }}")
    assert schema.query_type is not None
    schema.query_type.fields["shown"].resolve = shown
    given: Any = 5
    for _ in range(30):
        given = [given, None]
        run_both(schema, f"query ($it: {deep}) {{ shown(it: $it) }}", variable_values={"it": given})


@strawberry.type
class Query:
    """Shows arguments whose Python names differ, or are needed otherwise."""

    @strawberry.field
    def named(
        self,
        info: strawberry.Info[Any, Any],
        first_one: int,
        value: int | None = strawberry.UNSET,
        other: str = "o",
    ) -> str:
        """All of them, and the name of the field."""
        return f"{info.field_name} {first_one} {value!r} {other}"


STRAWBERRY = strawberry.Schema(query=Query)._schema


@pytest.mark.parametrize(
    "given", [{"x": 1}, {"x": 1, "y": None}, {"x": 1, "y": 3, "z": "p"}, {"x": 1, "z": "p"}]
)
def test_strawberrys_arguments(given: dict[str, Any]) -> None:
    """Those that are left out or null get what Strawberry gives them."""
    document = 'query ($x: Int!, $y: Int, $z: String! = "d") { a: named(firstOne: $x, value: $y, other: $z) }'
    run_both(STRAWBERRY, document, variable_values=given)


def test_all_arguments_that_are_there_are_keywords_in_the_source() -> None:
    """So that no dict is made of them."""
    document = 'query ($x: Int!) { named(firstOne: $x, other: "z") }'
    operation = jit.compile_operation(STRAWBERRY, parse(document))
    assert "first_one=a_first_one, other=argument_" in operation.source
