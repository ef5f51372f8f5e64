"""On equal depth and calls, the plan wins that has its data earlier."""

from inline_snapshot import snapshot

from tests.gateway.federated import compared, federated

SHARED = federated(
    {
        "Query": {"__typename": "Query", "product": {"$ref": "p1"}, "all": [{"$ref": "p1"}, {"$ref": "p2"}]},
        "p1": {"__typename": "Product", "id": "1", "name": "N", "price": 5},
        "p2": {"__typename": "Product", "id": "2", "name": "M", "price": 6},
    },
    a="""
    type Query { product: Product @shareable all: [Product!]! @shareable }
    type Product @key(fields: "id") { id: ID! name: String }
    """,
    b="""
    type Query { product: Product @shareable all: [Product!]! @shareable }
    type Product @key(fields: "id") { id: ID! price: Int }
    """,
)

PROVIDED = federated(
    {
        "Query": {"__typename": "Query", "reviews": [{"$ref": "r1"}]},
        "r1": {"__typename": "Review", "id": "1", "product": {"$ref": "p1"}},
        "p1": {"__typename": "Product", "id": "1", "name": "N", "price": 5},
    },
    a="""
    type Query { reviews: [Review] @provides(fields: "product { name }") }
    type Review { id: ID! product: Product }
    type Product @key(fields: "id") { id: ID! name: String @external }
    """,
    b="""
    type Product @key(fields: "id") { id: ID! name: String price: Int }
    """,
)


def test_a_shareable_root_is_asked_in_each_of_its_subgraphs() -> None:
    """Side by side, and not completed by a hop."""
    assert compared(SHARED, "{ product { id name price } }") == snapshot("""\
QueryPlan {
  Parallel {
    Fetch(service: "a") {
      {
        product {
          id
          name
        }
      }
    },
    Fetch(service: "b") {
      {
        product {
          price
        }
      }
    }
  }
}\
""")
    compared(SHARED, "{ all { price name } }")


def test_a_provided_field_does_not_wait_for_the_entity() -> None:
    """Although the entity is asked anyway, and has the field."""
    assert compared(PROVIDED, "{ reviews { product { name price } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        reviews {
          product {
            __typename
            name
            id
          }
        }
      }
    },
    Flatten(path: "reviews.@.product") {
      Fetch(service: "b") {
        {
          ... on Product {
            __typename
            id
          }
        } =>
        {
          ... on Product {
            price
          }
        }
      }
    }
  }
}\
""")


LATER = federated(
    {
        "Query": {"__typename": "Query", "shelf": {"$ref": "s1"}},
        "s1": {"__typename": "Shelf", "id": "1", "top": {"$ref": "p1"}},
        "p1": {"__typename": "Product", "id": "1", "name": "N", "size": 3, "price": 5},
    },
    a="""
    type Query { shelf: Shelf }
    type Shelf @key(fields: "id") { id: ID! }
    """,
    b="""
    type Shelf @key(fields: "id") { id: ID! top: Product @shareable }
    type Product @key(fields: "id") { id: ID! price: Int }
    """,
    c="""
    type Shelf @key(fields: "id") { id: ID! top: Product @shareable }
    type Product @key(fields: "id") { id: ID! name: String size: Int }
    """,
)


def test_of_two_equal_plans_the_one_wins_whose_fields_wait_less() -> None:
    """Either subgraph can be called first; more fields depend on the second one."""
    services = [
        line.split('"')[1]
        for line in compared(LATER, "{ shelf { top { price name size } } }").splitlines()
        if "service:" in line
    ]
    assert services == ["a", "c", "b"]
