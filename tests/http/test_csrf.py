"""What a browser sends without asking first, from any page, changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, MemoryTransport, create_gateway

SDL = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query mutation: Mutation }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
  external: Boolean, override: String, usedOverridden: Boolean)
  repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar join__FieldSet
enum join__Graph { A @join__graph(name: "a", url: "") }
type Query @join__type(graph: A) { here: Boolean }
type Mutation @join__type(graph: A) { pay: Boolean }
"""
PAY = "mutation { pay }"
SIMPLE = {"origin": "https://evil.example", "cookie": "session=1", "sec-fetch-site": "cross-site"}


class Bank:
    """Counts what was paid."""

    def __init__(self) -> None:
        self.paid = 0

    def prepare(self, document: str, _name: str | None) -> Any:
        """Pay with each call of a mutation."""

        async def call(*_: Any) -> dict[str, Any]:
            self.paid += "mutation" in document
            return {"data": {"pay": True} if "mutation" in document else {"here": True}}

        return call


@pytest.fixture
async def bank() -> AsyncIterator[tuple[Bank, httpx.AsyncClient]]:
    """A bank, and a browser of its customer on another site's page."""
    made = Bank()
    app = create_gateway(SDL, {"a": MemoryTransport(made.prepare)}, GatewaySettings())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank.test") as client:
        client.headers.update(SIMPLE)
        yield made, client


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "text/plain; charset=utf-8",
        "text/plain; x=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=application/json",
    ],
)
async def test_a_simple_post_is_refused(
    bank: tuple[Bank, httpx.AsyncClient], content_type: str | None
) -> None:
    """Forms and scripts can send these types without a preflight, and no other."""
    made, client = bank
    headers = {} if content_type is None else {"content-type": content_type}
    for body in (b'{"query":"mutation { pay }"}', b"query=mutation%20%7B%20pay%20%7D", b"--b--"):
        response = await client.post("/graphql", content=body, headers=headers)
        assert response.status_code == 415
    assert made.paid == 0


@pytest.mark.parametrize(
    "parameters", [{"query": PAY}, {"query": PAY, "_method": "POST"}, {"query": PAY, "operationName": ""}]
)
@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
async def test_a_get_changes_nothing(
    bank: tuple[Bank, httpx.AsyncClient], parameters: dict[str, str], accept: str
) -> None:
    """Neither does one that says it were another method, nor one that asks for a stream."""
    made, client = bank
    headers = {"x-http-method-override": "POST", "content-type": "application/json", "accept": accept}
    response = await client.get("/graphql", params=parameters, headers=headers)
    assert response.status_code in (400, 405)
    assert made.paid == 0


async def test_what_needs_a_preflight_is_refused_by_it(bank: tuple[Bank, httpx.AsyncClient]) -> None:
    """A browser asks before it sends JSON, and is not allowed to; the same from elsewhere is served."""
    made, client = bank
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    assert (await client.options("/graphql", headers=asked)).status_code == 405
    assert made.paid == 0
    assert (await client.post("/graphql", json={"query": PAY})).json() == {"data": {"pay": True}}
    assert made.paid == 1


@pytest.mark.parametrize("query", ["subscription { a }", "{ here @defer }", "{ here @stream }"])
@pytest.mark.parametrize("accept", ["application/json", "multipart/mixed", "text/event-stream", "*/*"])
async def test_what_is_not_served_is_refused_cleanly(
    bank: tuple[Bank, httpx.AsyncClient], query: str, accept: str
) -> None:
    """Subscriptions and incremental delivery get a client error, and the gateway keeps serving."""
    _, client = bank
    response = await client.post("/graphql", json={"query": query}, headers={"accept": accept})
    assert response.status_code in (200, 400, 406)
    if response.headers["content-type"].startswith("text/event-stream"):
        assert response.text.endswith("event: complete\ndata: \n\n")
        assert '{"errors":' in response.text
    else:
        assert response.status_code == 406 or "errors" in response.json()
    assert (await client.post("/graphql", json={"query": "{ here }"})).json() == {"data": {"here": True}}
