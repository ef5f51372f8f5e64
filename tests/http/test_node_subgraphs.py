"""Behind the gateway are subgraphs in another language, and its answers are still those of one schema."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query

from gateway import GatewaySettings, create_gateway
from tests.federation_kit.generous_limits import GENEROUS
from tests.http import market_graph
from tests.http.composed import composed
from tests.http.market_operations import BENCHMARK, OPERATIONS
from tests.http.monolith import answer
from tests.http.node_subgraphs import NodeSubgraphs, node_subgraphs

PATIENCE_SECONDS = 180.0


@pytest.fixture(scope="module")
def supergraph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The market, composed."""
    return composed(
        tmp_path_factory.mktemp("market"), {name: market_graph.sdl(name) for name in market_graph.SUBGRAPHS}
    )


@pytest.fixture(scope="module")
def monolith() -> GraphQLSchema:
    """The market as one schema, written by hand."""
    return build_schema(market_graph.sdl("monolith"))


@pytest.fixture(scope="module")
def node() -> Iterator[NodeSubgraphs]:
    """The subgraphs, served by Node."""
    with node_subgraphs({name: market_graph.sdl(name) for name in market_graph.SUBGRAPHS}) as served:
        yield served


@pytest.fixture
async def gateway(supergraph: str, node: NodeSubgraphs) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway over the subgraphs, which have fresh data."""
    node.give(market_graph.world())
    settings = GatewaySettings(
        subgraph_urls=dict(node.urls),
        connect_seconds=PATIENCE_SECONDS,
        total_seconds=PATIENCE_SECONDS,
        **GENEROUS,
    )
    app = create_gateway(supergraph, settings=settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client,
    ):
        yield client


def places(errors: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Where errors are."""
    return sorted(json.dumps(error["path"]) for error in errors or ())


@pytest.mark.parametrize("name", OPERATIONS)
async def test_the_answer_is_that_of_one_schema(
    gateway: httpx.AsyncClient, monolith: GraphQLSchema, name: str
) -> None:
    """Data is equal to the letter and in the same order, and errors are at the same places."""
    query, variables = OPERATIONS[name]
    given = (await gateway.post("/graphql", json={"query": query, "variables": variables})).json()
    truth = answer(monolith, market_graph.world(), query, variables).formatted
    assert json.dumps(given["data"]) == json.dumps(truth["data"])
    assert places(given.get("errors")) == places(truth.get("errors"))


async def test_the_benchmarks_query_needs_seven_calls_at_most(
    gateway: httpx.AsyncClient, node: NodeSubgraphs
) -> None:
    """Counted where they arrive: entities of one subgraph are asked for together, and nothing twice."""
    await gateway.post("/graphql", json={"query": BENCHMARK})
    calls = node.give(market_graph.world())
    assert len(calls) <= 7, [call["subgraph"] for call in calls]
    assert len({json.dumps([call["query"], call["variables"]]) for call in calls}) == len(calls)


async def test_what_is_skipped_asks_nobody(gateway: httpx.AsyncClient, node: NodeSubgraphs) -> None:
    """A field that a variable leaves out makes no call."""
    query, variables = OPERATIONS["all skipped"]
    await gateway.post("/graphql", json={"query": query, "variables": variables})
    assert node.give(market_graph.world()) == []


async def test_mutations_arrive_in_the_order_of_the_document(
    gateway: httpx.AsyncClient, node: NodeSubgraphs
) -> None:
    """Each root field is finished, with all that it leads to, before the next one begins."""
    query, variables = OPERATIONS["mutations of several subgraphs, in order"]
    await gateway.post("/graphql", json={"query": query, "variables": variables})
    calls = node.give(market_graph.world())
    changes = [call["subgraph"] for call in calls if call["query"].lstrip().startswith("mutation")]
    assert changes == ["inventory", "products", "reviews", "inventory"]


async def test_equal_entities_are_asked_for_once(gateway: httpx.AsyncClient, node: NodeSubgraphs) -> None:
    """Eight reviews of three products send three representations."""
    await gateway.post("/graphql", json={"query": "{ users { reviews { product { name } } } }"})
    (sent,) = [call for call in node.give(market_graph.world()) if call["subgraph"] == "products"]
    (representations,) = sent["variables"].values()
    assert len(representations) == 3


async def test_the_public_schema_is_that_of_one_schema(
    gateway: httpx.AsyncClient, monolith: GraphQLSchema
) -> None:
    """Introspection tells the types, fields and arguments that the hand-written schema has."""
    query = get_introspection_query(descriptions=False, directive_is_repeatable=False)
    given = (await gateway.post("/graphql", json={"query": query})).json()["data"]["__schema"]
    truth = answer(monolith, market_graph.world(), query, {}).formatted["data"]
    assert truth is not None
    assert by_name(given["types"]) == by_name(truth["__schema"]["types"])


def by_name(types: list[dict[str, Any]]) -> dict[str, Any]:
    """Types and their parts without an order; those of introspection itself are the library's."""
    ordered: Callable[[Any], Any] = lambda parts: parts and sorted(parts, key=lambda part: part["name"])  # noqa: E731
    return {
        each["name"]: {
            name: ordered(value) if isinstance(value, list) else value for name, value in each.items()
        }
        for each in types
        if not each["name"].startswith("__")
    }


def test_the_node_process_ends_with_its_input() -> None:
    """Nothing is left running when a test ends or dies."""
    with node_subgraphs({"accounts": market_graph.sdl("accounts")}) as served:
        assert served.process.poll() is None
    assert served.process.returncode == 0
