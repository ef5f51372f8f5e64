"""Interfaces and unions whose members, and what is known of them, are spread over the subgraphs."""

import pytest
from inline_snapshot import snapshot

from tests.gateway.federated import compared, federated

SHELF = federated(
    {
        "Query": {
            "__typename": "Query",
            "hot": [{"$ref": "b1"}, {"$ref": "f1"}],
            "cold": [{"$ref": "b1"}, {"$ref": "f1"}],
            "titled": [{"$ref": "f1"}, {"$ref": "b1"}],
            "node": {"$ref": "f1"},
            "nodes": [{"$ref": "b1"}, {"$ref": "u1"}, {"$ref": "f1"}],
            "any": [{"$ref": "u1"}, {"$ref": "b1"}],
        },
        "Mutation": {"__typename": "Mutation", "save": {"$ref": "p"}},
        "p": {"__typename": "Payload", "ok": True, "saved": {"$ref": "b1"}},
        "b1": {"__typename": "Book", "id": "1", "title": "B", "pages": 3, "by": {"$ref": "u1"}, "isbn": "i"},
        "f1": {"__typename": "Film", "id": "2", "title": "F", "minutes": 9, "by": {"$ref": "u1"}},
        "u1": {"__typename": "User", "id": "3", "name": "U", "best": {"$ref": "b1"}, "mail": None},
    },
    a="""
    type Query {
      hot: [Thing] @provides(fields: "... on Book { title } ... on Film { title }")
      cold: [Thing]
      titled: [Titled] @provides(fields: "... on Book { title } ... on Film { title }")
      node(id: ID! = 1): Node
      nodes: [Node!]!
    }
    type Mutation { save: Payload! }
    type Payload { ok: Boolean! saved: Node }
    union Thing = Book | Film
    interface Titled { title: String }
    interface Node { id: ID! }
    type Book implements Node & Titled @key(fields: "id") { id: ID! title: String @external }
    type Film implements Node & Titled @key(fields: "id") { id: ID! title: String @external minutes: Int }
    type User implements Node @key(fields: "id") { id: ID! }
    """,
    b="""
    type Query { any: [Being!]! }
    union Being = Book | User
    type Book @key(fields: "id") { id: ID! title: String pages: Int by: User }
    type Film @key(fields: "id") { id: ID! title: String by: User }
    type User @key(fields: "id") { id: ID! name: String! best: Being mail: String @shareable }
    """,
    c="""
    union Being = Book
    type Book @key(fields: "id") { id: ID! isbn: String }
    type User @key(fields: "id mail") @key(fields: "id", resolvable: false) {
      id: ID!
      mail: String @shareable
    }
    """,
)


def test_what_a_union_provides_is_read_on_the_spot() -> None:
    """The fragments of the field set say for which members."""
    assert compared(SHELF, "{ hot { ... on Book { title } ... on Film { title minutes } } }") == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      hot {
        __typename
        ... on Book {
          title
        }
        ... on Film {
          title
          minutes
        }
      }
    }
  }
}\
""")


def test_what_an_interface_provides_is_read_on_the_spot() -> None:
    """For all implementations that the subgraph knows."""
    assert compared(SHELF, "{ titled { title } }") == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      titled {
        __typename
        title
      }
    }
  }
}\
""")


def test_elsewhere_the_same_fields_are_fetched_by_type() -> None:
    """Nothing is provided on this path, so members are asked for at once by their keys."""
    query = "{ cold { ... on Book { title } ... on Film { title minutes } } }"
    assert compared(SHELF, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        cold {
          __typename
          ... on Book {
            id
          }
          ... on Film {
            id
            minutes
          }
        }
      }
    },
    Flatten(path: "cold.@") {
      Fetch(service: "b") {
        {
          ... on Book {
            __typename
            id
          }
          ... on Film {
            __typename
            id
          }
        } =>
        {
          ... on Book {
            title
          }
          ... on Film {
            title
          }
        }
      }
    }
  }
}\
""")


def test_a_node_is_fetched_from_wherever_its_type_lives() -> None:
    """One entity fetch for all types, with a fragment for each."""
    query = "{ nodes { id ... on Book { pages } ... on User { name } ... on Film { by { name } } } }"
    assert compared(SHELF, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        nodes {
          __typename
          id
        }
      }
    },
    Flatten(path: "nodes.@") {
      Fetch(service: "b") {
        {
          ... on Book {
            __typename
            id
          }
          ... on Film {
            __typename
            id
          }
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on Book {
            pages
          }
          ... on Film {
            by {
              name
            }
          }
          ... on User {
            name
          }
        }
      }
    }
  }
}\
""")


@pytest.mark.parametrize(
    "query",
    [
        "{ node { __typename id ... on Titled { title } ... on Book { isbn } } }",
        "{ any { ... on Book { title isbn by { best { ... on User { id } ... on Book { isbn } } } } } }",
        "{ any { ... on User { x: mail name best { __typename ... on Book { x: isbn } } } } }",
        "mutation { a: save { saved { id ... on Book { isbn pages } } } b: save { ok __typename } }",
        "{ hot { ... on Titled { title } } cold { ... on Node { id } ... on Titled { t: title } } }",
    ],
)
def test_every_answer_is_the_monoliths(query: str) -> None:
    """Whatever is mixed."""
    compared(SHELF, query)
