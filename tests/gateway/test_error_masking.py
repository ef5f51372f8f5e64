"""Errors of subgraphs that are not meant for clients stay inside, and can be found in the log by their id."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from foundation.logs.redaction import MAX_LENGTH
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.executor.masking import ErrorMasking
from gateway.pipeline.operation_executor import ExecutionMode
from tests.gateway.worlds import shop

SQL = "(1146, \"Table 'wallets' doesn't exist at db7.internal:3306\") [parameters: ('canary-customer-17',)]"
CANARY = "canary-customer-17"
QUERY = "{ topProducts(first: 2) { upc name inStock } me { name } }"


def failing(message: object, **extensions: object) -> dict[str, Any]:
    """An error as a subgraph returns it."""
    return {"message": message, "path": ["me"], "extensions": extensions}


async def answered(
    error: dict[str, Any], way: ExecutionMode, *, masks_errors: bool = False, **settings: Any
) -> tuple[dict[str, Any], list[Any]]:
    """What a client gets while accounts returns an error, and what was logged."""
    federation = shop()

    async def call(*_: Any) -> dict[str, Any]:
        return {"data": {"me": None}, "errors": [error]}

    accounts = MemoryTransport(lambda *_: call, masks_errors=masks_errors)
    app = create_gateway(
        federation.sdl,
        {**federation.transports(), "accounts": accounts},
        GatewaySettings(execution=way, **settings),
    )
    transport = httpx.ASGITransport(app)
    with capture_logs() as logged:
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            answer = (await client.post("/graphql", json={"query": QUERY})).json()
    return answer, [each for each in logged if each["event"] == "subgraph_error"]


async def test_an_error_is_masked_by_default(way: ExecutionMode) -> None:
    """SQL, hosts and stack traces stay inside; the client gets the path, the service and an id of the log."""
    answer, logged = await answered(failing(SQL, code="DB_DOWN", stacktrace=[SQL]), way)
    (error,), (line,) = answer["errors"], logged
    assert error == {
        "message": "The service accounts reported an error.",
        "path": ["me"],
        "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "accounts", "id": line["id"]},
    }
    assert (line["service"], line["code"], line["errors"]) == ("accounts", "DB_DOWN", 1)
    assert "Table 'wallets' doesn't exist" in line["message"]
    assert answer["data"]["topProducts"][0]["name"] == "Product 1"


async def test_what_names_a_customer_or_a_host_is_not_logged_either(way: ExecutionMode) -> None:
    """The log has what happened, and not to whom."""
    _, (line,) = await answered(failing(SQL), way)
    said = str({**line, "id": "random digits"})
    assert CANARY not in said
    assert "db7" not in said


@pytest.mark.parametrize("code", ["BAD_USER_INPUT", "FORBIDDEN", "UNAUTHENTICATED"])
async def test_codes_for_clients_are_shown(code: str, way: ExecutionMode) -> None:
    """Message and code are the subgraph's, other extensions stay inside, and nothing is logged."""
    answer, logged = await answered(failing("Pick a stake.", code=code, stacktrace=[SQL]), way)
    assert answer["errors"] == [
        {
            "message": "Pick a stake.",
            "path": ["me"],
            "extensions": {"code": code, "service": "accounts"},
        }
    ]
    assert logged == []


async def test_the_list_of_codes_is_a_setting(way: ExecutionMode) -> None:
    """A code that is not in the list is masked, whatever the default was."""
    shown, _ = await answered(failing("Sold out.", code="SOLD_OUT"), way, subgraph_error_codes=("SOLD_OUT",))
    masked, _ = await answered(failing("No.", code="FORBIDDEN"), way, subgraph_error_codes=("SOLD_OUT",))
    assert shown["errors"][0]["message"] == "Sold out."
    assert masked["errors"][0]["extensions"]["code"] == "DOWNSTREAM_SERVICE_ERROR"


async def test_developers_can_see_all(way: ExecutionMode) -> None:
    """An asterisk shows errors with any code, and without."""
    for error in (failing(SQL, code="DB_DOWN"), {"message": SQL, "path": ["me"]}):
        answer, logged = await answered(error, way, subgraph_error_codes=("*",))
        assert (answer["errors"][0]["message"], logged) == (SQL, [])


@pytest.mark.parametrize("path", [[True], [1.5], [None], [["me"]], "me", {"me": 0}])
async def test_a_path_that_is_none_is_not_passed_on(path: object, way: ExecutionMode) -> None:
    """A path consists of names and indexes; the error is kept."""
    answer, _ = await answered({"message": "lost", "path": path}, way, subgraph_error_codes=("*",))
    (error,) = answer["errors"]
    assert (error["message"], error.get("path")) == ("lost", None)


async def test_extensions_are_passed_on_by_name(way: ExecutionMode) -> None:
    """The gateway's own extensions cannot be replaced, and the id of a masked error is the log's."""
    error = failing("x", code="FORBIDDEN", retryAfter=3, service="evil", id="7", host="db7")
    names = ("retryAfter", "service", "code", "id")
    shown, _ = await answered(error, way, subgraph_error_extensions=names)
    assert shown["errors"][0]["extensions"] == {
        "code": "FORBIDDEN",
        "service": "accounts",
        "retryAfter": 3,
        "id": "7",
    }
    error["extensions"]["code"] = "OTHER"
    masked, (line,) = await answered(error, way, subgraph_error_extensions=names)
    assert masked["errors"][0]["extensions"]["id"] == line["id"] != "7"
    assert line["subgraph_id"] == "7"


async def test_a_subgraph_that_masks_by_itself_is_not_masked_again(way: ExecutionMode) -> None:
    """Its id is that of its own log entry, and the gateway logs nothing."""
    error = failing("Something went wrong on our side.", code="INTERNAL_SERVER_ERROR", id="f00")
    answer, logged = await answered(error, way, masks_errors=True, subgraph_error_extensions=("id",))
    assert answer["errors"][0]["extensions"]["id"] == "f00"
    assert (answer["errors"][0]["message"], logged) == ("Something went wrong on our side.", [])


def test_the_errors_of_one_response_are_logged_once() -> None:
    """Ten thousand errors are one line, with their number."""
    with capture_logs() as logged:
        shown = ErrorMasking().shown("a", [failing(f"row {number}") for number in range(10_000)])
    assert len({each.extensions["id"] for each in shown}) == len(logged) == 1
    assert logged[0]["errors"] == 10_000


def test_equal_faults_have_equal_ids() -> None:
    """What differs only in whom it concerns has one id; other faults, and other gateways, have others."""
    masking, other = ErrorMasking(), ErrorMasking()

    def reference(of: ErrorMasking, message: str, subgraph: str = "a") -> object:
        return of.shown(subgraph, [failing(message)])[0].extensions["id"]

    same = reference(masking, "no row for customer-17")
    assert reference(masking, "no row for customer-18") == same
    assert reference(masking, "no table for customer-17") != same
    assert reference(masking, "no row for customer-17", "b") != same
    assert reference(other, "no row for customer-17") != same


def test_a_message_cannot_forge_lines_of_the_log() -> None:
    """Line breaks, escape sequences and text from right to left become spaces; megabytes become a line."""
    with capture_logs() as logged:
        ErrorMasking().shown("a", [failing("a\n\x1b[2Jb\u202ec\u2028d" + "x" * 5_000_000, code="E\r\nF")])
    assert logged[0]["message"].startswith("a [# c dxxx")
    assert len(logged[0]["message"]) <= MAX_LENGTH
    assert logged[0]["code"] == "E F"
