"""Running batched entity fetches: each answer comes to its places, and so does each error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gateway.errors import SubgraphUnreachable
from gateway.pipeline.operation_executor import ExecutionMode
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.world import Federation, essence
from tests.gateway.worlds import atlas, shop

PLACES = "{ topProducts(first: 2) { upc inStock } me { name reviews { body product { inStock } } } }"
KINDS = "{ users { name reviews { body } } topProducts(first: 2) { name reviews { body } } }"


@pytest.fixture
def federation(way: ExecutionMode) -> Federation:
    """The shop, whose subgraphs can be broken."""
    served = shop()
    served.way = way
    return served


def down(_request: SubgraphRequest) -> Any:
    """A subgraph that gives no GraphQL answer."""
    raise SubgraphUnreachable("connection refused")


def changed(
    federation: Federation, name: str, change: Callable[[dict[str, Any]], None]
) -> Callable[[SubgraphRequest], Any]:
    """A subgraph whose true answers are changed on the way; root fetches are left alone."""

    def answer(request: SubgraphRequest) -> Any:
        given = federation.subgraph_answer(name, request)
        if "_entities" in request.query:
            change(given)
        return given

    return answer


def places(answer: Mapping[str, Any]) -> list[list[Any]]:
    """Where the errors of an answer are, in order of their paths."""
    return sorted((error["path"] for error in answer.get("errors", ())), key=repr)


async def test_an_entity_in_several_places_is_asked_for_once(federation: Federation) -> None:
    """Product 1 is among the top and reviewed twice, and has one representation."""
    answer = await federation.gateway(PLACES)
    (sent,) = [request for name, request in federation.asked if name == "inventory"]
    assert sorted(each["upc"] for each in sent.variables["representations"]) == ["1", "2"]
    assert essence(answer) == essence(federation.monolith(PLACES))


async def test_a_batch_that_fails_explains_every_field_of_every_place(federation: Federation) -> None:
    """All other data is there."""
    federation.broken["inventory"] = down
    answer = await federation.gateway(PLACES)
    reviews = len(answer["data"]["me"]["reviews"])
    assert places(answer) == [
        *(["me", "reviews", index, "product", "inStock"] for index in range(reviews)),
        ["topProducts", 0, "inStock"],
        ["topProducts", 1, "inStock"],
    ]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"SUBGRAPH_UNREACHABLE"}
    assert all(review["body"] for review in answer["data"]["me"]["reviews"])


async def test_a_batch_of_different_fields_that_fails_explains_them_all(federation: Federation) -> None:
    """Each place has the error at its own field."""
    federation.broken["reviews"] = down
    answer = await federation.gateway(KINDS)
    assert places(answer) == [
        ["topProducts", 0, "reviews"],
        ["topProducts", 1, "reviews"],
        *(["users", index, "reviews"] for index in range(4)),
    ]


async def test_an_error_goes_to_the_places_of_its_entity(federation: Federation) -> None:
    """Name in the batch and index say which entity; all of its places have the error, and no other."""

    def lose(given: dict[str, Any]) -> None:
        given["data"]["_e1"][1]["reviews"] = None
        given["errors"] = [
            {"message": "lost", "path": ["_e1", 1, "reviews"], "extensions": {"code": "LOST", "host": "db7"}}
        ]

    federation.broken["reviews"] = changed(federation, "reviews", lose)
    answer = await federation.gateway(KINDS)
    assert answer["errors"] == [
        {
            "message": "lost",
            "path": ["topProducts", 1, "reviews"],
            "extensions": {"code": "LOST", "service": "reviews"},
        }
    ]
    assert [each["reviews"] is None for each in answer["data"]["topProducts"]] == [False, True]
    assert all(each["reviews"] for each in answer["data"]["users"])


@pytest.mark.parametrize("entities", [[], None, 7, [{}] * 9, {"0": {}}])
async def test_a_field_that_is_answered_wrongly_leaves_the_others(
    federation: Federation, entities: Any
) -> None:
    """The wrong one is explained at its places; the other one of the same call is used."""
    federation.broken["reviews"] = changed(
        federation, "reviews", lambda given: given["data"].update(_e0=entities)
    )
    answer = await federation.gateway(KINDS)
    assert places(answer) == [["users", index, "reviews"] for index in range(4)]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"SUBGRAPH_INVALID_RESPONSE"}
    assert all(each["reviews"] for each in answer["data"]["topProducts"])


async def test_an_error_without_data_is_only_where_it_says(federation: Federation) -> None:
    """The whole call is lost by one error: other places are null without one."""

    def refuse(given: dict[str, Any]) -> None:
        given["data"] = None
        given["errors"] = [{"message": "busy", "path": ["_e0", 0], "extensions": {"code": "BUSY"}}]

    federation.broken["reviews"] = changed(federation, "reviews", refuse)
    answer = await federation.gateway(KINDS)
    assert places(answer) == [["users", 0, "reviews"]]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BUSY"}
    objects = [*answer["data"]["users"], *answer["data"]["topProducts"]]
    assert [each["reviews"] for each in objects] == [None] * 6


async def test_an_error_code_is_given_where_the_subgraph_has_none(federation: Federation) -> None:
    """Nothing of an error without a code passes but its path."""

    def fail(given: dict[str, Any]) -> None:
        given["data"]["_e0"][0] = None
        given["errors"] = [{"message": "lost", "path": ["_e0", 0], "extensions": {"trace": "at line 7"}}]

    federation.broken["reviews"] = changed(federation, "reviews", fail)
    answer = await federation.gateway(KINDS)
    (error,) = answer["errors"]
    assert error["extensions"].pop("id")
    assert error == {
        "message": "The service reviews reported an error.",
        "path": ["users", 0, "reviews"],
        "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "reviews"},
    }


async def test_a_batch_goes_on_without_the_places_that_are_lost(federation: Federation) -> None:
    """Without users the products' reviews are still asked for, and nothing is sent for the users."""
    federation.broken["accounts"] = down
    answer = await federation.gateway(KINDS)
    (request,) = [request for name, request in federation.asked if name == "reviews"]
    assert [len(sent) for sent in request.variables.values()] == [0, 2]
    assert places(answer) == [["users"]]
    assert all(each["reviews"] for each in answer["data"]["topProducts"])


async def test_a_batch_without_any_place_is_no_call(federation: Federation) -> None:
    """With both roots lost nobody else is asked."""
    federation.broken["accounts"] = federation.broken["products"] = down
    answer = await federation.gateway(KINDS)
    assert sorted(name for name, _ in federation.asked) == ["accounts", "products"]
    assert answer["data"] == {"users": None, "topProducts": None}


async def test_lost_requirements_of_several_places_cost_one_more_call(federation: Federation) -> None:
    """What does not need the lost prices is asked for all places together."""
    federation.broken["products"] = lambda request: (
        down(request) if "_entities" in request.query else federation.subgraph_answer("products", request)
    )
    query = """
    {
      me { reviews { product { inStock shippingEstimate } } }
      users { reviews { product { inStock shippingEstimate } } }
      topProducts { inStock shippingEstimate }
    }
    """
    answer = await federation.gateway(query)
    truth = federation.monolith(query)["data"]
    products = [review["product"] for user in answer["data"]["users"] for review in user["reviews"]]
    assert [product["inStock"] for product in products] == [
        review["product"]["inStock"] for user in truth["users"] for review in user["reviews"]
    ]
    assert all(each["shippingEstimate"] is None for each in products)
    assert answer["data"]["topProducts"] == truth["topProducts"]
    assert [name for name, _ in federation.asked].count("inventory") == 2


async def test_places_of_one_entity_do_not_share_data(federation: Federation) -> None:
    """The same authors in two places, where one name stands for different fields of them."""
    query = """
    {
      topProducts { reviews { author { x: name } } }
      again: topProducts { reviews { author { x: birthday } } }
    }
    """
    assert essence(await federation.gateway(query)) == essence(federation.monolith(query))
    assert [name for name, _ in federation.asked].count("reviews") == 1


async def test_a_field_left_out_below_an_entity_is_told(federation: Federation) -> None:
    """Nobody takes a missing field for null."""

    def forget(given: dict[str, Any]) -> None:
        del given["data"]["_e0"][0]["reviews"][1]["body"]

    federation.broken["reviews"] = changed(federation, "reviews", forget)
    answer = await federation.gateway(KINDS)
    assert answer["errors"] == [
        {
            "message": "The service reviews left out a field.",
            "path": ["users", 0, "reviews", 1, "body"],
            "extensions": {"code": "SUBGRAPH_INVALID_RESPONSE", "service": "reviews"},
        }
    ]
    assert answer["data"]["users"][0]["reviews"][0]["body"] == "Review 1"


async def test_parts_of_a_value_are_explained_one_by_one(way: ExecutionMode) -> None:
    """If one subgraph supplies half of an object, the error of the other half is at its fields."""
    federation = atlas()
    federation.way = way
    federation.broken["d"] = down
    answer = await federation.gateway('{ item(code: "p") { dims { width box { kind colour } } } }')
    assert answer["data"] == {"item": {"dims": {"width": 1, "box": {"kind": "kind 1", "colour": None}}}}
    assert places(answer) == [["item", "dims", "box", "colour"]]
