"""`furlong gateway schema`: the API schema of a supergraph, for clients' tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import (
    build_client_schema,
    build_schema,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
)
from typer.testing import CliRunner

from gateway import GatewaySettings, create_gateway
from gateway.cli import cli
from tests.gateway.world import FOLDER

ROOT = Path(__file__).resolve().parents[2]


def served(file: Path, **settings: Any) -> httpx.AsyncClient:
    """A client of a gateway of a supergraph."""
    app = create_gateway(file.read_text(), settings=GatewaySettings(**settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


def printed(file: Path) -> str:
    """What the command prints."""
    result = CliRunner().invoke(cli, ["schema", "--supergraph", str(file)])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("file", [FOLDER / "shop" / "supergraph.graphql", ROOT / "schema.public.graphql"])
@pytest.mark.parametrize("incremental", [True, False])
async def test_it_is_what_introspection_tells(
    file: Path, monkeypatch: pytest.MonkeyPatch, *, incremental: bool
) -> None:
    """With `@defer` and `@stream`, if the settings do not switch them off."""
    monkeypatch.setenv("FURLONG_GATEWAY_INCREMENTAL_DELIVERY", str(incremental))
    schema = build_schema(printed(file))
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    async with served(file, introspection=True) as client:
        told = (await client.post("/graphql", json={"query": query})).json()["data"]
    expected = lexicographic_sort_schema(build_client_schema(told))
    assert print_schema(lexicographic_sort_schema(schema)) == print_schema(expected)
    assert (schema.get_directive("defer") is not None) is incremental


def test_the_checked_in_api_schema_is_that_of_the_public_graph() -> None:
    """`make compose` wrote it from the supergraph that customers are served."""
    assert (ROOT / "schema.api.graphql").read_text() == printed(ROOT / "schema.public.graphql")


def test_a_broken_supergraph_is_reported(tmp_path: Path) -> None:
    """The command names the file, and exits with 2."""
    broken = tmp_path / "broken.graphql"
    broken.write_text("type Query { a: Missing }")
    result = CliRunner().invoke(cli, ["schema", "--supergraph", str(broken)])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{broken}: ")
