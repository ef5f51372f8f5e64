"""A permitted client gets the query plan and timings beside the answer, if it asks for them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from gateway.plan import show
from tests.gateway.worlds import shop

QUERY = "{ topProducts { upc reviews { author { username } } } }"
TOOLS = {
    "name": "tools",
    "key_sha256": [sha256(b"k-1").hexdigest()],
    "debug_in_response": True,
}
STRICT = {
    "name": "page",
    "key_sha256": [sha256(b"k-2").hexdigest()],
    "debug_in_response": False,
}


async def asked(
    headers: dict[str, str], query: str = QUERY, times: int = 1, **settings: Any
) -> httpx.Response:
    """Send a query, so many times, to a gateway over the shop; return the last answer."""
    federation = shop()
    app = create_gateway(
        federation.sdl,
        federation.transports(),
        GatewaySettings(**settings),
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        for _ in range(times):
            response = await client.post("/graphql", json={"query": query}, headers=headers)
    return response


async def test_plan_and_timings_stand_beside_the_answer() -> None:
    """The plan is the one that `furlong gateway plan` prints; each stage and fetch has its milliseconds."""
    plain = (await asked({})).json()
    told = (await asked({"graphql-debug": "plan, timing"}, observation={"debug_in_response": True})).json()
    assert told["data"] == plain["data"]
    assert plain.keys() == {"data"}
    plan, timing = told["extensions"]["queryPlan"], told["extensions"]["timing"]
    made = shop().plan(QUERY)
    assert plan["text"] == show(made)
    fetches = [stage for stage in timing["stages"] if stage["name"].startswith("fetch ")]
    assert [each["subgraph"] for each in fetches] == [fetch.subgraph for fetch in made.fetches]
    names = [stage["name"] for stage in timing["stages"]]
    assert names[0] == "prepare"
    assert names[-1] == "project"
    assert all(0 <= stage["start"] <= stage["start"] + stage["duration"] for stage in timing["stages"])
    assert sum(stage["duration"] for stage in timing["stages"]) > 0
    assert timing["total"] >= max(stage["duration"] for stage in timing["stages"])


async def test_the_plan_as_json_has_every_fetch() -> None:
    """It has the names that tools for Federation know, and what each fetch waits for."""
    told = (await asked({"graphql-debug": "plan"}, observation={"debug_in_response": True})).json()
    assert told["extensions"].keys() == {"queryPlan"}

    def fetches(node: Any) -> list[dict[str, Any]]:
        match node["kind"]:
            case "Fetch":
                return [node]
            case "Flatten":
                return fetches(node["node"])
            case _:
                return [found for each in node["nodes"] for found in fetches(each)]

    found = fetches(told["extensions"]["queryPlan"]["json"]["node"])
    assert [(each["id"], each["serviceName"], each["operation"]) for each in found] == [
        (fetch.number, fetch.subgraph, fetch.document) for fetch in shop().plan(QUERY).fetches
    ]


async def test_caches_that_were_hit_are_named() -> None:
    """The second request of one body is known by its bytes, and so is its plan."""
    told = (await asked({"graphql-debug": "timing"}, times=2, observation={"debug_in_response": True})).json()
    stages = {stage["name"]: stage for stage in told["extensions"]["timing"]["stages"]}
    assert (stages["prepare"]["cache"], stages["plan"]["cache"]) == ("bodies", "plans")


@pytest.mark.parametrize(
    ("headers", "settings", "allowed"),
    [
        ({}, {}, False),
        ({}, {"observation": {"debug_in_response": True}}, True),
        ({}, {"client_classes": [TOOLS]}, False),
        ({"graphql-client-key": "k-1"}, {"client_classes": [TOOLS]}, True),
        (
            {"graphql-client-key": "k-2"},
            {"client_classes": [STRICT], "observation": {"debug_in_response": True}},
            False,
        ),
        (
            {"graphql-client-key": "k-3"},
            {"client_classes": [TOOLS], "observation": {"debug_in_response": True}},
            None,
        ),
    ],
)
async def test_only_an_allowed_client_is_told(
    headers: dict[str, str], settings: dict[str, Any], *, allowed: bool | None
) -> None:
    """Its class decides, or else the setting; with a wrong key it is refused as ever."""
    response = await asked({"graphql-debug": "plan,timing", **headers}, **settings)
    if allowed is None:
        assert response.json()["errors"][0]["extensions"]["code"] == "UNKNOWN_CLIENT_KEY"
    else:
        assert ("extensions" in response.json()) is allowed


@pytest.mark.parametrize("value", ["", "yes", "plans", "plan;timing", "x" * 5000])
async def test_an_unknown_wish_is_ignored(value: str) -> None:
    """The answer is as without the header."""
    assert (await asked({"graphql-debug": value}, observation={"debug_in_response": True})).json().keys() == {
        "data"
    }


async def test_reports_and_costs_stand_side_by_side() -> None:
    """A client may ask for both."""
    told = await asked(
        {"graphql-debug": "timing", "graphql-cost": "1"},
        observation={"debug_in_response": True},
        cost={"in_response": True},
    )
    assert told.json()["extensions"].keys() >= {"timing", "cost"}


async def test_an_answer_with_a_report_is_not_cached() -> None:
    """It was made for the one who asked."""
    response = await asked({"graphql-debug": "plan"}, observation={"debug_in_response": True})
    assert "max-age" not in response.headers.get("cache-control", "")
