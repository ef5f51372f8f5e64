"""A real subgraph over HTTP refuses operations that it cannot run before any resolver does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from foundation.storage.settings import DatabaseSettings
from furlong.serve.subgraphs import create_subgraph, subgraph_parts
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.settings import SessionSettings

RESPONSE_JSON = "application/graphql-response+json"
SESSIONS = SessionSettings(secret=SecretStr("x" * 32), issuer="furlong", audience="furlong")


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the club subgraph, whose database has no table: a resolver that ran would fault."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    app = create_subgraph("club", subgraph_parts(database, sessions=SESSIONS)).http_app(DEVELOPMENT)
    headers = {"accept": RESPONSE_JSON}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://club", headers=headers
        ) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query ($b: ID!) { club(brand: $b) { id } }", "variables": {"b": None}},
        {"query": "query ($b: ID!) { club(brand: $b) { id } }", "variables": {"b": {"x": 1}}},
        {"query": "query A { __typename }", "operationName": "B"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": "fragment F on Query { __typename }"},
        {"query": "subscription { __typename }"},
        {"query": "{ a: " * 900 + "x" + "}" * 900},
        {"query": "query A { ...F } fragment F on Query { ...F }"},
    ],
)
async def test_an_operation_that_cannot_run_is_400(club: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """There are errors and no `data`, whatever rule is broken."""
    answer = await club.post("/graphql", json=body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"errors"}


async def test_a_named_mutation_is_not_made_by_get(club: httpx.AsyncClient) -> None:
    """What counts is the operation that was chosen, not the first one."""
    query = "query A { __typename } mutation B { __typename }"
    refused = await club.get("/graphql", params={"query": query, "operationName": "B"})
    answered = await club.get("/graphql", params={"query": query, "operationName": "A"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert (answered.status_code, answered.json()) == (200, {"data": {"__typename": "Query"}})
