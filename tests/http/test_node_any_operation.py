"""Any valid operation over subgraphs in another language is answered as by one schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from graphql import build_schema
from hypothesis import HealthCheck, assume, given, settings

from gateway import GatewaySettings, create_gateway
from tests.federation_kit.case import Operation
from tests.federation_kit.generous_limits import GENEROUS
from tests.federation_kit.operations import operations
from tests.http import market_graph
from tests.http.composed import composed
from tests.http.monolith import answer
from tests.http.node_subgraphs import NodeSubgraphs, node_subgraphs
from tests.http.served import PATIENCE_SECONDS, served
from tests.support.examples import examples

MONOLITH = build_schema(market_graph.sdl("monolith"))


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NodeSubgraphs, httpx.Client]]:
    """The subgraphs, and a client of the gateway over them, all of them behind sockets."""
    sdls = {name: market_graph.sdl(name) for name in market_graph.SUBGRAPHS}
    supergraph = composed(tmp_path_factory.mktemp("market"), sdls)
    with node_subgraphs(sdls) as node:
        chosen = GatewaySettings(
            subgraph_urls=dict(node.urls),
            connect_seconds=PATIENCE_SECONDS,
            total_seconds=PATIENCE_SECONDS,
            **GENEROUS,
        )
        with (
            served(create_gateway(supergraph, settings=chosen)) as url,
            httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client,
        ):
            yield node, client


@settings(max_examples=examples(100), derandomize=True, suppress_health_check=list(HealthCheck))
@given(operation=operations(MONOLITH))
def test_any_operation_is_answered_as_by_one_schema(
    sides: tuple[NodeSubgraphs, httpx.Client], operation: Operation
) -> None:
    """Data is equal to the letter and in the same order, and errors are at the same places."""
    assume("__schema" not in operation.document and "__type(" not in operation.document)
    node, client = sides
    node.give(market_graph.world())
    body = {"query": operation.document, "variables": dict(operation.variables)}
    given_answer = client.post("/graphql", json=body).json()
    truth = answer(MONOLITH, market_graph.world(), operation.document, dict(operation.variables)).formatted
    assert "data" in given_answer, given_answer
    assert json.dumps(given_answer["data"]) == json.dumps(truth["data"])
    assert sorted(json.dumps(error["path"]) for error in given_answer.get("errors", ())) == sorted(
        json.dumps(error["path"]) for error in truth.get("errors", ())
    )
