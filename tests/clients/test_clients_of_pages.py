"""Apollo Client, urql, graphql-request and gql play the bet-slip: query, change, live update, parts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo

NODE: Final = Path(__file__).resolve().parents[1] / "node"
QUERY: Final = "query Slip($brand: ID!) { club(brand: $brand) { id state } }"
UPDATE: Final = "subscription Live($brand: ID!) { clubUpdated(brand: $brand) { club { id state } } }"
PARTS: Final = """query Parts($brand: ID!) {
  club(brand: $brand) { id state ... @defer(label: "options") { options { id title } } }
}"""
OPT_IN: Final = (
    "mutation Join($input: OptInInput!) { optIn(input: $input) { club { id state } errors { code } } }"
)
OPT_OUT: Final = OPT_IN.replace("OptIn", "OptOut").replace("optIn", "optOut")
REFUSED: Final = {
    "code": 4403,
    "reason": "Forbidden: the session token is not valid: sign in again",
}


STREAMED: Final = """query Parts($brand: ID!) {
  club(brand: $brand) { id state options @stream(initialCount: 1, label: "options") { id title } }
}"""


def played(
    demo: Demo, client: str, customer: str, *, joins: bool, parts: str = PARTS
) -> dict[str, list[Any]]:
    """What a client of npm is told, by its steps."""
    wanted = {"brand": BRAND, "idempotencyKey": str(uuid.uuid4())}
    if joins:
        wanted["termsVersion"] = demo.site.club(customer)["terms"]["version"]
    facts = {
        "url": demo.facts["graphql"],
        "token": demo.site.tokens[customer],
        "query": QUERY,
        "mutation": OPT_IN if joins else OPT_OUT,
        "input": wanted,
        "update": UPDATE,
        "parts": parts,
        "hash": sha256(QUERY.encode()).hexdigest(),
    }
    ended = subprocess.run(
        ["node", "club-clients.mjs", client],
        cwd=NODE,
        input=json.dumps(facts),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    steps: dict[str, list[Any]] = {}
    for line in ended.stdout.splitlines():
        for step, result in json.loads(line).items():
            steps.setdefault(step, []).append(result)
    return steps


def test_apollo_client_plays_the_bet_slip(demo: Demo) -> None:
    """It also goes on without persisted queries, sends batches, and hears why its token is refused."""
    steps = played(demo, "apollo", "c-1001", joins=True)
    assert steps["query"][0]["club"]["state"] == "NOT_OPTED_IN"
    assert steps["mutation"][0]["optIn"]["errors"] == []
    assert steps["update"][0]["clubUpdated"]["club"]["state"] == "TRACKING"
    assert steps["part"][0]["data"]["club"]["state"] == "TRACKING"
    assert steps["part"][-1]["dataState"] == "complete"
    assert len(steps["part"][-1]["data"]["club"]["options"]) >= 4
    assert steps["persisted"][0]["club"]["state"] == "TRACKING"
    assert [each["club"]["state"] for each in steps["batch"][0]] == ["TRACKING"] * 2
    assert f"{REFUSED['code']} {REFUSED['reason']}" in steps["refused"][0]["reason"]
    assert steps["socket"] == [REFUSED]


def test_urql_plays_the_bet_slip(demo: Demo) -> None:
    """It reads the parts of the older format; items of the newer one it puts in the wrong place, or loses."""
    steps = played(demo, "urql", "c-1002", joins=True, parts=STREAMED)
    assert steps["query"][0]["club"]["state"] == "NOT_OPTED_IN"
    assert steps["mutation"][0]["optIn"]["errors"] == []
    assert steps["update"][0]["clubUpdated"]["club"]["state"] == "TRACKING"
    first, *_, last = steps["part"]
    assert first["hasNext"] is True
    assert last["hasNext"] is False
    options = last["data"]["club"]["options"]
    assert len([option for option in options if option["title"]]) >= 4
    assert steps["part-by-default"][-1]["data"]["club"]["options"] != options


def test_graphql_request_plays_the_bet_slip(demo: Demo) -> None:
    """Its batches are answered by request."""
    steps = played(demo, "graphql-request", "c-1003", joins=False)
    assert steps["query"][0]["club"]["state"] == "TRACKING"
    assert steps["mutation"][0]["optOut"]["errors"] == []
    assert len(steps["batch"][0]) == 2
    assert {each["data"]["club"]["state"] for each in steps["batch"][0]} == {"NOT_OPTED_IN"}


async def test_gql_plays_the_bet_slip(demo: Demo) -> None:
    """It gets parts as one response, sends batches, follows the club, and hears why its token is refused."""
    customer, url = "c-1004", demo.facts["graphql"]
    signed = {"authorization": f"Bearer {demo.site.tokens[customer]}"}
    slip = GraphQLRequest(QUERY, variable_values={"brand": BRAND})
    wanted = {"brand": BRAND, "idempotencyKey": str(uuid.uuid4())}
    async with Client(transport=HTTPXAsyncTransport(url, headers=signed)) as session:
        assert (await session.execute(slip))["club"]["state"] == "QUALIFIED"
        both = await session.execute_batch([slip, slip])
        assert [each["club"]["state"] for each in both] == ["QUALIFIED"] * 2
        whole = await session.execute(GraphQLRequest(PARTS, variable_values={"brand": BRAND}))
        assert len(whole["club"]["options"]) >= 4
        changed = await session.execute(GraphQLRequest(OPT_OUT, variable_values={"input": wanted}))
        assert changed["optOut"]["club"]["id"]
    follow = GraphQLRequest(UPDATE, variable_values={"brand": BRAND})
    live = WebsocketsTransport(url=demo.facts["live"], init_payload=signed)
    async with asyncio.timeout(PATIENCE_SECONDS), Client(transport=live) as session:
        async for update in session.subscribe(follow):
            assert update["clubUpdated"]["club"]["id"]
            break
    stranger = WebsocketsTransport(url=demo.facts["live"], init_payload={"authorization": "Bearer nobody"})
    with pytest.raises(TransportConnectionFailed) as refusal:
        async with Client(transport=stranger) as session:
            await session.execute(slip)
    closed = refusal.value.__cause__
    assert isinstance(closed, ConnectionClosed)
    assert closed.rcvd is not None
    assert {"code": closed.rcvd.code, "reason": closed.rcvd.reason} == REFUSED
