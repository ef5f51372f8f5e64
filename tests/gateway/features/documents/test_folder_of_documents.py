"""Operations that are known beforehand are ready before the first request."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from gateway import GatewaySettings, SupergraphError, create_gateway
from tests.gateway.worlds import shop


async def test_the_first_request_finds_its_plan(tmp_path: Path) -> None:
    """Whatever its conditions are; a schema among the documents is passed over."""
    query = "query Q($x: Boolean!) { me { id name @include(if: $x) } }"
    (tmp_path / "client.graphql").write_text(query)
    (tmp_path / "schema.graphql").write_text("type Query { a: Int }")
    federation = shop()
    app = create_gateway(
        federation.sdl, federation.transports(), GatewaySettings(documents={"folder": tmp_path})
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        before = (await client.get("/metrics")).text
        for name in (None, "Q"):
            for value in (True, False):
                body = {"query": query, "operationName": name, "variables": {"x": value}}
                assert (await client.post("/graphql", json=body)).json()["data"]["me"]["id"] == "1"
        after = (await client.get("/metrics")).text
    miss = 'furlong_gateway_plan_cache_total{result="miss"} '
    assert before.split(miss)[1].split("\n")[0] == after.split(miss)[1].split("\n")[0]


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "Syntax Error"), ("{ nope }", "Cannot query field 'nope'")]
)
def test_a_document_that_cannot_be_answered_ends_the_start(tmp_path: Path, text: str, reason: str) -> None:
    """The message names the file and what is wrong."""
    (tmp_path / "client.graphql").write_text(text)
    federation = shop()
    with pytest.raises(SupergraphError, match=f"client.graphql: .*{reason}"):
        create_gateway(
            federation.sdl, federation.transports(), GatewaySettings(documents={"folder": tmp_path})
        )


def test_a_folder_that_is_missing_ends_the_start(tmp_path: Path) -> None:
    """A misspelt setting is not passed over."""
    federation = shop()
    with pytest.raises(SupergraphError, match="no such folder"):
        create_gateway(federation.sdl, {}, GatewaySettings(documents={"folder": tmp_path / "missing"}))
