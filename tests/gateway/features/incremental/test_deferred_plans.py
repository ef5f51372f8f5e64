"""Plans of responses in parts: what is fetched for which part, and what the client's access leaves of it."""

from __future__ import annotations

import json
from typing import Any

from inline_snapshot import snapshot

from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan, plan_as_json, show
from gateway.planner import INCREMENTALLY, normalize
from gateway.planner.planner import plan
from gateway.supergraph import load_supergraph
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.features.incremental.served import MULTIPART
from tests.gateway.pipeline.access.guarded_shop import Shop
from tests.gateway.pipeline.access.guarded_shop import shop as guarded_shop
from tests.gateway.plans import composed, joined


def planned(query: str, sdl: str = composed("shop"), **conditions: bool) -> QueryPlan:
    """The plan of a query, of the shop by default, whose response is sent in parts."""
    supergraph = load_supergraph(sdl, incremental=True)
    prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(query, None)
    return plan(
        supergraph, normalize(supergraph, *prepared.parsed(), {**conditions, **dict([INCREMENTALLY])})
    )


def asked(made: QueryPlan) -> list[tuple[list[int], str, str]]:
    """For each fetch, its deferred fragments, its subgraph and what it selects."""
    return [
        (sorted(fetch.delivery), fetch.subgraph, fetch.document.partition("{")[2]) for fetch in made.fetches
    ]


def test_keys_come_with_the_first_part_and_the_rest_in_later_stages() -> None:
    """A field of the object's own subgraph is fetched by key as well, so that it delays nothing."""
    made = planned(
        '{ topProducts { name ... @defer(label: "rest") { price reviews { body } } } '
        "... @defer { me { id } } }"
    )
    assert show(made) == snapshot("""\
QueryPlan {
  Defer {
    Primary: {
      Fetch(service: "products") {
        {
          topProducts {
            __typename
            name
            upc
          }
        }
      }
    },
    Deferred(path: "") {
      Fetch(service: "accounts") {
        {
          me {
            id
          }
        }
      }
    },
    Deferred(path: "topProducts", label: "rest") {
      Parallel {
        Flatten(path: "topProducts.@") {
          Fetch(service: "products") {
            {
              ... on Product {
                __typename
                upc
              }
            } =>
            {
              ... on Product {
                price
              }
            }
          }
        },
        Flatten(path: "topProducts.@") {
          Fetch(service: "reviews") {
            {
              ... on Product {
                __typename
                upc
              }
            } =>
            {
              ... on Product {
                reviews {
                  body
                }
              }
            }
          }
        }
      }
    }
  }
}\
""")
    node = plan_as_json(made)["node"]
    assert node["kind"] == "Defer"
    assert [each["fragments"] for each in node["deferred"]] == [
        [{"path": [], "label": None}],
        [{"path": ["topProducts"], "label": "rest"}],
    ]


def test_a_field_of_several_fragments_is_fetched_once() -> None:
    """It belongs to both; one that the first part selects too belongs to none."""
    made = planned(
        "{ me { id ... @defer { id reviews { body } } ... @defer { reviews { id } name } "
        "... @defer { id } } }"
    )
    deliveries = [each[0] for each in asked(made) if "reviews {" in each[2]]
    assert deliveries == [[0, 1]]
    assert sum("body" in each[2] for each in asked(made)) == 1
    (shape,) = made.shape.fields["Query"]
    assert shape.below is not None
    assert [each.response for each in shape.below.fields["User"]] == ["id"]


def test_conditions_decide_what_is_deferred() -> None:
    """`if: false` and a false variable defer nothing; `@skip` removes a deferred fragment."""
    query = (
        "query ($late: Boolean!, $no: Boolean!) { me { id ... @defer(if: $late) { name } "
        "... @defer(if: false) { username } ... @defer @skip(if: $no) { birthday } } }"
    )
    late = planned(query, late=True, no=True)
    assert [(fetch.delivery, fetch.subgraph) for fetch in late.fetches] == [
        (frozenset(), "accounts"),
        (frozenset({0}), "accounts"),
    ]
    assert not planned(query, late=False, no=True).is_incremental
    assert len(planned(query, late=True, no=False).deferred) == 2


def test_a_key_alone_is_not_fetched_again() -> None:
    """It comes with the object, and is only delivered later."""
    made = planned("{ me { name ... @defer { id } } }")
    assert len(made.fetches) == 1
    assert made.deferred


ORDERS = joined(
    """
    type Query @join__type(graph: A) @join__type(graph: B) { order: Order @join__field(graph: A) }
    type Order @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID!
      items: [Item!]! @join__field(graph: A) @join__field(graph: B, external: true)
      total: Int @join__field(graph: B, requires: "items { price }")
    }
    type Item @join__type(graph: A) @join__type(graph: B) {
      name: String @join__field(graph: A)
      price: Int @join__field(graph: A) @join__field(graph: B, external: true)
    }
    """,
    "a",
    "b",
)


def test_required_items_are_not_streamed() -> None:
    """A list that another fetch sends has to be complete."""
    assert planned("{ order { items @stream { name } } }", ORDERS).streams
    assert not planned("{ order { total items @stream { name } } }", ORDERS).streams


def test_a_list_that_a_fragment_around_it_selects_too_is_not_streamed() -> None:
    """Otherwise its items would be delivered at different times."""
    twice = (
        "{ ...O ... @defer { ...O id: __typename } } fragment O on Query { order { items @stream { name } } }"
    )
    made = planned(twice, ORDERS)
    assert not made.streams
    assert made.deferred


async def test_hidden_fields_are_null_in_the_part_of_their_fragment() -> None:
    """The error is there too, and nothing hidden is fetched, now or later."""
    query = "{ me { name ... @defer { id secret } } }"
    async with Shop(guarded_shop()).client() as client:
        response = await client.post("/graphql", json={"query": query}, headers=MULTIPART)
    found = [line for line in response.text.splitlines() if line.startswith("{")]
    parts: list[dict[str, Any]] = [json.loads(each) for each in found]
    assert parts[0]["data"] == {"me": {"name": "Ann"}}
    assert "errors" not in parts[0]
    (increment,) = parts[1]["incremental"]
    assert increment["data"] == {"id": "1", "secret": None}
    assert [each["path"] for each in increment["errors"]] == [["me", "secret"]]
