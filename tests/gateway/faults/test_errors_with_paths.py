"""An error with a path concerns that path: what its null takes with it gets no error of its own."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.pipeline.operation_executor import ExecutionMode
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop

AN_ITEM = '(code: "p", name: "x") { ok }'


def lost(data: Any, *paths: list[Any] | None) -> Any:
    """A subgraph that answers with some data, and an error at each path."""
    errors = [
        {"message": "lost", "extensions": {"code": "LOST"}} | ({"path": path} if path else {})
        for path in paths
    ]
    return lambda _request: {"data": data, "errors": errors}


async def errors_at(federation: Federation, query: str, data: Any) -> list[list[Any]]:
    """The paths of the answer's errors, once its data is as expected."""
    answer = await federation.gateway(query)
    assert answer["data"] == data
    return [each["path"] for each in answer["errors"]]


@pytest.fixture
def federation(way: ExecutionMode) -> Federation:
    """The shop, whose subgraphs can be broken."""
    served = shop()
    served.way = way
    return served


async def test_a_field_that_took_the_whole_answer_has_the_only_error(federation: Federation) -> None:
    """Its neighbour was asked for in the same request, and is null without an error."""
    federation.broken["accounts"] = lost(None, ["me", "name"])
    nothing = {"me": None, "users": None}
    assert await errors_at(federation, "{ users { id } me { name } }", nothing) == [["me", "name"]]


async def test_an_error_without_a_path_is_at_the_fields_that_have_none(federation: Federation) -> None:
    """It explains what the error with a path does not."""
    federation.broken["accounts"] = lost(None, ["me"], None)
    nothing = {"me": None, "users": None}
    assert await errors_at(federation, "{ users { id } me { name } }", nothing) == [["me"], ["users"]]


async def test_a_mutation_that_took_the_whole_answer_has_the_only_error(way: ExecutionMode) -> None:
    """Its neighbour may not be null either, and says nothing about it."""
    federation = atlas()
    federation.way = way
    federation.broken["a"] = lost(None, ["other"])
    query = f"mutation {{ one: rename{AN_ITEM} other: rename{AN_ITEM} }}"
    assert await errors_at(federation, query, None) == [["other"]]


@pytest.mark.parametrize("data", [None, {"_entities": None}, {"_entities": [{"inStock": True}, None]}])
async def test_an_entity_that_took_the_others_has_the_only_error(federation: Federation, data: Any) -> None:
    """The others are null without an error, or there."""
    federation.broken["inventory"] = lost(data, ["_entities", 1, "inStock"])
    there = True if data and data["_entities"] else None
    products = [{"inStock": there}, {"inStock": None}]
    query = "{ topProducts(first: 2) { inStock } }"
    found = await errors_at(federation, query, {"topProducts": products})
    assert found == [["topProducts", 1, "inStock"]]


async def test_a_field_that_took_its_entity_has_the_only_error(way: ExecutionMode) -> None:
    """A neighbour that may not be null is visited first, and says nothing about it."""
    federation = atlas()
    federation.way = way
    federation.broken["b"] = lost({"_entities": [None]}, ["_entities", 0, "sku"])
    found = await errors_at(federation, "{ items(first: 1) { region { id } sku } }", None)
    assert found == [["items", 0, "sku"]]


async def test_a_null_that_nothing_explains_is_the_subgraphs_error(federation: Federation) -> None:
    """An error below another entity does not explain why all of them are missing."""
    federation.broken["reviews"] = lost({"_entities": [{"reviews": None}], "e1": None}, ["_entities", 0])
    answer = await federation.gateway("{ me { reviews { id } } topProducts(first: 1) { reviews { id } } }")
    assert {str(each["path"]) for each in answer["errors"]} == {
        "['me', 'reviews']",
        "['topProducts', 0, 'reviews']",
    }
