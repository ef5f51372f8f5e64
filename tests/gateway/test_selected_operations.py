"""Which operation of a document is executed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway import create_gateway
from tests.gateway.worlds import shop

SEVERAL = "query A { me { id } } query B { me { name } }"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (SEVERAL, None),
        (SEVERAL, ""),
        (SEVERAL, "C"),
        (SEVERAL, "a"),
        ("{ me { id } }", "A"),
        ("fragment F on User { id }", None),
    ],
    ids=["no name", "an empty name", "an unknown name", "another case", "a name for none", "no operation"],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_one_operation_is_executed_or_none(method: str, query: str, name: str | None) -> None:
    """Where it is not clear which one is wanted, it is the client's mistake, and no subgraph is asked."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports())
    asked: dict[str, Any] = {"query": query} | ({} if name is None else {"operationName": name})
    media = {"accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        if method == "POST":
            response = await client.post("/graphql", json=asked, headers=media)
        else:
            response = await client.get("/graphql", params=asked, headers=media)
    assert (response.status_code, federation.asked) == (400, []), response.text
    assert "data" not in response.json()
