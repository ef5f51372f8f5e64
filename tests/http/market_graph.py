"""Accounts, inventory, products and reviews, as gateway benchmarks know them, with a few harder fields."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "market"
SUBGRAPHS = ("accounts", "inventory", "products", "reviews", "warehouse")


def sdl(name: str) -> str:
    """The SDL of a subgraph, or of the `monolith`."""
    return (FOLDER / f"{name}.graphql").read_text()


def world() -> dict[str, Any]:
    """All data, fresh for one operation."""
    return copy.deepcopy(WORLD)


def _ref(owner: str, key: Any) -> dict[str, Any]:
    return {"$ref": [owner, key]}


def _argument(*path: str) -> dict[str, Any]:
    return {"$argument": list(path)}


def _field(*path: str) -> dict[str, Any]:
    return {"$field": list(path)}


def _user(number: int) -> dict[str, Any]:
    return {
        "id": f"u{number}",
        "email": f"u{number}@example.org",
        "name": None if number == 4 else f"User {number}",
        "username": f"user{number}",
        "birthday": 1950 + number,
        "address": None
        if number == 2
        else {"__typename": "Address", "street": f"Road {number}", "city": f"Town {number}"},
        "reviews": [_ref("Review", f"r{each}") for each in range(number, 9, 4)],
    }


def _product(number: int) -> dict[str, Any]:
    loud = {"$when": [_argument("loud"), "!", ""]}
    german = {"$when": [{"$above": [number, 2]}, "Ware ", "Artikel "]}
    return {
        "upc": f"p{number}",
        "name": f"Product {number}",
        "price": None if number == 3 else number * 600,
        "weight": number * 100,
        "size": None
        if number == 2
        else {"__typename": "Size", "width": number, "height": None if number == 1 else number + 1},
        "tags": None if number == 1 else [f"t{each}" for each in range(number)],
        "category": _ref("Category", "c1" if number % 2 else "c2"),
        "label": {"$text": [german, _argument("language"), " ", _field("name"), loud]},
        "broken": {"$fail": "out of order"} if number == 2 else "whole",
        "aisle": None if number == 2 else f"A{number}",
        "stock": number * 3,
        "inStock": {"$above": [_field("stock"), 3]},
        "shippingEstimate": {
            "$when": [{"$above": [_field("price"), 1000]}, 0, {"$times": [_field("weight"), 2]}]
        },
        "volume": {"$times": [_field("size", "width"), _field("size", "height")]},
        "note": {"$text": [_argument("prefix"), ": ", _field("tags")]},
        "reviews": {
            "$take": [[_ref("Review", f"r{each}") for each in range(number, 9, 3)], _argument("first")]
        },
    }


def _gift(number: int) -> dict[str, Any]:
    return {
        "upc": f"g{number}",
        "name": None if number == 2 else f"Gift {number}",
        "message": {"$text": ["for ", _argument("to")]},
        "aisle": f"B{number}",
        "inStock": number == 1,
        "reviews": [_ref("Review", "r8")] if number == 1 else [],
    }


def _review(number: int) -> dict[str, Any]:
    about = [
        _ref("Product", "p1"),
        _ref("User", f"u{number % 4 + 1}"),
        _ref("Gift", "g2"),
        None,
    ]
    return {
        "id": f"r{number}",
        "body": f"Review {number}",
        "stars": number % 5 + 1,
        "author": None if number == 8 else _ref("User", f"u{(number - 1) % 4 + 1}"),
        "product": _ref("Product", f"p{(number - 1) % 3 + 1}"),
        "about": about[number % 4],
    }


def _category(number: int) -> dict[str, Any]:
    return {
        "slug": f"s{number}",
        "department": {"__typename": "Department", "code": f"d{number}"},
        "title": f"Category {number}",
        "products": [_ref("Product", f"p{each}") for each in range(number, 4, 2)],
        "reviewCount": number * 11,
    }


def _table(prefix: str, count: int, row: Any) -> dict[str, Any]:
    return {f"{prefix}{number}": row(number) for number in range(1, count + 1)}


_PRODUCTS = [_ref("Product", f"p{number}") for number in (1, 2, 3)]
_ITEMS = [_ref("Gift", "g1"), *_PRODUCTS, _ref("Gift", "g2")]
WORLD: dict[str, Any] = {
    "roots": {
        "me": _ref("User", "u1"),
        "user": _ref("User", _argument("id")),
        "users": [_ref("User", f"u{number}") for number in range(1, 5)],
        "topProducts": {"$take": [_PRODUCTS, _argument("first")]},
        "product": _ref("Product", _argument("upc")),
        "catalogue": {
            "$take": [{"$reverse": [_ITEMS, _argument("page", "backwards")]}, _argument("page", "count")]
        },
        "search": [_ref("User", "u3"), _ref("Product", "p2"), _ref("Gift", "g1"), _ref("User", "u2")],
        "shelves": [[_PRODUCTS[0], None], None, [], [_PRODUCTS[2], _PRODUCTS[0]]],
        "categories": [_ref("Category", "c1"), _ref("Category", "c2")],
        "rename": {"$set": [["Product", _argument("upc")], "name", _argument("name")]},
        "restock": {"$set": [["Product", _argument("upc")], "stock", _argument("amount")]},
        "rate": {"$set": [["Review", _argument("id")], "stars", _argument("stars")]},
    },
    "entities": {
        "User": _table("u", 4, _user),
        "Product": _table("p", 3, _product),
        "Gift": _table("g", 2, _gift),
        "Review": _table("r", 8, _review),
        "Category": _table("c", 2, _category),
    },
}
