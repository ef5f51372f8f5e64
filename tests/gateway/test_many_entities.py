"""More entities than one request may have are fetched by several requests, some of them at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from gateway.compiled.runtime.state import State
from gateway.errors import ResponseTooLarge, SubgraphUnreachable
from gateway.executor.exchange import PARALLEL_REQUESTS
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.settings.limits import ResponseLimits
from jit.codegen import spend
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.case import Operation
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import federated
from tests.gateway.world import Federation, essence
from tests.gateway.worlds import shop

KINDS = "{ users { name reviews { body } } topProducts { name reviews { body } } }"
STOCK = "{ topProducts { upc inStock } me { name } }"

Inventory = Callable[[list[Any]], Any]


def sizes(federation: Federation, subgraph: str) -> list[int]:
    """How many entities each request to a subgraph asked for."""
    return [
        sum(len(variable) for variable in request.variables.values())
        for name, request in federation.asked
        if name == subgraph and "_entities" in request.query
    ]


async def answered(
    federation: Federation,
    way: ExecutionMode,
    limits: ResponseLimits,
    query: str,
    inventory: Inventory | None = None,
) -> dict[str, Any]:
    """The answer within limits, perhaps with another inventory."""

    async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
        federation.asked.append(("inventory", request))
        sent = request.variables["representations"]
        return {"data": {"_entities": await inventory(sent) if inventory is not None else []}}

    transports = federation.transports()
    if inventory is not None:
        transports["inventory"] = asking(ask)
    _, planned = federation.preparer.plan(query, None, {})
    executor = OperationExecutor(federation.preparer, transports, lambda *_: None, way, limits=limits)
    return dict((await executor.execute(PlannedOperation(planned.plan), {}, {})).body)


def many(number: int) -> Any:
    """A subgraph that knows so many products."""
    products = [{"__typename": "Product", "upc": str(each)} for each in range(number)]
    return lambda _request: {"data": {"topProducts": products, "me": {"name": "User 1"}}}


async def test_a_list_of_thousands_is_answered_by_default(way: ExecutionMode) -> None:
    """No setting is needed: each request has at most a thousand entities, and the list has them all."""
    federation = shop()
    federation.broken["products"] = many(2_500)

    async def inventory(request: SubgraphRequest) -> Mapping[str, Any]:
        federation.asked.append(("inventory", request))
        sent = request.variables["representations"]
        return {"data": {"_entities": [{"inStock": each["upc"] == "2499"} for each in sent]}}

    transports = {**federation.transports(), "inventory": asking(inventory)}
    app = create_gateway(federation.sdl, transports, GatewaySettings(execution=way))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        response = await client.post("/graphql", json={"query": "{ topProducts { upc inStock } }"})
    answer = response.json()
    assert "errors" not in answer
    products = answer["data"]["topProducts"]
    assert [product["upc"] for product in products] == [str(each) for each in range(2_500)]
    assert [each["inStock"] for each in products].index(True) == 2_499
    assert sizes(federation, "inventory") == [1_000, 1_000, 500]


@pytest.mark.parametrize("most", [1, 2, 3, 100])
async def test_each_request_has_only_so_many_entities(way: ExecutionMode, most: int) -> None:
    """Those of several fields of one fetch are counted together, and the answer is the same."""
    federation = shop()
    answer = await answered(federation, way, ResponseLimits(fetch_entities=most), KINDS)
    assert essence(answer) == essence(federation.monolith(KINDS))
    assert sum(sizes(federation, "reviews")) == 7
    assert max(sizes(federation, "reviews")) == min(most, 7)
    assert len(sizes(federation, "reviews")) == -(-7 // most)


@pytest.mark.parametrize("query", [KINDS, STOCK])
async def test_compiled_code_divides_its_entities_itself(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter takes several times as long, and would have to find all of them again."""
    monkeypatch.delattr(State, "run_interpreted")
    federation = shop()
    answer = await answered(federation, "compiled", ResponseLimits(fetch_entities=2), query)
    assert max(sizes(federation, "reviews" if query is KINDS else "inventory")) == 2
    assert essence(answer)[0] == essence(federation.monolith(query))[0]


async def test_only_some_requests_are_under_way_at_the_same_time(way: ExecutionMode) -> None:
    """A long list does not take all places of its subgraph."""
    federation, under_way, most = shop(), 0, 0
    federation.broken["products"] = many(20)

    async def inventory(sent: list[Any]) -> list[Any]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(3):
            await asyncio.sleep(0)
        under_way -= 1
        return [{"inStock": each["upc"] == "7"} for each in sent]

    answer = await answered(federation, way, ResponseLimits(fetch_entities=2), STOCK, inventory)
    assert [each["inStock"] for each in answer["data"]["topProducts"]].index(True) == 7
    assert sizes(federation, "inventory") == [2] * 10
    assert most == PARALLEL_REQUESTS


async def test_a_request_that_fails_takes_only_its_own_entities(way: ExecutionMode) -> None:
    """The others are there, and the errors are at the places of those that are missing."""
    federation = shop()
    federation.broken["products"] = many(5)

    async def inventory(sent: list[Any]) -> list[Any]:
        if any(each["upc"] == "2" for each in sent):
            raise SubgraphUnreachable("away")
        return [{"inStock": True} for _ in sent]

    answer = await answered(federation, way, ResponseLimits(fetch_entities=2), STOCK, inventory)
    in_stock = [each["inStock"] for each in answer["data"]["topProducts"]]
    assert in_stock == [True, True, None, None, True]
    assert [each["path"] for each in answer["errors"]] == [["topProducts", at, "inStock"] for at in (2, 3)]


async def test_all_requests_spend_one_budget(way: ExecutionMode) -> None:
    """When it is spent, the others are cancelled, and the whole request is refused."""
    federation, cancelled = shop(), 0
    federation.broken["products"] = many(20)

    async def inventory(sent: list[Any]) -> list[Any]:
        nonlocal cancelled
        if any(each["upc"] == "0" for each in sent):
            await asyncio.sleep(0)
            spend(1_000)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            raise
        return []

    with pytest.raises(ResponseTooLarge):
        await answered(federation, way, ResponseLimits(places=500, fetch_entities=2), STOCK, inventory)
    assert cancelled == PARALLEL_REQUESTS - 1
    assert len(sizes(federation, "inventory")) == PARALLEL_REQUESTS


def test_entities_with_values_of_their_ancestors_are_divided_as_well() -> None:
    """Each request has the fields whose values its entities need, and no others."""
    objects: dict[str, dict[str, Any]] = {
        "Query": {"__typename": "Query", "areas": [{"$ref": "m"}, {"$ref": "ft"}]}
    }
    for unit in ("m", "ft"):
        names = [f"{unit}{each}" for each in range(3)]
        places = [{"$ref": name} for name in names]
        objects[unit] = {"__typename": "Area", "unit": unit, "places": places}
        objects |= {each: {"__typename": "Place", "id": each, "size": each} for each in names}
    served = federated(
        objects,
        a="""
        type Query { areas: [Area!]! }
        type Area @context(name: "area") { unit: String! places: [Place!]! }
        type Place @key(fields: "id") {
          id: ID!
          size(in: String @fromContext(field: "$area { unit }")): String!
        }
        """,
    )
    gateway = GatewayOf(served, limits=ResponseLimits(fetch_entities=2))
    query = Operation("{ areas { places { size } } }", {})
    assert gateway.answer(query) == served.monolith.answer(query.document, {})
    assert len(gateway.record.calls) == 4
