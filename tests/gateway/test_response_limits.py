"""The answer to a request is limited, however plans are executed; work stops where a limit is passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import enumerate as enumerate_threads
from typing import Any

import httpx
import orjson
import pytest

from gateway import GatewaySettings, create_gateway
from gateway.errors import ResponseTooLarge
from gateway.executor.response_limits import LARGE_PLACES
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.settings.limits import ResponseLimits
from gateway.transport import HttpTransport, Transport
from gateway.transport.http import BYTES_A_PLACE
from gateway.transport.reply import Reply
from jit.codegen import spend
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

QUERY = "{ topProducts { upc inStock } }"
PRODUCTS = 3


@pytest.fixture
def federation() -> Federation:
    """A shop whose subgraphs are in memory; it has as many products as tests want."""
    return shop()


def many(number: int) -> Any:
    """A subgraph that knows so many products."""

    def products(_request: SubgraphRequest) -> Mapping[str, Any]:
        found = [{"__typename": "Product", "upc": str(each), "name": "x"} for each in range(number)]
        return {"data": {"topProducts": found}}

    return products


async def answered(
    federation: Federation,
    way: ExecutionMode,
    limits: ResponseLimits,
    query: str = QUERY,
    transports: Mapping[str, Transport] | None = None,
) -> dict[str, Any]:
    """The answer within limits."""
    _, planned = federation.preparer.plan(query, None, {})
    executor = OperationExecutor(
        federation.preparer, transports or federation.transports(), lambda *_: None, way, limits=limits
    )
    return dict((await executor.execute(PlannedOperation(planned.plan), {}, {})).body)


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("fields", ["upc", "name upc"])
async def test_a_list_that_is_too_long_is_null_with_an_error(
    federation: Federation, way: ExecutionMode, fields: str, *, trusted: bool
) -> None:
    """The rest of the answer is there, also where the subgraph's objects pass unchanged."""
    federation = replace(federation, trusted=trusted)
    query = f"{{ topProducts {{ {fields} }} me {{ name }} }}"
    federation.broken["products"] = many(PRODUCTS)
    assert "errors" not in await answered(federation, way, ResponseLimits(list_items=PRODUCTS), query)
    answer = await answered(federation, way, ResponseLimits(list_items=PRODUCTS - 1), query)
    assert answer["data"]["topProducts"] is None
    assert answer["data"]["me"] is not None
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["topProducts"], "LIST_TOO_LONG")


async def test_subgraphs_in_the_process_stop_when_the_budget_is_spent(
    federation: Federation, way: ExecutionMode
) -> None:
    """All that one request asks for counts; the next request begins again."""
    made: list[int] = []

    async def products(request: SubgraphRequest) -> Mapping[str, Any]:
        for number in range(100):
            spend(10)
            made.append(number)
        return many(100)(request)

    transports: dict[str, Transport] = {**federation.transports(), "products": asking(products)}
    for _ in range(2):
        await answered(federation, way, ResponseLimits(places=1_000), "{ topProducts { upc } }", transports)
    made.clear()
    with pytest.raises(ResponseTooLarge) as refused:
        await answered(federation, way, ResponseLimits(places=500), "{ topProducts { upc } }", transports)
    assert len(made) == 50
    assert refused.value.code == "RESPONSE_TOO_LARGE"


class Answering:
    """Connections over which the same body arrives again and again."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    @property
    def opened(self) -> Answering:
        """Return the connections."""
        return self

    async def ask(self, _lines: bytes, _body: bytes) -> Reply:
        """Return the reply to any request."""
        return Reply(200, self.body)


async def test_bytes_over_http_take_from_the_same_budget(federation: Federation, way: ExecutionMode) -> None:
    """A reply within its own limit is too much if the request's budget is less."""
    body = orjson.dumps(many(100)(SubgraphRequest("", {}, None, {})))
    connections: Any = Answering(body)
    transports: dict[str, Transport] = {**federation.transports(), "products": HttpTransport(connections)}
    enough = len(body) // BYTES_A_PLACE
    query = "{ topProducts { upc } }"
    await answered(federation, way, ResponseLimits(places=enough), query, transports)
    with pytest.raises(ResponseTooLarge):
        await answered(federation, way, ResponseLimits(places=enough - 1), query, transports)


async def test_copies_of_an_entity_take_from_the_budget(federation: Federation, way: ExecutionMode) -> None:
    """A large entity that many objects share is copied for each of them, and would fill any memory."""

    def reviews(_request: SubgraphRequest) -> Mapping[str, Any]:
        author = {"__typename": "User", "id": "1"}
        return {"data": {"_entities": [{"reviews": [{"author": dict(author)} for _ in range(100)]}]}}

    def accounts(request: SubgraphRequest) -> Mapping[str, Any]:
        if "_entities" not in request.query:
            return {"data": {"me": {"__typename": "User", "id": "1"}}}
        return {"data": {"_entities": [{"name": "x" * 10} for _ in request.variables["representations"]]}}

    federation.broken |= {"reviews": reviews, "accounts": accounts}
    query = "{ me { reviews { author { name } } } }"
    answer = await answered(federation, way, ResponseLimits(places=99), query)
    assert len(answer["data"]["me"]["reviews"]) == 100
    with pytest.raises(ResponseTooLarge):
        await answered(federation, way, ResponseLimits(places=98), query)


async def test_a_response_that_is_too_large_has_no_data_and_is_counted(
    federation: Federation, way: ExecutionMode
) -> None:
    """It has the form of an executed request's, because a mutation would have been executed."""
    federation.broken["products"] = many(100)
    settings = GatewaySettings(response_bytes=200, execution=way)
    app = create_gateway(federation.sdl, federation.transports(), settings)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        small = await client.post("/graphql", json={"query": "{ me { name } }"})
        large = await client.post("/graphql", json={"query": "{ topProducts { upc } }"})
        metrics = (await client.get("/metrics")).text
    assert "errors" not in small.json()
    assert large.status_code == 200
    assert large.json()["data"] is None
    assert [each["extensions"]["code"] for each in large.json()["errors"]] == ["RESPONSE_TOO_LARGE"]
    assert 'furlong_gateway_refusals_total{code="RESPONSE_TOO_LARGE"} 1.0' in metrics


def projecting() -> set[int | None]:
    """The threads that make large responses."""
    return {each.ident for each in enumerate_threads() if each.name.startswith("gateway-large-responses")}


async def test_a_large_response_is_made_beside_other_requests(federation: Federation) -> None:
    """A thread projects and encodes it; a small one takes no detour."""

    async def products(request: SubgraphRequest) -> Mapping[str, Any]:
        spend(LARGE_PLACES + 1 if "name" in request.query else LARGE_PLACES)
        return many(3)(request)

    transports: dict[str, Transport] = {**federation.transports(), "products": asking(products)}
    transport = httpx.ASGITransport(create_gateway(federation.sdl, transports, GatewaySettings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        started = []
        for field in ("upc", "name"):
            before = projecting()
            body = {"query": f"{{ topProducts {{ {field} }} }}"}
            answer = (await client.post("/graphql", json=body)).json()
            assert len(answer["data"]["topProducts"]) == 3
            started.append(len(projecting() - before))
    assert started == [0, 1]
