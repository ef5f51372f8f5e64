"""An external key field names an entity to other subgraphs; it is no answer for the client."""

import pytest
from inline_snapshot import snapshot

from gateway.errors import CannotPlan
from tests.federation_kit.case import Served
from tests.gateway.federated import compared, federated
from tests.gateway.plans import joined, printed

OWNED = federated(
    {
        "Query": {"__typename": "Query", "review": {"$ref": "r1"}},
        "r1": {"__typename": "Review", "text": "t", "product": {"$ref": "p1"}},
        "p1": {"__typename": "Product", "id": "1", "upc": "u", "name": "N"},
    },
    a="""
    type Query { review: Review }
    type Review { text: String product: Product }
    type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: String! @external }
    """,
    b="""
    type Product @key(fields: "id") { id: ID! upc: String! name: String @shareable }
    """,
)

NOBODY = joined(
    """
    type Query @join__type(graph: A) { product: Product }
    type Product @join__type(graph: A, key: "id upc") {
      id: ID! @join__field(graph: A)
      upc: String @join__field(graph: A, external: true)
    }
    """,
    "a",
)


def test_who_owns_the_field_is_asked() -> None:
    """Although a value would come back from the subgraph where it is external."""
    assert compared(OWNED, "{ review { product { id upc } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        review {
          product {
            __typename
            id
          }
        }
      }
    },
    Flatten(path: "review.product") {
      Fetch(service: "b") {
        {
          ... on Product {
            __typename
            id
          }
        } =>
        {
          ... on Product {
            upc
          }
        }
      }
    }
  }
}\
""")


def test_a_request_for_what_nobody_can_give_is_refused() -> None:
    """As a whole, before anything is fetched."""
    with pytest.raises(CannotPlan, match=r"Product\.upc"):
        printed(NOBODY, "{ product { id upc } }")


def owned_elsewhere(a: str, b: str) -> Served:
    """Products whose name and second key are of another subgraph."""
    return federated(
        {
            "Query": {"__typename": "Query", "product": {"$ref": "p1"}},
            "p1": {"__typename": "Product", "id": "1", "upc": "u", "spec": {"$ref": "s1"}, "name": "N"},
            "s1": {"__typename": "Spec", "serial": "s"},
        },
        a=f"type Query {{ product: Product }} {a}",
        b=b,
    )


NESTED = 'type Product @key(fields: "id") @key(fields: "spec { serial }")'
CODED = 'type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: String!'
SPEC = "type Spec @shareable { serial: String"


@pytest.mark.parametrize(
    ("a", "b", "query"),
    [
        (
            f"{NESTED} {{ id: ID! spec: Spec @shareable }} {SPEC} @external }}",
            f"{NESTED} {{ id: ID! spec: Spec @shareable name: String }} type Spec {{ serial: String }}",
            "{ product { id spec { serial } } }",
        ),
        (
            f"{NESTED} {{ id: ID! spec: Spec @external }} type Spec @shareable {{ serial: String }}",
            f"{NESTED} {{ id: ID! spec: Spec name: String }} type Spec @shareable {{ serial: String }}",
            "{ product { id spec { serial } } }",
        ),
        (
            f"{CODED} }}",
            f'{CODED} @override(from: "a") }}',
            "{ product { id upc } }",
        ),
        (
            f"{CODED} }}",
            f'{CODED} @override(from: "a", label: "percent(100)") }}',
            "{ product { id upc } }",
        ),
    ],
    ids=["below a key", "above", "moved", "moving"],
)
def test_nested_and_moved_keys_are_asked_of_their_owner_too(a: str, b: str, query: str) -> None:
    """They name the entity, as a plain external key does, and are no answer."""
    assert 'service: "b"' in compared(owned_elsewhere(a, b), query)


def test_a_key_that_only_names_is_fetched_again_beside_other_fields() -> None:
    """What lies there already is not asked for twice, but this value is no answer from where it lies."""
    served = federated(
        {
            "Query": {"__typename": "Query", "ant": {"$ref": "a1"}},
            "a1": {"__typename": "Ant", "id": "1", "code": "c", "kin": "K"},
        },
        a="""
        type Query { ant: Ant }
        type Ant @key(fields: "id") @key(fields: "code") { id: ID! @external code: String! }
        """,
        b="""
        type Ant @key(fields: "id") { id: ID! kin: String }
        """,
        c="""
        type Ant @key(fields: "id") @key(fields: "code") { id: ID! code: String! }
        """,
    )
    plan = compared(served, "{ ant { id kin } }")
    second = plan.split('service: "b"')[1].split("=>")[1]
    assert "id" in second.split()
    assert "kin" in second.split()
