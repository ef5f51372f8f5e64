"""`@defer` and `@stream` in documents: who may write them, and what a client without parts gets."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

DIRECTIVES = "{ __schema { directives { name args { name defaultValue type { kind } } } } }"


async def answered(federation: Federation, query: str, **settings: Any) -> dict[str, Any]:
    """What a client gets that accepts JSON alone."""
    app = create_gateway(
        federation.sdl, federation.transports(), GatewaySettings(introspection=True, **settings)
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        response = await client.post("/graphql", json={"query": query, "variables": {"no": False}})
        return dict(response.json())


async def test_introspection_shows_the_directives() -> None:
    """Both are there with their arguments and defaults, unless the settings switch them off."""
    found = (await answered(shop(), DIRECTIVES))["data"]["__schema"]["directives"]
    shown = {each["name"]: {arg["name"]: arg["defaultValue"] for arg in each["args"]} for each in found}
    assert shown["defer"] == {"if": "true", "label": None}
    assert shown["stream"] == {"if": "true", "label": None, "initialCount": "0"}
    off = (await answered(shop(), DIRECTIVES, incremental_delivery=False))["data"]["__schema"]["directives"]
    assert {"defer", "stream"}.isdisjoint(each["name"] for each in off)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('{ me { ... @defer(label: "a") { name } ... @defer(label: "a") { id } } }', "label"),
        (
            "query ($no: String) { me { ... @defer(label: $no) { name } } }",
            "static string",
        ),
        ("{ me { name @stream } }", "cannot be used on non-list field"),
        (
            "{ topProducts @stream(initialCount: 1) { upc } topProducts { name } }",
            "stream",
        ),
        ("{ me { ... @defer(if: null) { name } } }", "null"),
    ],
)
async def test_what_the_specification_forbids_is_refused(query: str, message: str) -> None:
    """Validation knows the rules of both directives."""
    (error,) = (await answered(shop(), query))["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert message in error["message"]


async def test_switched_off_the_directives_are_unknown() -> None:
    """A document with one of them is then not valid."""
    (error,) = (await answered(shop(), "{ ... @defer { me { id } } }", incremental_delivery=False))["errors"]
    assert error["message"] == "Unknown directive '@defer'."


@pytest.mark.parametrize(
    "query",
    [
        "{ topProducts { upc ... @defer { name reviews { body ... @defer { author { name } } } } } }",
        "{ ...M @defer } fragment M on Query { me { name reviews @stream(initialCount: 1) { body } } }",
        "query ($no: Boolean!) { me { id ... @defer(if: $no) { name } } }",
        "{ __schema { ... @defer { types @stream { name } } } me { id } }",
    ],
)
async def test_a_client_that_accepts_no_parts_gets_one_complete_response(query: str) -> None:
    """The response is that of the same document without the directives, and no subgraph sees one."""
    federation = shop()
    whole = query
    for each in ("@defer(if: $no)", "@defer", "@stream(initialCount: 1)", "@stream"):
        whole = whole.replace(each, "")
    whole = whole.replace("query ($no: Boolean!) ", "")
    expected = await answered(federation, whole)
    assert await answered(federation, query) == expected
    assert "errors" not in expected
    assert not any("@" in request.query for _, request in federation.asked)
