"""Mutations that are reached again below others, in other subgraphs too, run as in one server: in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from graphql import (
    GraphQLInt,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute,
    get_named_type,
    get_nullable_type,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from gateway.errors import CannotPlan, RequestError
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import OperationKind
from gateway.settings.limits import DocumentLimits
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.plans import joined, printed
from tests.support.examples import examples

EVERYWHERE: Final = " ".join(f"@join__type(graph: {each})" for each in "ABC")
ENTITY: Final = " ".join(f'@join__type(graph: {each}, key: "id")' for each in "ABC")
SDL: Final = joined(
    f"""
    type Query {EVERYWHERE} {{ x: Int again: Mutation @join__field(graph: A) }}
    type Mutation {EVERYWHERE} {{
      begin: Mutation @join__field(graph: A)
      a: Int @join__field(graph: A)
      none: Mutation @join__field(graph: A)
      sure: Int! @join__field(graph: A)
      open: Payload @join__field(graph: B)
      b: Int @join__field(graph: B)
      many: [Mutation] @join__field(graph: B)
      c: Int @join__field(graph: C)
      ant: Ant @join__field(graph: C)
      broken: Int! @join__field(graph: C)
      soldier: Ant! @join__field(graph: C)
    }}
    type Payload @join__type(graph: B) {{ mutation: Mutation ant: Ant }}
    type Ant {ENTITY} {{
      id: ID!
      name: String @join__field(graph: B)
      lost: Int! @join__field(graph: B)
      m: Mutation @join__field(graph: A)
    }}
    """,
    *"abc",
).replace("query: Query", "query: Query mutation: Mutation", 1)

ENTITIES: Final = "scalar _Any union _Entity = Ant"
ROOT: Final = "type Query { x: Int _entities(representations: [_Any!]!): [_Entity]! }"
SUBGRAPHS: Final = {
    "a": f"""{ENTITIES} {ROOT} type Mutation {{ begin: Mutation a: Int none: Mutation sure: Int! }}
      type Ant {{ id: ID! m: Mutation }}""",
    "b": f"""{ENTITIES} {ROOT} type Mutation {{ open: Payload b: Int many: [Mutation] }}
      type Payload {{ mutation: Mutation ant: Ant }} type Ant {{ id: ID! name: String lost: Int! }}""",
    "c": f"""{ENTITIES} {ROOT} type Mutation {{ c: Int ant: Ant broken: Int! soldier: Ant! }}
      type Ant {{ id: ID! }}""",
}
SCHEMAS: Final = {name: build_schema(text) for name, text in SUBGRAPHS.items()}
PREPARER: Final = Preparer(load_supergraph(SDL), GENEROUS_LIMITS)


def answered(
    schema: GraphQLSchema, query: str, variables: Mapping[str, Any], ran: list[str]
) -> dict[str, Any]:
    """What a server answers; it notes each mutation that it runs."""

    def resolve(_source: object, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.field_name == "_entities":
            return [{"id": each["id"]} for each in arguments["representations"]]
        if info.parent_type.name == "Mutation":
            ran.append(str(info.path.key))
        match info.field_name:
            case "none" | "broken" | "lost":
                return None
            case "many":
                return [{}, None, {}]
            case "id" | "name":
                return "1"
        return len(ran) if get_named_type(get_nullable_type(info.return_type)) is GraphQLInt else {}

    result: Any = execute(
        schema,
        parse(query),
        variable_values=dict(variables),
        field_resolver=resolve,
        type_resolver=lambda *_: "Ant",
    )
    return dict(json.loads(json.dumps(result.formatted)))


async def through_the_gateway(query: str, way: ExecutionMode, ran: list[str]) -> dict[str, Any]:
    """What the gateway answers, and in which order it has the mutations run."""

    def subgraph(name: str) -> Any:
        async def answer(request: SubgraphRequest) -> Mapping[str, Any]:
            return answered(SCHEMAS[name], request.query, request.variables, ran)

        return asking(answer)

    _, planned = PREPARER.plan(query, None, {})
    executor = OperationExecutor(PREPARER, {each: subgraph(each) for each in "abc"}, lambda *_: None, way)
    own = PlannedOperation(planned.plan, planned.introspection)
    return dict((await executor.execute(own, {}, {})).body)


def compare(query: str, way: ExecutionMode) -> list[str]:
    """Check that gateway and monolith run the same in the same order, and return it."""
    expected: list[str] = []
    ran: list[str] = []
    truth = answered(PREPARER.supergraph.public, query, {}, expected)
    answer = asyncio.run(through_the_gateway(query, way, ran))
    assert (ran, answer["data"]) == (expected, truth["data"]), query
    return ran


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("mutation { begin { b } }", ["begin", "b"]),
        ("mutation { begin { b a c } last: b }", ["begin", "b", "a", "c", "last"]),
        ("mutation { open { mutation { a c } ant { name } } b }", ["open", "a", "c", "b"]),
        ("mutation { ant { name m { b begin { c } a } } }", ["ant", "b", "begin", "c", "a"]),
        ("mutation { begin { ant { m { a b } } a } }", ["begin", "ant", "a", "b", "a"]),
        ("mutation { none { b } a }", ["none", "a"]),
        ("mutation { open { mutation { sure broken a b } } a }", ["open", "sure", "broken", "a"]),
        ("mutation { many { a } }", ["many", "a", "a"]),
        ("mutation { begin { soldier { lost } b } a }", ["begin", "soldier", "a"]),
        ("mutation { begin { soldier { lost m { b } } } a }", ["begin", "soldier", "a"]),
        ("mutation { begin { soldier { m { b } lost } a } a }", ["begin", "soldier", "b", "a"]),
        (
            "mutation { begin { s: soldier { name m { t: soldier { lost } b } } c } }",
            ["begin", "s", "t", "c"],
        ),
        ("mutation { begin { begin { soldier { lost } a } c } a }", ["begin", "begin", "soldier", "c", "a"]),
        ("mutation { open { mutation { soldier { lost } b } ant { m { c } } } }", ["open", "soldier", "c"]),
        ("mutation { many { soldier { lost } a } a }", ["many", "soldier", "soldier", "a"]),
        ("mutation { soldier { lost } a begin { b } }", ["soldier"]),
    ],
)
def test_they_run_in_order_and_not_below_a_null(query: str, order: list[str], way: ExecutionMode) -> None:
    """From values, from entities, and back, with what one server gives."""
    assert compare(query, way) == order


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Documents of mutations below mutations, each with a name of its own."""
    names = iter(range(1_000))

    def selected(depth: int) -> str:
        leaves = ("a", "b", "c", "sure", "broken")
        deeper = ("begin", "open", "ant", "soldier", "none") if depth else ()
        chosen = draw(st.lists(st.sampled_from((*leaves, *deeper)), min_size=1, max_size=4))
        return f"{{ {' '.join(field(each, depth - 1) for each in chosen)} }}"

    def field(name: str, depth: int) -> str:
        alias = f"f{next(names)}: {name}"
        match name:
            case "begin" | "none":
                return f"{alias} {selected(depth)}"
            case "open":
                rest = draw(st.sampled_from(("", " ant { name }", f" ant {{ m {selected(depth)} }}")))
                return f"{alias} {{ mutation {selected(depth)}{rest} }}"
            case "ant":
                return f"{alias} {{ name m {selected(depth)} }}"
            case "soldier":
                below = selected(depth)
                if draw(st.booleans()):
                    # The subgraph of `m` would execute its own fields beside `lost`, with the entity.
                    return f"{alias} {{ lost name m {{ {field('c', 0)} {below[1:]} }}"
                return f"{alias} {{ name m {below} }}"
            case _:
                return alias

    return f"mutation {selected(3)}"


@settings(max_examples=examples(150), deadline=None)
@given(mutations(), st.sampled_from(("compiled", "interpreted")))
def test_any_of_them_run_as_in_one_server(query: str, way: ExecutionMode) -> None:
    """Whatever subgraphs they are in, the same run in the same order, with the same data."""
    compare(query, way)


def test_the_plan_is_serial_and_neighbours_share_a_request() -> None:
    """What is in one subgraph without anything between is sent together."""
    assert printed(SDL, "mutation { begin { b more: b a } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        begin {
          __typename
        }
      }
    },
    Flatten(path: "begin") {
      Fetch(service: "b") {
        {
          b
          more: b
        }
      }
    },
    Flatten(path: "begin") {
      Fetch(service: "a") {
        {
          a
        }
      }
    }
  }
}\
""")


def test_their_requests_are_mutations() -> None:
    """Such a request is never sent twice, and no query can make one."""
    kinds: list[OperationKind] = []

    class Noting:
        """Notes the kind of each call."""

        def wrap(self, call: Any, _fetch: object, kind: OperationKind) -> Any:
            kinds.append(kind)
            return call

    _, planned = PREPARER.plan("mutation { begin { b open { ant { m { a } } } } }", None, {})
    executor = OperationExecutor(
        PREPARER,
        {each: asking(nothing) for each in "abc"},
        lambda *_: None,
        middleware=(Noting(),),
    )
    ready = executor.make_executable(PlannedOperation(planned.plan, planned.introspection))
    for fetch in planned.plan.fetches:
        ready.calls.of(fetch)
    assert [kind for _, kind in sorted(zip((f.number for f in planned.plan.fetches), kinds, strict=False))]
    assert sorted(set(kinds)) == ["mutation", "query"]
    with pytest.raises(CannotPlan, match="A query cannot execute"):
        PREPARER.plan("{ again { b } }", None, {})


async def nothing(_request: SubgraphRequest) -> Mapping[str, Any]:
    """An empty response."""
    return {"data": {}}


def test_all_of_them_count_for_the_limit() -> None:
    """An operation with too many mutation fields is refused, also if some are below others."""
    preparer = Preparer(load_supergraph(SDL), PreparationLimits(DocumentLimits(mutation_fields=2)))
    preparer.plan("mutation { begin { b } }", None, {})
    with pytest.raises(RequestError, match="has 3 mutation fields"):
        preparer.plan("mutation { begin { b c } }", None, {})
