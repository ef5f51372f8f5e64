"""What clients see when subgraphs fail: the rest of the data, and errors at their paths."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import SubgraphUnreachable
from gateway.pipeline.operation_executor import ExecutionMode
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop

REVIEWS = "{ topProducts(first: 2) { name inStock reviews { body } } }"


@pytest.fixture
def federation(way: ExecutionMode) -> Federation:
    """The shop, whose subgraphs can be broken."""
    served = shop()
    served.way = way
    return served


def down(_request: SubgraphRequest) -> Any:
    """A subgraph that gives no GraphQL answer."""
    raise SubgraphUnreachable("connection refused")


def without(data: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Objects with one field null."""
    return [{**each, name: None} for each in data]


def errors_of(answer: dict[str, Any]) -> list[tuple[list[Any], str, str | None]]:
    """Path, code and service of each error."""
    return [
        (error["path"], error["extensions"]["code"], error["extensions"].get("service"))
        for error in answer.get("errors", ())
    ]


async def test_a_subgraph_that_is_down_takes_only_its_fields(federation: Federation) -> None:
    """Its fields are null with an error at each place; the rest of the data stays."""
    whole = federation.monolith(REVIEWS)["data"]["topProducts"]
    federation.broken["inventory"] = down
    answer = await federation.gateway(REVIEWS)
    assert answer["data"] == {"topProducts": without(whole, "inStock")}
    assert errors_of(answer) == [
        (["topProducts", index, "inStock"], "SUBGRAPH_UNREACHABLE", "inventory") for index in (0, 1)
    ]


async def test_a_root_that_is_down_is_null_once(federation: Federation) -> None:
    """There is one error at the root field, and none for what would have come below."""
    federation.broken["products"] = down
    answer = await federation.gateway(REVIEWS)
    assert answer["data"] == {"topProducts": None}
    assert errors_of(answer) == [(["topProducts"], "SUBGRAPH_UNREACHABLE", "products")]


async def test_an_exception_of_a_subgraph_in_process_is_its_own_failure(federation: Federation) -> None:
    """It is as if the subgraph had answered 500: nobody else suffers."""

    def raises(_request: SubgraphRequest) -> Any:
        raise ZeroDivisionError

    federation.broken["inventory"] = raises
    answer = await federation.gateway("{ topProducts(first: 1) { name inStock } }")
    assert answer["data"] == {"topProducts": [{"name": "Product 1", "inStock": None}]}
    assert errors_of(answer) == [(["topProducts", 0, "inStock"], "SUBGRAPH_UNREACHABLE", "inventory")]


@pytest.mark.parametrize(
    "entities", [[], [{"inStock": True}], None, "x", [{"inStock": True}] * 3, [7, {"inStock": True}]]
)
async def test_wrong_entities_are_the_subgraphs_error(federation: Federation, entities: Any) -> None:
    """Too few, too many or none at all: a clear error, and never data at the wrong object."""
    federation.broken["inventory"] = lambda _request: {"data": {"_entities": entities}}
    answer = await federation.gateway("{ topProducts(first: 2) { name inStock } }")
    assert answer["data"]["topProducts"][0] == {"name": "Product 1", "inStock": None}
    assert answer["errors"][0]["extensions"] == {
        "code": "SUBGRAPH_INVALID_RESPONSE",
        "service": "inventory",
    }


async def test_errors_of_entities_are_shown_at_every_place(federation: Federation) -> None:
    """An entity in two places is fetched once, and its error is at both paths."""

    def failing(request: SubgraphRequest) -> Any:
        sent = request.variables["representations"]
        error = {
            "message": "no name",
            "path": ["_entities", 0, "name"],
            "extensions": {"code": "LOST", "stacktrace": ["secret"]},
        }
        return {"data": {"_entities": [{"name": None} for _ in sent]}, "errors": [error]}

    federation.broken["products"] = failing
    answer = await federation.gateway('{ user(id: "1") { reviews { body product { name } } } me { id } }')
    first = [
        index
        for index, review in enumerate(answer["data"]["user"]["reviews"])
        if review["body"] == "Review 1"
    ]
    assert errors_of(answer) == [
        (["user", "reviews", index, "product", "name"], "LOST", "products") for index in first
    ]
    assert "secret" not in str(answer)


async def test_equal_representations_are_sent_once(federation: Federation) -> None:
    """Eight reviews of three products make three representations."""
    await federation.gateway("{ users { reviews { product { name } } } }")
    request = next(request for name, request in federation.asked if name == "products")
    assert len(request.variables["representations"]) == 3


async def test_a_failed_required_field_stops_what_needs_it(federation: Federation) -> None:
    """The dependent field is null with the original error, and its subgraph is not asked."""

    def lost(request: SubgraphRequest) -> Any:
        answer = federation.subgraph_answer("products", request)
        for product in answer["data"]["topProducts"]:
            product["price"] = None
        error = {"message": "lost", "path": ["topProducts", 0, "price"], "extensions": {"code": "LOST"}}
        return {**answer, "errors": [error]}

    federation.broken["products"] = lost
    answer = await federation.gateway("{ topProducts(first: 1) { name shippingEstimate } }")
    assert answer["data"] == {"topProducts": [{"name": "Product 1", "shippingEstimate": None}]}
    assert errors_of(answer) == [(["topProducts", 0, "shippingEstimate"], "LOST", "products")]
    assert [name for name, _ in federation.asked] == ["products"]


async def test_a_failed_required_field_takes_only_what_needs_it(federation: Federation) -> None:
    """The other fields of the same entity fetch are asked for without it."""

    def lost(request: SubgraphRequest) -> Any:
        answer = federation.subgraph_answer("products", request)
        answer["data"]["topProducts"][0]["price"] = None
        error = {"message": "lost", "path": ["topProducts", 0, "price"], "extensions": {"code": "LOST"}}
        return {**answer, "errors": [error]}

    federation.broken["products"] = lost
    answer = await federation.gateway("{ topProducts(first: 2) { inStock shippingEstimate } }")
    assert answer["data"]["topProducts"] == [
        {"inStock": False, "shippingEstimate": None},
        {"inStock": True, "shippingEstimate": 100},
    ]
    assert errors_of(answer) == [(["topProducts", 0, "shippingEstimate"], "LOST", "products")]
    assert [name for name, _ in federation.asked] == ["products", "inventory", "inventory"]


async def test_a_required_field_that_is_null_is_sent_as_null(federation: Federation) -> None:
    """Null is a value where the schema allows it."""
    answer = await federation.gateway("{ topProducts { upc shippingEstimate } }")
    request = next(request for name, request in federation.asked if name == "inventory")
    assert {"__typename": "Product", "upc": "3", "price": None, "weight": 300} in request.variables[
        "representations"
    ]
    assert "errors" not in answer


async def test_a_null_key_is_not_sent(federation: Federation) -> None:
    """Nobody is asked, and the field has an error of who returned a null that the key does not allow."""
    federation.broken["products"] = lambda _request: {
        "data": {"topProducts": [{"__typename": "Product", "upc": None, "name": "nameless"}]}
    }
    answer = await federation.gateway("{ topProducts { name inStock } }")
    assert answer["data"] == {"topProducts": [{"name": "nameless", "inStock": None}]}
    assert errors_of(answer) == [(["topProducts", 0, "inStock"], "SUBGRAPH_INVALID_RESPONSE", "products")]
    assert [name for name, _ in federation.asked] == ["products"]


async def test_a_missing_entity_leaves_its_fields_null(federation: Federation) -> None:
    """A subgraph may not know an entity: null for it is no error."""
    federation.broken["inventory"] = lambda _request: {"data": {"_entities": [None]}}
    answer = await federation.gateway("{ topProducts(first: 1) { name inStock } }")
    assert answer == {"data": {"topProducts": [{"name": "Product 1", "inStock": None}]}}


async def test_null_propagates_over_the_public_schema(way: ExecutionMode) -> None:
    """A non-null field that fails takes its parent, as far as a type that may be null."""
    federation = atlas()
    federation.way = way
    federation.broken["d"] = down
    answer = await federation.gateway("{ items { code } top { code dims { depth } } }")
    assert answer["data"] == {"items": [{"code": each} for each in "pqrs"], "top": None}


async def test_a_null_for_non_null_is_an_error_once(way: ExecutionMode) -> None:
    """If the subgraph gave no reason, the gateway gives one."""
    federation = shop()
    federation.way = way
    federation.broken["accounts"] = lambda _request: {"data": {"users": [{"id": None}, {"id": "2"}]}}
    answer = await federation.gateway("{ users { id } }")
    assert answer["data"] == {"users": None}
    assert [error["path"] for error in answer["errors"]] == [["users", 0, "id"]]


@pytest.mark.parametrize("value", ["seven", True, [7], {"a": 1}, 2**31])
async def test_a_value_of_a_wrong_type_is_null_with_an_error(federation: Federation, value: Any) -> None:
    """What the public type does not allow never reaches the client."""
    federation.broken["accounts"] = lambda _request: {"data": {"me": {"birthday": value, "name": "x"}}}
    answer = await federation.gateway("{ me { birthday name } }")
    assert answer["data"] == {"me": {"birthday": None, "name": "x"}}
    assert answer["errors"][0]["path"] == ["me", "birthday"]


async def test_an_error_without_a_path_explains_the_missing_fields(federation: Federation) -> None:
    """A subgraph that refuses the whole request says so at each field that it was to bring."""
    federation.broken["reviews"] = lambda _request: {
        "errors": [{"message": "not today", "extensions": {"code": "CLOSED"}}]
    }
    answer = await federation.gateway("{ me { name reviews { body } } }")
    assert answer["data"] == {"me": {"name": "User 1", "reviews": None}}
    assert errors_of(answer) == [(["me", "reviews"], "CLOSED", "reviews")]
