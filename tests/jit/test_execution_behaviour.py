"""What graphql-core does for each part of the specification, compiled execution does too."""

from collections.abc import Callable
from typing import Any

import graphql
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLSchema,
    MiddlewareManager,
    Undefined,
    build_schema,
    get_introspection_query,
)

import jit
from tests.jit.both_ways import run_both

SDL = """
enum Color { RED GREEN }
scalar Odd
input Point { x: Int! = 1, y: [Int!], z: Color }
input Either @oneOf { a: Int, b: String }
interface Named { name: String! }
type Cat implements Named { name: String! lives: Int }
type Dog implements Named { name: String! barks: Boolean }
union Pet = Cat | Dog
type Query {
  color: Color  colors: [Color!]  odd: Odd
  echo(text: String = "none", n: Int, point: Point, either: Either, id: ID, color: Color): String
  named: Named  pets: [Pet!]  cat: Cat  must: String!  list: [[Int!]]  class: String
}
type Mutation { add(n: Int!): Int!  fail: Int }
"""


@pytest.fixture
def schema() -> GraphQLSchema:
    """A schema with a bit of everything."""
    return build_schema(SDL)


def echo(_info: Any, **arguments: Any) -> str:
    """What a resolver got."""
    return repr(sorted(arguments.items()))


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ('{ echo(text: "a", n: 3) }', {}),
        ("{ echo }", {}),
        ("{ echo(text: null) }", {}),
        ("query ($t: String) { echo(text: $t) }", {}),
        ("query ($t: String) { echo(text: $t) }", {"t": None}),
        ('query ($t: String = "d") { echo(text: $t) }', {}),
        ("query ($n: Int) { echo(n: $n) }", {"n": "no"}),
        ("query ($n: Int) { echo(n: $n) }", {"n": 2**31}),
        ("query ($n: Int!) { echo(n: $n) }", {}),
        ("{ echo(point: {y: [1, 2], z: RED}) }", {}),
        ("query ($y: [Int!]) { echo(point: {x: 2, y: $y}) }", {"y": [3]}),
        ("query ($p: Point) { echo(point: $p) }", {"p": {"y": 4, "z": "GREEN"}}),
        ("query ($p: Point) { echo(point: $p) }", {"p": {"q": 4}}),
        ("{ echo(either: {a: 1}) }", {}),
        ("query ($e: Either) { echo(either: $e) }", {"e": {"b": "x"}}),
        ("query ($e: Either) { echo(either: $e) }", {"e": {"a": 1, "b": "x"}}),
        ("query ($i: ID, $c: Color) { echo(id: $i, color: $c) }", {"i": 5, "c": "RED"}),
        ("query ($c: Color) { echo(color: $c) }", {"c": "BLUE"}),
    ],
)
def test_arguments_and_variables(schema: GraphQLSchema, query: str, variables: dict[str, Any]) -> None:
    """Literals, defaults, nulls, input objects, one-ofs, and values that are refused."""
    run_both(schema, query, lambda: {"echo": echo}, variable_values=variables)


def test_error_extensions_and_original_errors_are_kept(schema: GraphQLSchema) -> None:
    """An error of a resolver brings its extensions and is found as the original."""

    def fail(_info: Any) -> None:
        raise graphql.GraphQLError("no", extensions={"code": "NO"})

    result = run_both(schema, "{ must color }", lambda: {"must": fail, "color": "RED"})
    assert result.data is None
    assert (result.errors or [])[0].extensions == {"code": "NO"}


@pytest.mark.parametrize(
    "value", [[[1, None], [2]], [[1], "no"], None, [None, [True]], [[1.5]], {"a": 1}, "text", 5]
)
def test_nested_lists(schema: GraphQLSchema, value: Any) -> None:
    """Nulls and wrong values come to rest where they may."""
    run_both(schema, "{ list }", lambda: {"list": value})


@pytest.mark.parametrize("value", ["RED", "BLUE", None, Undefined, ValueError("given"), ["RED"], 3])
def test_enums(schema: GraphQLSchema, value: Any) -> None:
    """Names, wrong names, nulls and errors."""
    run_both(schema, "{ color colors }", lambda: {"color": value, "colors": [value, "RED"]})


def test_enums_with_values_of_their_own() -> None:
    """Values that cannot be hashed are found as well."""
    kind = GraphQLEnumType("Kind", {"A": [1], "B": 2})
    query = graphql.GraphQLObjectType("Query", {"kind": graphql.GraphQLField(graphql.GraphQLList(kind))})
    run_both(GraphQLSchema(query), "{ kind }", lambda: {"kind": [[1], 2, 3]})


PETS: list[Any] = [
    {"__typename": "Cat", "name": "Tom", "lives": 9},
    {"__typename": "Dog", "name": "Rex", "barks": True},
]
FRAGMENTS = """
query ($no: Boolean = false) { pets { __typename ...Every ... on Cat { lives } ...Barks @skip(if: $no) }
  named { ...Every } }
fragment Every on Named { name kind: __typename }
fragment Barks on Dog { barks name }
"""


@pytest.mark.parametrize("wrong", [None, {"__typename": "Query"}, {"__typename": "Nothing"}, {}, 3])
def test_abstract_types_by_typename(schema: GraphQLSchema, wrong: Any) -> None:
    """`__typename` in dicts decides; what it must not be gives graphql-core's own error."""
    run_both(schema, FRAGMENTS, lambda: {"pets": PETS, "named": wrong})
    run_both(schema, FRAGMENTS, lambda: {"pets": [wrong, *PETS], "named": PETS[1]})


@pytest.mark.parametrize("later", [False, True])
def test_abstract_types_by_is_type_of(schema: GraphQLSchema, later: bool) -> None:  # noqa: FBT001 - a parameter
    """Each possible type is asked, and may answer later."""

    def judge(name: str) -> Callable[[Any, Any], Any]:
        async def wait(value: Any) -> bool:
            return name in value["is"]

        return lambda value, _info: wait(value) if later else name in value["is"]

    for name in ("Cat", "Dog"):
        schema.get_type(name).is_type_of = judge(name)  # type: ignore[union-attr]
    root = {"pets": [{"is": "Cat", "name": "Tom"}, {"is": "Dog", "name": "Rex"}], "cat": {"is": "Dog"}}
    run_both(schema, "{ pets { __typename ... on Cat { name } } cat { name } }", lambda: root)


def test_type_resolver_of_the_caller(schema: GraphQLSchema) -> None:
    """It is asked where a type has none of its own."""
    run_both(
        schema,
        "{ pets { __typename } }",
        lambda: {"pets": [1, 2]},
        type_resolver=lambda value, *_: ("Cat", "Dog")[value - 1],
    )


def test_field_resolver_of_the_caller(schema: GraphQLSchema) -> None:
    """It replaces the default one, and gets the arguments."""
    run_both(
        schema,
        '{ echo(text: "x") class }',
        field_resolver=lambda _source, info, **given: f"{info.field_name}{given}",
    )


def test_middleware_stands_before_every_resolver(schema: GraphQLSchema) -> None:
    """Default resolvers and `__typename` included; it may be a list or a manager."""

    def shout(next_: Any, root: Any, info: Any, **arguments: Any) -> Any:
        found = next_(root, info, **arguments)
        return found.upper() if isinstance(found, str) else found

    root = {"class": "first", "named": PETS[0]}
    for middleware in ([shout], MiddlewareManager(shout), MiddlewareManager(), ()):
        run_both(schema, "{ class __typename named { name } }", lambda: root, middleware=middleware)


def test_introspection(schema: GraphQLSchema) -> None:
    """The whole schema, and one type of it."""
    run_both(schema, get_introspection_query())
    run_both(schema, '{ __type(name: "Cat") { name fields { name type { kind ofType { name } } } } }')


def test_default_resolver_finds_keys_attributes_and_methods(schema: GraphQLSchema) -> None:
    """A keyword as a name, a method with the info, and nothing at all."""

    class Root:
        must = "there"

        def cat(self, info: Any) -> Any:
            return {"name": info.path.key, "lives": lambda info: len(info.path.as_list())}

    setattr(Root, "class", "first")
    run_both(schema, "{ class must cat { name lives } color }", Root)


def test_info_is_graphql_cores(schema: GraphQLSchema) -> None:
    """Every part of it is what graphql-core gives."""
    seen: list[Any] = []

    def look(info: Any) -> str:
        nodes = [node.name.value for node in info.field_nodes]
        seen.append(
            (
                info.path,
                info.parent_type,
                info.return_type,
                nodes,
                info.variable_values,
                info.context,
                info[0],
            )
        )
        return "seen"

    pet = PETS[0] | {"name": look}
    query = 'query ($t: String = "x") { named { name name } pets { ... on Cat { n: name } } echo(text: $t) }'
    run_both(schema, query, lambda: {"named": pet, "pets": [pet]}, context_value="context")
    assert seen[0:2] == seen[2:4] == seen[4:6]


def test_mutations_run_one_after_another(schema: GraphQLSchema) -> None:
    """Each waits for the one before, and an error that nulls all stops them."""

    def make_root() -> dict[str, Any]:
        total = [0]

        async def add(_info: Any, n: int) -> int:
            before = total[0]
            if n > 5:
                raise ValueError("too many")
            await graphql.pyutils.gather_with_cancel()
            total[0] = before + n
            return total[0]

        return {"add": add, "fail": lambda _info: 1 / 0}

    run_both(schema, "mutation { a: add(n: 1) b: add(n: 2) fail c: add(n: 3) __typename }", make_root)
    run_both(schema, "mutation { a: add(n: 1) b: add(n: 9) c: add(n: 3) }", make_root)


def test_sync_mutations_give_a_result_at_once(schema: GraphQLSchema) -> None:
    """Nothing is awaited where nothing waits."""
    document = graphql.parse("mutation { add(n: 1) fail }")
    result = jit.execute(schema, document, {"add": 1, "fail": None})
    assert result == graphql.ExecutionResult({"add": 1, "fail": None}, None)


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("query A { must } query B { must }", {}),
        ("query A { must } query B { class }", {"operation_name": "B"}),
        ("query A { must }", {"operation_name": "C"}),
        ("fragment F on Query { must }", {}),
        ("subscription { must }", {}),
        ("{ unknown must }", {}),
        ("query ($b: Boolean) { must @include(if: $b) }", {}),
    ],
)
def test_operations_that_are_not_there_or_not_valid(
    schema: GraphQLSchema, query: str, more: dict[str, Any]
) -> None:
    """They answer as in graphql-core."""
    run_both(schema, query, lambda: {"must": "x", "class": "y"}, **more)


def test_hooks_and_own_predicates_are_left_to_graphql_core(schema: GraphQLSchema) -> None:
    """What reaches into the interpreter gets the interpreter."""
    finished: list[Any] = []
    hooks = graphql.execution.ExecutionHooks(async_work_finished=finished.append)
    run_both(schema, "{ must }", lambda: {"must": "x"}, hooks=hooks)
    assert len(finished) == 3
    run_both(schema, "{ must }", lambda: {"must": "x"}, is_awaitable=lambda _value: False)


def test_an_invalid_schema_is_refused() -> None:
    """As graphql-core refuses it."""
    with pytest.raises(TypeError, match="Query root type must be provided"):
        jit.execute(build_schema("type A { a: Int }"), graphql.parse("{ a }"))
