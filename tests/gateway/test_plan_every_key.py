"""Every key at hand goes along in a representation: one that is null is no reason to give up."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.federation_kit.case import Operation, Served
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import compared, federated

A = """
type Query { books: [Book!]! }
type Book @key(fields: "id") @key(fields: "upc") @key(fields: "shop { code }") @key(fields: "shop { name }") {
  id: ID upc: ID shop: Shop title: String
}
type Shop { code: ID name: ID }
"""
B = """
type Book @key(fields: "id") @key(fields: "upc") @key(fields: "shop { code }") @key(fields: "shop { name }") {
  id: ID upc: ID shop: Shop @shareable title: String @external
  price: Int label: String @requires(fields: "title")
}
type Shop @shareable { code: ID name: ID }
"""


def books(*each: dict[str, Any]) -> Served:
    """Books with some of their keys; the prices are of another subgraph."""
    objects: dict[str, dict[str, Any]] = {"Query": {"__typename": "Query", "books": []}}
    for number, book in enumerate(each):
        objects["Query"]["books"].append({"$ref": f"b{number}"})
        whole = {"id": None, "upc": None, "shop": None, "title": None, **book}
        if whole["shop"] is not None:
            objects[f"s{number}"] = whole["shop"]
            whole["shop"] = {"$ref": f"s{number}"}
        objects[f"b{number}"] = {"__typename": "Book", "price": number, "label": f"l{number}", **whole}
    shareable = A.replace("id: ID upc: ID shop: Shop title", "id: ID upc: ID shop: Shop @shareable title")
    return federated(objects, a=shareable.replace("type Shop {", "type Shop @shareable {"), b=B)


def test_every_key_at_hand_is_sent() -> None:
    """Although one would do."""
    served = books({"id": "1", "upc": "u", "shop": {"__typename": "Shop", "code": "c", "name": "n"}})
    assert compared(served, "{ books { price } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        books {
          __typename
          id
          upc
          shop {
            code
            name
          }
        }
      }
    },
    Flatten(path: "books.@") {
      Fetch(service: "b") {
        {
          ... on Book {
            __typename
            id
            upc
            shop {
              code
              name
            }
          }
        } =>
        {
          ... on Book {
            price
          }
        }
      }
    }
  }
}\
""")


def shop(code: str | None, name: str | None) -> dict[str, Any]:
    """A shop with these keys."""
    return {"__typename": "Shop", "code": code, "name": name}


@pytest.mark.parametrize("wanted", ["price", "price label", "label"])
def test_an_entity_is_asked_for_by_the_keys_that_are_complete(wanted: str) -> None:
    """One of them, or several of which each takes another part of one object."""
    served = books(
        {"id": "1"},
        {"upc": "u"},
        {"shop": shop("c", None), "title": "T"},
        {"shop": shop(None, "n")},
        {"upc": "v", "shop": shop("d", "m")},
    )
    compared(served, f"{{ books {{ {wanted} }} }}")


def test_an_entity_without_any_complete_key_is_not_asked_for() -> None:
    """Its fields are null, and the others are answered."""
    gateway = GatewayOf(books({"upc": "u"}, {"shop": shop(None, None)}, {"id": "3"}))
    operation = Operation("{ books { price } }", {})
    prices = [{"price": 0}, {"price": None}, {"price": 2}]
    assert gateway.answer(operation)["data"] == {"books": prices}
    assert gateway.answer_again(operation, "interpreted")["data"] == {"books": prices}


def test_keys_that_come_with_the_call_for_one_of_them_are_sent() -> None:
    """The concrete type is asked for anyway, so no key costs a call more: one of them is complete."""
    served = federated(
        {
            "Query": {"__typename": "Query", "being": {"$ref": "a1"}},
            "a1": {"__typename": "Ant", "id": "1", "badge": {"$ref": "s1"}, "name": "N", "aura": 2},
            "s1": {"__typename": "Badge", "stamp": None},
        },
        a="""
        interface Being @key(fields: "id") { id: ID! }
        type Ant implements Being @key(fields: "badge { stamp }") @key(fields: "id") { id: ID! badge: Badge }
        type Bee implements Being @key(fields: "id") { id: ID! }
        type Badge @shareable { stamp: String }
        """,
        b="""
        type Ant @key(fields: "badge { stamp }") @key(fields: "id") { id: ID! badge: Badge name: String! }
        type Badge @shareable { stamp: String }
        """,
        c="""
        type Query { being: Being }
        type Being @key(fields: "id") @interfaceObject { id: ID! aura: Int }
        """,
    )
    compared(served, "{ being { aura ... on Ant { name } } }")
