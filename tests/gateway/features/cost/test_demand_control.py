"""Demand control of requests: refused before planning, by class of clients; told to those who may ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

import httpx
import pytest
from graphql import build_schema, graphql_sync
from pydantic import ValidationError

from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.pipeline.preparation.preparer import Preparer
from tests.gateway.plans import joined

KEY = "the key of a class"
CLASS = {"name": "tools", "key_sha256": [sha256(KEY.encode()).hexdigest()]}
ITEMS = """
type Item { id: ID parts: [Item] worth: Int }
type Query { all(first: Int, last: Int): [Item!] loose: [Item] }
"""
SUPERGRAPH = joined(
    """
    directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
      requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    type Item @join__type(graph: A) { id: ID parts: [Item] worth: Int @cost(weight: 2) }
    type Query @join__type(graph: A) {
      all(first: Int, last: Int): [Item!] @listSize(slicingArguments: ["first", "last"])
      loose: [Item]
    }
    """,
    "a",
).replace(
    'join/v0.5", for: EXECUTION)',
    'join/v0.5", for: EXECUTION) '
    '@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"])',
    1,
)
ALL = "query ($n: Int) { all(first: $n) { id } }"


class Served:
    """A gateway with one subgraph, which returns three items whatever it is asked for."""

    def __init__(self, **settings: Any) -> None:
        self.fetches = 0
        schema = build_schema(ITEMS)
        item = {"id": "i", "worth": 3, "parts": [{"id": "p", "worth": 1}, None]}
        root = {"all": lambda _info, **_given: [item, item, {**item, "parts": None}], "loose": [item, None]}

        def prepare(
            document: str, _name: str | None
        ) -> Callable[[Mapping[str, Any], Mapping[str, str], object], Awaitable[dict[str, Any]]]:
            async def call(
                variables: Mapping[str, Any], _headers: object, _session: object
            ) -> dict[str, Any]:
                self.fetches += 1
                result = graphql_sync(schema, document, root, variable_values=dict(variables))
                return {"data": result.data}

            return call

        self.app = create_gateway(SUPERGRAPH, {"a": MemoryTransport(prepare)}, GatewaySettings(**settings))

    async def send(self, query: str, variables: object = None, **headers: str) -> dict[str, Any]:
        """The response to a request."""
        response = await self._post(query, variables, headers)
        return dict(response.json())

    async def _post(self, query: str, variables: object, headers: Mapping[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.post(
                "/graphql", json={"query": query, "variables": variables or {}}, headers=named
            )

    async def metrics(self) -> dict[str, float]:
        """All samples of costs and refusals."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            text = (await client.get("/metrics")).text
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in pairs if "_cost_" in name or "_refusals_" in name}


def code(body: Mapping[str, Any]) -> str | None:
    """The code of a response's only error."""
    errors = body.get("errors") or [{"extensions": {"code": None}}]
    assert len(errors) == 1
    found: str | None = errors[0]["extensions"]["code"]
    return found


async def test_a_request_that_costs_too_much_is_refused_before_it_is_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No plan is made and no subgraph is asked; the message has the estimate and the limit."""
    planned: list[object] = []
    original = Preparer.plan_request
    monkeypatch.setattr(Preparer, "plan_request", lambda *a: (planned.append(a), original(*a))[1])
    served = Served(cost={"limit": 20})
    for _ in range(2):
        body = await served.send(ALL, {"n": 21})
        assert "data" not in body
        assert code(body) == "COST_ESTIMATED_TOO_EXPENSIVE"
        assert body["errors"][0]["message"] == "The operation may cost 21 points, more than the limit of 20."
    assert (planned, served.fetches) == ([], 0)
    assert code(await served.send(ALL, {"n": 20})) is None
    assert (len(planned), served.fetches) == (1, 1)


async def test_the_limit_holds_for_each_set_of_variables() -> None:
    """A cheap request with the same document opens nothing for a dear one, nor the other way round."""
    served = Served(cost={"limit": 20})
    for number, refused in ((3, None), (30, "COST_ESTIMATED_TOO_EXPENSIVE")) * 2:
        assert code(await served.send(ALL, {"n": number})) == refused


@pytest.mark.parametrize("variables", [{"n": None}, {}])
async def test_a_list_without_its_one_slicing_argument_is_refused(variables: object) -> None:
    """With a code of its own, and in words; unless costs are only measured."""
    body = await Served().send(ALL, variables)
    assert code(body) == "COST_INVALID_SLICING_ARGUMENTS"
    assert "Query.all needs exactly one of the arguments first, last, but has 0." in str(body["errors"])
    assert code(await Served(cost={"mode": "measure"}).send(ALL, variables)) is None


async def test_each_class_of_clients_has_its_own_limit() -> None:
    """What one class may send is refused to another, also if the body is known."""
    served = Served(cost={"limit": 20}, client_classes=[{**CLASS, "cost": 100}])
    for _ in range(2):
        assert code(await served.send(ALL, {"n": 50}, graphql_client_key=KEY)) is None
        assert code(await served.send(ALL, {"n": 50})) == "COST_ESTIMATED_TOO_EXPENSIVE"
    assert code(await served.send(ALL, {"n": 101}, graphql_client_key=KEY)) == "COST_ESTIMATED_TOO_EXPENSIVE"
    default = Served(client_classes=[{"name": "default", "cost": 5}])
    assert code(await default.send(ALL, {"n": 6})) == "COST_ESTIMATED_TOO_EXPENSIVE"


async def test_costs_are_told_to_those_who_ask_and_may() -> None:
    """Estimated and actual cost, limit and result; to nobody by default, and never unasked."""
    asked = {"graphql_cost": "1"}
    assert "extensions" not in await Served().send(ALL, {"n": 9}, **asked)
    served = Served(cost={"in_response": True, "limit": 10})
    assert "extensions" not in await served.send(ALL, {"n": 9})
    for _ in range(2):
        body = await served.send(ALL, {"n": 9}, **asked)
        told = {"estimated": 9, "actual": 3, "limit": 10, "result": "COST_OK"}
        assert body["extensions"] == {"cost": told}
        assert len(body["data"]["all"]) == 3
    classes = Served(
        client_classes=[{**CLASS, "cost": 7, "cost_in_response": True}], cost={"header": "x-cost"}
    )
    body = await classes.send(ALL, {"n": 2}, x_cost="", graphql_client_key=KEY)
    assert body["extensions"]["cost"]["limit"] == 7
    assert "extensions" not in await classes.send(ALL, {"n": 2}, x_cost="")
    closed = Served(
        cost={"in_response": True}, client_classes=[{"name": "default", "cost_in_response": False}]
    )
    assert "extensions" not in await closed.send(ALL, {"n": 2}, **asked)


@pytest.mark.parametrize(
    ("limit", "query", "result"),
    [
        (2, "{ all(first: 3) { id } }", "COST_ESTIMATED_TOO_EXPENSIVE"),
        (2, "{ all(first: 1) { id } }", "COST_ACTUAL_TOO_EXPENSIVE"),
        (9, "{ all { id } }", "COST_INVALID_SLICING_ARGUMENTS"),
        (99, "{ loose { id } }", "COST_OK"),
    ],
)
async def test_measuring_refuses_nothing_and_says_what_enforcing_would_do(
    limit: int, query: str, result: str
) -> None:
    """In the response, and in the metrics."""
    served = Served(cost={"mode": "measure", "limit": limit, "in_response": True})
    body = await served.send(query, graphql_cost="")
    assert "errors" not in body
    assert body["extensions"]["cost"]["result"] == result


async def test_costs_are_counted_in_metrics() -> None:
    """Estimates by result; what responses cost in the share that is set; refusals by code."""
    served = Served(cost={"limit": 10, "actual_share": 1})
    for number in (5, 5, 11):
        await served.send(ALL, {"n": number})
    await served.send(ALL)
    found = await served.metrics()
    assert found['furlong_gateway_cost_estimated_count{result="ok"}'] == 2
    assert found['furlong_gateway_cost_estimated_sum{result="ok"}'] == 10
    assert found['furlong_gateway_cost_estimated_bucket{le="3.0",result="ok"}'] == 0
    assert found['furlong_gateway_cost_estimated_bucket{le="10.0",result="ok"}'] == 2
    assert found['furlong_gateway_cost_estimated_sum{result="too_expensive"}'] == 11
    assert found['furlong_gateway_cost_estimated_count{result="invalid_slicing"}'] == 1
    assert (found["furlong_gateway_cost_actual_count"], found["furlong_gateway_cost_actual_sum"]) == (2, 6)
    assert found['furlong_gateway_refusals_total{code="COST_ESTIMATED_TOO_EXPENSIVE"}'] == 1
    silent = Served(cost={"actual_share": 0})
    await silent.send(ALL, {"n": 5})
    assert (await silent.metrics())["furlong_gateway_cost_actual_count"] == 0


async def test_costs_can_be_switched_off() -> None:
    """Then nothing is worked out, counted, refused or told."""
    served = Served(cost={"mode": "off", "limit": 1, "in_response": True})
    assert list(await served.send(ALL, {"n": 1000}, graphql_cost="")) == ["data"]
    assert not [name for name in await served.metrics() if "_cost_" in name]


@pytest.mark.parametrize(
    "settings", [{"cost": {"limit": 0}}, {"cost": {"mode": "maybe"}}, {"cost": {"actual_share": 2}}]
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any]) -> None:
    """At the start."""
    with pytest.raises(ValidationError):
        GatewaySettings(**settings)
