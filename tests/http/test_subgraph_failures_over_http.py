"""Whatever a subgraph answers over HTTP, clients get typed errors at their paths and the rest of the data."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from tests.gateway.worlds import shop
from tests.http.stub import Connection, Reaction, Stub, answering, replying, stub

PATIENCE_SECONDS = 180.0
ENTITIES = "{ topProducts(first: 2) { upc name inStock } me { name } }"
ROOT = "{ topProducts(first: 2) { name inStock } me { name } }"
GOOD = [{"inStock": True}, {"inStock": False}]
PRODUCTS = [{"__typename": "Product", "upc": upc, "name": f"Product {upc}"} for upc in "12"]
UNREACHABLE, INVALID = "SUBGRAPH_UNREACHABLE", "SUBGRAPH_INVALID_RESPONSE"
TIMEOUT = "SUBGRAPH_TIMEOUT"
SECRET = "Traceback: secret at 10.0.0.7"


@pytest.fixture
async def broken() -> AsyncIterator[Stub]:
    """A subgraph that misbehaves."""
    async with stub() as listening:
        yield listening


async def asked(broken: Stub, name: str, query: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """What a client of the shop's gateway gets while the stub stands for a subgraph; always with 200."""
    federation = shop()
    others = {each: transport for each, transport in federation.transports().items() if each != name}
    settings = GatewaySettings(
        subgraph_urls={name: broken.url},
        connect_seconds=PATIENCE_SECONDS,
        total_seconds=seconds,
        subgraph_error_codes=("SOLD_OUT",),
    )
    app = create_gateway(federation.sdl, others, settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        response = await client.post("/graphql", json={"query": query})
    assert response.status_code == 200
    assert "secret" not in response.text
    return dict(response.json())


def told(answer: dict[str, Any]) -> list[tuple[Any, str, str | None]]:
    """Path, code and service of each error."""
    return [
        (error.get("path"), error["extensions"]["code"], error["extensions"].get("service"))
        for error in answer.get("errors", ())
    ]


def in_stock(answer: dict[str, Any]) -> list[bool | None]:
    """The fields of the subgraph that misbehaves; all others must be as they are in truth."""
    assert answer["data"]["me"] == {"name": "User 1"}
    products = answer["data"]["topProducts"]
    assert [(product["upc"], product["name"]) for product in products] == [
        ("1", "Product 1"),
        ("2", "Product 2"),
    ]
    return [product["inStock"] for product in products]


def entities(given: Any, **more: Any) -> Reaction:
    """Answer an entity call."""
    return answering({"data": {"_entities": given}, **more})


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    return json.loads("[" * depth + "]" * depth)


async def reset_before_headers(connection: Connection) -> None:
    """Break off at once."""
    connection.reset()


async def reset_after_headers(connection: Connection) -> None:
    """Break off in the middle of the body."""
    await connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{")
    connection.reset()


async def half_a_body(connection: Connection) -> None:
    """Say goodbye in the middle of the body."""
    await connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{")


async def no_http(connection: Connection) -> None:
    """Speak another protocol."""
    await connection.send(b"+OK ready\r\n\r\n")


async def endless_body(connection: Connection) -> None:
    """Send without end."""
    await connection.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await connection.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


async def never(connection: Connection) -> None:
    """Wait until the gateway gives up."""
    await connection.until_given_up()


NO_ANSWER: dict[str, Reaction] = {
    "HTML with 200": replying(f"<h1>{SECRET}</h1>".encode(), content_type="text/html"),
    "HTML with 502": replying(f"<h1>{SECRET}</h1>".encode(), 502, "text/html"),
    "HTML with 401": replying(b"<h1>Sign in</h1>", 401, "text/html"),
    "nothing": replying(b""),
    "JSON cut off": replying(b'{"data": {"_entities": [{"inStock": tr'),
    "an array": answering([{"data": {"_entities": GOOD}}]),
    "a string": answering(SECRET),
    "no data": answering({"message": SECRET}),
    "extensions alone": answering({"extensions": {"trace": SECRET}}),
    "errors that are text": answering({"errors": SECRET}),
    "NaN": replying(b'{"data": {"_entities": [{"inStock": NaN}, {"inStock": true}]}}'),
    "a lone surrogate": replying(b'{"data": {"_entities": [{"inStock": "\\ud800"}, null]}}'),
    "Latin 1": replying('{"data": {"_entities": [{"inStock": "ä"}, null]}}'.encode("latin-1")),
    "300 levels": entities([{"inStock": nested(300)}, GOOD[1]]),
    "nesting without end": replying(b'{"data":' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    "3 MiB": answering({"data": {"_entities": GOOD}, "extensions": "x" * 3 * 2**20}),
    "a body without end": endless_body,
    "gzip": replying(gzip.compress(b'{"data": {"_entities": [null, null]}}'), content_encoding="gzip"),
    "half a body": half_a_body,
    "a reset before headers": reset_before_headers,
    "a reset after headers": reset_after_headers,
    "another protocol": no_http,
}
SENT_AGAIN = {"HTML with 502", "half a body", "a reset before headers", "a reset after headers"}
"""What is no answer at all: a query is sent once more, and a mutation is not."""

WRONG_ANSWER: dict[str, Reaction] = {
    "data that is null": answering({"data": None}),
    "data that is an array": answering({"data": [GOOD]}),
    "data that is a number": answering({"data": 7}),
    "errors that are an empty list": answering({"errors": []}),
    "data beside errors that are text": entities(GOOD, errors=SECRET),
    "no entities": answering({"data": {}}),
    "entities that are null": entities(None),
    "entities that are an object": entities({"0": GOOD[0], "1": GOOD[1]}),
    "too few entities": entities(GOOD[:1]),
    "too many entities": entities([*GOOD, *GOOD]),
    "entities that are numbers": entities([7, 8]),
    "entities that are lists": entities([[], [GOOD[0]]]),
    "entities without the field": entities([{}, {"upc": "2"}]),
    "values of another type": entities([{"inStock": SECRET}, {"inStock": {"inStock": True}}]),
    "values that are deep": entities([{"inStock": nested(50)}, {"inStock": [True]}]),
}


@pytest.mark.parametrize("name", NO_ANSWER)
async def test_what_is_no_answer_costs_its_fields_alone(broken: Stub, name: str) -> None:
    """Each field of the subgraph is null with an error of its own; what was answered is not sent again."""
    broken.reaction = NO_ANSWER[name]
    answer = await asked(broken, "inventory", ENTITIES)
    assert in_stock(answer) == [None, None]
    assert told(answer) == [(["topProducts", each, "inStock"], UNREACHABLE, "inventory") for each in (0, 1)]
    assert len(broken.asked) == 1 + (name in SENT_AGAIN)


@pytest.mark.parametrize("name", WRONG_ANSWER)
async def test_a_wrong_answer_costs_its_fields_alone(broken: Stub, name: str) -> None:
    """The subgraph is named as the one that broke the rules, at each of its fields."""
    broken.reaction = WRONG_ANSWER[name]
    answer = await asked(broken, "inventory", ENTITIES)
    assert in_stock(answer) == [None, None]
    assert told(answer) == [(["topProducts", each, "inStock"], INVALID, "inventory") for each in (0, 1)]


async def test_a_slow_subgraph_is_given_up(broken: Stub) -> None:
    """After the timeout its fields are missing, and the connection is closed."""
    broken.reaction = never
    answer = await asked(broken, "inventory", ENTITIES, seconds=0.2)
    assert in_stock(answer) == [None, None]
    assert told(answer) == [(["topProducts", each, "inStock"], TIMEOUT, "inventory") for each in (0, 1)]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(broken: Stub, status: int) -> None:
    """Nobody can send the gateway, with its caller's session, to another address."""
    async with stub() as elsewhere:
        broken.reaction = replying(b"", status, location=elsewhere.url)
        answer = await asked(broken, "inventory", ENTITIES)
        assert elsewhere.asked == []
    assert {code for _, code, _ in told(answer)} == {UNREACHABLE}


@pytest.mark.parametrize(
    "reaction",
    [
        entities(
            [{"inStock": True, "name": "x", "upc": "9", "price": SECRET}, {"inStock": False, "upc": "1"}]
        ),
        entities([{"inStock": True, "__proto__": {"name": "x"}, "constructor": {}}, GOOD[1]], __proto__={}),
        entities([{"inStock": True, "deep": nested(50)}, GOOD[1]], extensions={"deep": nested(50)}),
        entities([{"inStock": True, "__typename": "User"}, {"inStock": False, "__typename": ["Product"]}]),
        entities(GOOD, errors=None),
        replying(json.dumps({"data": {"_entities": GOOD}}).encode(), 500),
    ],
    ids=["more fields", "__proto__", "deep values", "another __typename", "errors null", "status 500"],
)
async def test_what_was_not_asked_for_changes_nothing(broken: Stub, reaction: Reaction) -> None:
    """Only the fields of the request are taken, each for the object it was asked for."""
    broken.reaction = reaction
    answer = await asked(broken, "inventory", ENTITIES)
    assert (in_stock(answer), told(answer)) == ([True, False], [])


async def test_a_good_entity_stays_beside_a_bad_one(broken: Stub) -> None:
    """One wrong entity is one error."""
    broken.reaction = entities([{"inStock": True}, {"inStock": "yes"}])
    answer = await asked(broken, "inventory", ENTITIES)
    assert in_stock(answer) == [True, None]
    assert told(answer) == [(["topProducts", 1, "inStock"], INVALID, "inventory")]


async def test_errors_come_with_the_clients_path_and_nothing_else(broken: Stub) -> None:
    """Message and code are the subgraph's; its stack trace and its other extensions stay outside."""
    error = {
        "message": "Sold out.",
        "path": ["_entities", 1, "inStock"],
        "locations": [{"line": 1, "column": 7}],
        "extensions": {"code": "SOLD_OUT", "stacktrace": [SECRET], "service": SECRET},
    }
    broken.reaction = entities([GOOD[0], {"inStock": None}], errors=[error])
    answer = await asked(broken, "inventory", ENTITIES)
    assert in_stock(answer) == [True, None]
    assert answer["errors"] == [
        {
            "message": "Sold out.",
            "path": ["topProducts", 1, "inStock"],
            "extensions": {"code": "SOLD_OUT", "service": "inventory"},
        }
    ]


@pytest.mark.parametrize(
    "error",
    [
        7,
        None,
        {},
        {"message": 7, "path": "topProducts", "extensions": []},
        {"message": nested(50), "path": nested(50), "extensions": {"code": {"a": 1}}},
        {"path": ["_entities", 99, "inStock"]},
        {"path": ["_entities", -1]},
        {"path": ["_entities", "x"]},
        {"path": [{}]},
    ],
)
async def test_an_error_that_makes_no_sense_is_still_told(broken: Stub, error: Any) -> None:
    """It has a code and its service, and takes no data with it."""
    broken.reaction = entities(GOOD, errors=[error])
    answer = await asked(broken, "inventory", ENTITIES)
    assert in_stock(answer) == [True, False]
    assert told(answer) == [(None, "DOWNSTREAM_SERVICE_ERROR", "inventory")]


@pytest.mark.parametrize(
    ("reaction", "code"),
    [
        (replying(b"<html>", content_type="text/html"), UNREACHABLE),
        (reset_before_headers, UNREACHABLE),
        (answering({"data": None}), INVALID),
        (answering({"data": {}}), INVALID),
        (answering({"data": {"topProducts": {"0": PRODUCTS[0]}}}), INVALID),
        (answering({"data": {"topProducts": SECRET}}), INVALID),
    ],
)
async def test_a_root_that_is_lost_is_null_with_one_error(
    broken: Stub, reaction: Reaction, code: str
) -> None:
    """What would have come below is not asked for, and the other roots stay."""
    broken.reaction = reaction
    answer = await asked(broken, "products", ROOT)
    assert answer["data"] == {"topProducts": None, "me": {"name": "User 1"}}
    assert told(answer) == [(["topProducts"], code, "products")]


@pytest.mark.parametrize("wrong", [None, 7, [], "x"])
async def test_a_wrong_item_nulls_as_far_as_the_schema_says(broken: Stub, wrong: Any) -> None:
    """Items of the list may not be null, so the list is, with the error at the item."""
    broken.reaction = answering({"data": {"topProducts": [PRODUCTS[0], wrong]}})
    answer = await asked(broken, "products", ROOT)
    assert answer["data"] == {"topProducts": None, "me": {"name": "User 1"}}
    assert told(answer) == [(["topProducts", 1], INVALID, "products")]


async def test_a_null_for_a_non_null_field_takes_its_object(broken: Stub) -> None:
    """Null goes up to the nearest place where it is allowed, and is explained where it began."""
    broken.reaction = answering({"data": {"topProducts": [PRODUCTS[0], {**PRODUCTS[1], "upc": None}]}})
    answer = await asked(broken, "products", "{ topProducts { upc name } me { name } }")
    assert answer["data"] == {"topProducts": None, "me": {"name": "User 1"}}
    assert told(answer) == [(["topProducts", 1, "upc"], INVALID, "products")]
