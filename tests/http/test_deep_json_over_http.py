"""JSON of any depth, in a scalar that may hold anything, is refused by who reads it and breaks nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest

from foundation.graphql_http.strict_json import MAX_DEPTH, nested_too_deeply, too_deep
from gateway import GatewaySettings, create_gateway
from tests.http.composed import composed
from tests.http.stub import Stub, replying, stub

PATIENCE_SECONDS = 180.0
SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
scalar JSON
type Query { any(value: JSON): JSON }
"""
JSON_BODY = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def supergraph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A graph with a custom scalar."""
    return composed(tmp_path_factory.mktemp("free"), {"free": SDL})


@asynccontextmanager
async def gateway(supergraph: str, subgraph: Stub) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway over the stub."""
    settings = GatewaySettings(
        subgraph_urls={"free": subgraph.url},
        connect_seconds=PATIENCE_SECONDS,
        total_seconds=PATIENCE_SECONDS,
    )
    app = create_gateway(supergraph, settings=settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        yield client


def nested(depth: int) -> bytes:
    """JSON with so many lists within one another."""
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("inside", "status"), [(MAX_DEPTH - 2, 200), (MAX_DEPTH - 1, 400), (300, 400), (900, 400)]
)
async def test_a_request_may_be_so_deep(supergraph: str, inside: int, status: int) -> None:
    """Body and variables count; what is read can also be sent on."""
    body = b'{"query": "query ($v: JSON) { any(value: $v) }", "variables": {"v": ' + nested(inside) + b"}}"
    async with stub() as subgraph, gateway(supergraph, subgraph) as client:
        subgraph.reaction = replying(b'{"data": {"any": 1}}')
        response = await client.post("/graphql", content=body, headers=JSON_BODY)
    assert response.status_code == status
    assert len(subgraph.asked) == (1 if status == 200 else 0)


@pytest.mark.parametrize(("inside", "whole"), [(MAX_DEPTH - 2, True), (MAX_DEPTH - 1, False), (300, False)])
async def test_an_answer_may_be_so_deep(supergraph: str, inside: int, *, whole: bool) -> None:
    """A deeper one is an invalid response, which is reported to the client."""
    async with stub() as subgraph, gateway(supergraph, subgraph) as client:
        subgraph.reaction = replying(b'{"data": {"any": ' + nested(inside) + b"}}")
        response = await client.post("/graphql", json={"query": "{ any }"})
    assert response.status_code == 200
    assert ("errors" in response.json(), response.json()["data"]["any"] is None) == (not whole, not whole)


@pytest.mark.parametrize(
    ("value", "deep"), [(7, False), ([], False), ([7], False), ([[]], True), ({"a": {}}, True), ([{}], True)]
)
def test_lists_and_objects_count(value: object, *, deep: bool) -> None:
    """One within another is two deep."""
    assert too_deep(value, 1) is deep


@pytest.mark.parametrize(
    ("text", "deep"), [(b"[[]]", True), (b"[[],[]]", True), (b'["[[["]', False), (b"{}", False)]
)
def test_a_text_is_walked_only_if_it_has_brackets_enough(text: bytes, *, deep: bool) -> None:
    """Those in strings count for the walk, and not for the depth."""
    assert nested_too_deeply(text, orjson.loads(text), 1) is deep
