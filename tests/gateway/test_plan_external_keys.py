"""An external key field names an entity to other subgraphs; it is no answer for the client."""

import pytest
from inline_snapshot import snapshot

from gateway.errors import CannotPlan
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
