"""Entity fetches of different places share calls, where nothing takes longer by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from graphql import FieldNode, OperationDefinitionNode, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from gateway.plan import Fetch, ProvidedFields, QueryPlan, Step
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.fetch_node import FetchNode, SelectionDraft
from gateway.planner.passes.dependencies import earliest
from gateway.planner.passes.merge import merge_matching
from gateway.planner.passes.share_calls import share_calls
from tests.gateway.federated import compared, federated
from tests.gateway.operations import queries
from tests.gateway.plans import composed, printed
from tests.gateway.world import essence
from tests.gateway.worlds import atlas, maze, shop
from tests.support.examples import examples

BENCHMARK = """
query Test {
  users { ...U reviews { ...R product { ...P reviews { ...Deep } } } }
  topProducts { ...P reviews { ...Deep } }
}
fragment Deep on Review { ...R author { ...U reviews { ...R product { ...P } } } }
fragment U on User { id username name }
fragment R on Review { id body }
fragment P on Product { inStock name price shippingEstimate upc weight }
"""


def depth(plan: QueryPlan) -> int:
    """How many fetches of a plan follow one another."""
    levels: list[int] = []
    for fetch in plan.fetches:
        levels.append(1 + max((levels[number] for number in fetch.depends_on), default=0))
    return max(levels, default=0)


async def test_the_benchmark_query_takes_six_calls_and_no_more_time() -> None:
    """Users, reviews, products, inventory: four calls must follow one another, and all others go beside."""
    federation = shop()
    answer = await federation.gateway(BENCHMARK)
    assert essence(answer) == essence(federation.monolith(BENCHMARK))
    assert sorted(name for name, _ in federation.asked) == [
        "accounts",
        "accounts",
        "inventory",
        "products",
        "products",
        "reviews",
    ]
    assert depth(federation.plan(BENCHMARK)) == 4


def test_equal_fetches_of_different_places_are_one_field() -> None:
    """The places are listed; what is sent and selected stands there once."""
    plan = printed(
        composed("shop"), "{ users { reviews { product { name } } } me { reviews { product { name } } } }"
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        users {
          __typename
          id
        }
        me {
          __typename
          id
        }
      }
    },
    BatchFetch(service: "reviews") {
      Flatten(paths: ["users.@", "me"]) {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            reviews {
              product {
                __typename
                upc
              }
            }
          }
        }
      }
    },
    BatchFetch(service: "products") {
      Flatten(paths: ["users.@.reviews.@.product", "me.reviews.@.product"]) {
        {
          ... on Product {
            __typename
            upc
          }
        } =>
        {
          ... on Product {
            name
          }
        }
      }
    }
  }
}\
""")


def test_different_fetches_of_one_subgraph_are_fields_of_one_document() -> None:
    """Each has its own representations; the client's variables keep their names."""
    federation = atlas()
    plan = federation.plan(
        "query ($r0: Boolean!) { featured { rating reviews(worst: $r0) { id } author { name } } }",
        {"r0": True},
    )
    assert plan.fetches[-1].document == (
        "query ($_r0: [_Any!]!, $_r1: [_Any!]!, $r0: Boolean!) { "
        "_e0: _entities(representations: $_r0) { ... on Book { rating reviews(worst: $r0) { id } } } "
        "_e1: _entities(representations: $_r1) { ... on User { name } } }"
    )


def test_a_fetch_waits_for_others_only_where_there_is_time() -> None:
    """The stock of the first products could come early, and comes with that of the last ones."""
    plan = shop().plan("{ topProducts { inStock } me { reviews { product { inStock } } } }")
    inventory = [fetch for fetch in plan.fetches if fetch.subgraph == "inventory"]
    assert len(inventory) == 1
    assert depth(plan) == 3


def fetch(subgraph: str, *after: FetchNode) -> FetchNode:
    """A fetch for a place of its own."""
    return FetchNode(
        subgraph,
        (Step(uuid4().hex, None, 0),),
        ResponseScope(),
        SelectionDraft("T"),
        set(after),
        {"T": ()} if after else None,
    )


def test_a_fetch_that_others_wait_for_does_not_wait() -> None:
    """The second fetch from `a` comes too late for the first one, which two others wait for."""
    root = fetch("root")
    first = fetch("a", root)
    last = fetch("c", fetch("b", first))
    second = fetch("a", fetch("x", root))
    (middle,) = last.depends_on
    (before,) = second.depends_on
    packed = share_calls([root, first, middle, last, before, second])
    assert [[each.subgraph for each in call.fetches] for call in packed] == [
        [each] for each in ("root", *"abcxa")
    ]


def test_a_merged_fetch_keeps_each_fetch_that_it_was_made_of() -> None:
    """Where one of them lacks what it requires, the others are sent apart, however many there are."""
    root = fetch("root")
    first, second, third = fetch("a", root), fetch("a", root), fetch("a", root)
    second.path = third.path = first.path
    selections = [made.selection.structural_key() for made in (first, second, third)]
    (merged,), replaced = merge_matching([first, second, third], lambda _one, _other: True)
    assert replaced == {second: merged, third: merged}
    assert [part.selection.structural_key() for part in merged.parts] == selections


def test_types_with_different_needs_stay_apart_under_one_name() -> None:
    """An interface object would be asked for all fields of each: one of them lacks what they require."""
    served = federated(
        {
            "Query": {"__typename": "Query", "beings": [{"$ref": "d"}, {"$ref": "b"}]},
            "d": {"__typename": "Dog", "id": "1", "grade": 3, "aura": "red", "blend": "mild"},
            "b": {"__typename": "Bee", "id": "2", "grade": 4, "aura": "blue", "blend": "hot"},
        },
        a="""
        type Query { beings: [Being] }
        interface Being @key(fields: "id") { id: ID! grade: Int! }
        type Bee implements Being @key(fields: "id") { id: ID! grade: Int! }
        type Dog implements Being @key(fields: "id") { id: ID! grade: Int! }
        """,
        b="""
        type Being @key(fields: "id") @interfaceObject {
          id: ID!
          aura: String!
          grade: Int! @external
          blend: String! @requires(fields: "grade")
        }
        """,
    )
    plan = compared(served, "{ beings { ... on Dog { blend } ... on Bee { aura } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        beings {
          __typename
          id
          ... on Dog {
            grade
          }
        }
      }
    },
    BatchFetch(service: "b") {
      Flatten(path: "beings.@") {
        {
          ... on Being {
            __typename
            id
          }
        } =>
        {
          ... on Being {
            aura
          }
        }
      },
      Flatten(path: "beings.@") {
        {
          ... on Being {
            __typename
            id
            grade
          }
        } =>
        {
          ... on Being {
            blend
          }
        }
      }
    }
  }
}\
""")


@st.composite
def fetches(draw: st.DrawFn) -> list[FetchNode]:
    """Fetches of five subgraphs, each for a place of its own, that wait for some of those before."""
    made: list[FetchNode] = []
    for _ in range(draw(st.integers(1, 14))):
        after = draw(st.lists(st.sampled_from(made), max_size=3)) if made else []
        made.append(fetch(draw(st.sampled_from("abcde")), *after))
    return made


@settings(max_examples=examples(300))
@given(fetches())
def test_no_schedule_makes_a_plan_deeper(made: list[FetchNode]) -> None:
    """Calls wait for all that their fetches wait for, and the last is made no later than without them."""
    before = {fetch: set(fetch.depends_on) for fetch in made}
    alone = max(earliest(made).values())
    packed = share_calls(made)
    levels = earliest(packed)
    assert max(levels.values()) == alone
    assert all(each.subgraph == call.subgraph for call in packed for each in call.fetches)
    where = {each: call for call in packed for each in call.fetches}
    for fetch, after in before.items():
        assert all(levels[where[each]] < levels[where[fetch]] for each in after)


def test_neighbouring_fields_of_a_mutation_share_a_call() -> None:
    """Their subgraph executes them in their order."""
    plan = printed(
        composed("atlas"),
        'mutation { one: rename(code: "p", name: "x") { ok } two: rename(code: "q", name: "y") { ok } }',
    )
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      one: rename(code: "p", name: "x") {
        ok
      }
      two: rename(code: "q", name: "y") {
        ok
      }
    }
  }
}\
""")


def test_what_follows_a_field_of_a_mutation_comes_before_the_next_one() -> None:
    """The first item's weight is read before the second one is renamed."""
    plan = atlas().plan(
        """
        mutation {
          one: rename(code: "p", name: "x") { item { weight } }
          two: rename(code: "q", name: "y") { item { weight } }
          three: rename(code: "r", name: "z") { ok }
        }
        """
    )
    assert [fetch.subgraph for fetch in plan.fetches] == ["a", "b", "a", "b", "a"]
    assert depth(plan) == 5


def test_a_fetch_has_the_variables_that_it_uses() -> None:
    """Whoever does not need a value does not see it."""
    plan = shop().plan(
        "query ($id: ID!, $n: Int) { user(id: $id) { reviews { body } } topProducts(first: $n) { name } }",
        {"id": "1", "n": 2},
    )
    assert {fetch.subgraph: fetch.variables for fetch in plan.fetches} == {
        "accounts": ("id",),
        "products": ("n",),
        "reviews": (),
    }


def fields_brought(path: tuple[str, ...], provided_fields: ProvidedFields) -> Iterator[tuple[Any, ...]]:
    """Every leaf that a fetch brings: where it lies, for which type, under which name."""
    for concrete, response_keys in provided_fields.items():
        for response_key, below in response_keys.items():
            if below is None:
                yield path, concrete, response_key
            else:
                yield from fields_brought((*path, response_key), below.provided_fields)


def all_brought(fetch: Fetch) -> set[tuple[Any, ...]]:
    """Every leaf of every place that a fetch is for."""
    return {
        leaf
        for path, provided_fields in fetch.places()
        for leaf in fields_brought(tuple(step.response_key for step in path), provided_fields)
    }


WORLDS = {each.name: each for each in (shop(), atlas(), maze())}


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(sorted(WORLDS)))
def test_nothing_is_fetched_twice(data: st.DataObject, name: str) -> None:
    """No two fetches of a plan bring the same field of the same objects."""
    federation = WORLDS[name]
    plan = federation.plan(*data.draw(queries(federation.supergraph.public)))
    brought = [leaf for fetch in plan.fetches for leaf in all_brought(fetch)]
    assert len(brought) == len(set(brought))


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(sorted(WORLDS)))
def test_no_fetch_waits_for_what_another_one_waits_for(data: st.DataObject, name: str) -> None:
    """Dependencies that others imply are dropped, and each one stands before in the list."""
    federation = WORLDS[name]
    plan = federation.plan(*data.draw(queries(federation.supergraph.public)))
    reach: list[frozenset[int]] = []
    for fetch in plan.fetches:
        assert all(number < fetch.number for number in fetch.depends_on)
        implied = frozenset[int]().union(*(reach[number] for number in fetch.depends_on))
        assert not implied & fetch.depends_on
        reach.append(implied | fetch.depends_on)


def test_every_field_of_a_batch_has_a_name_of_its_own() -> None:
    """One document never selects two things under one name."""
    plan = shop().plan(BENCHMARK)
    for fetch in plan.fetches:
        operation = parse(fetch.document).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        nodes = [
            selection for selection in operation.selection_set.selections if isinstance(selection, FieldNode)
        ]
        names = [node.alias.value if node.alias else node.name.value for node in nodes]
        assert len(names) == len(set(names))
