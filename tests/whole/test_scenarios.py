"""Every scenario of the demo is what its fixture says: the gallery's screens and the product agree."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from typer.testing import CliRunner

from furlong.cli.main import app
from furlong.demo.routes import SessionCustomer
from furlong.demo.scenarios import (
    Scenario,
    ScenarioError,
    ScenarioPlayer,
    faulty_gateway,
    read_scenario,
    read_scenarios,
)
from furlong.demo.ways import Way, way_called
from subgraphs.club_kit.domain.accounts import IneligibleReason
from tools.scenario_answers import play_all, recorded

CLUB_STATES = {
    *("NOT_OPTED_IN", "TRACKING", "QUALIFIED", "CONFIRMED", "FULFILLING"),
    *("CREDITED", "USED", "EXPIRED", "MISSED", "INELIGIBLE"),
}


@pytest.mark.slow("a demo plays all scenarios, one after another")
def test_the_running_demo_gives_the_recorded_answers(tmp_path: Path) -> None:
    """One demo plays all scenarios by real messages and mutations, and each answer equals its fixture.

    If the product has changed on purpose, `make scenarios` records them anew.
    """
    answers = asyncio.run(play_all(tmp_path))
    fixtures = recorded()
    assert list(answers) == list(fixtures)
    for name, answer in answers.items():
        assert answer == fixtures[name], name


def test_there_is_a_scenario_for_every_state_and_every_reason() -> None:
    """The fixtures reach each `ClubState` and each `IneligibleReason`, but that of a control group.

    Whom a scheme keeps out for comparison is drawn by a key that each installation has for itself.
    """
    clubs = [answer["club"] for answer in recorded().values()]
    reasons = {reason.name for reason in IneligibleReason if reason is not IneligibleReason.NOT_OFFERED}
    assert {club["state"] for club in clubs} == CLUB_STATES
    assert {club["ineligibleReason"] for club in clubs} - {None} == reasons


@pytest.mark.parametrize(("name", "status"), [("gateway-overloaded", 503), ("gateway-broken", 502)])
async def test_a_fault_of_the_gateway_begins_when_it_is_armed(name: str, status: int) -> None:
    """The graph alone has the fault, and has none while the demo reaches its first state."""
    faulty = faulty_gateway(PlainTextResponse("well"), [read_scenario(name)])
    assert faulty is not None
    async with httpx.AsyncClient(transport=httpx.ASGITransport(faulty), base_url="http://demo") as client:
        assert (await client.post("/graphql")).text == "well"
        faulty.armed = True
        assert (await client.post("/graphql")).status_code == status
        assert (await client.get("/demo/session")).text == "well"


def test_the_list_of_scenarios_names_each_with_what_it_shows() -> None:
    """`furlong demo --scenario list` prints all of them, the ways to run it first, and starts nothing."""
    shown = CliRunner().invoke(app, ["demo", "--scenario", "list"]).stdout
    head, *lines = shown.splitlines()
    assert head.split()[0] == "scenario"
    named = [line.split()[0] for line in lines]
    assert named == [*Way, *(scenario.name for scenario in read_scenarios())]
    assert len(set(named)) == len(named)
    assert "The target was not reached." in shown


def test_an_unknown_scenario_names_the_list() -> None:
    """A misspelt name says where the names are."""
    with pytest.raises(ScenarioError, match="--scenario list"):
        read_scenario("trakcing")


def test_a_misspelt_step_is_refused() -> None:
    """A scenario with an unknown field does not load, so none is silently shorter than it reads."""
    with pytest.raises(ValueError, match="stake"):
        Scenario.model_validate({"name": "x", "says": "x", "open": [{"bet": {"stake": 5}}], "expected": {}})


def test_the_ways_with_an_operator_share_data_of_their_own() -> None:
    """Where the operator has the money, none of it is in our ledger; our wallet goes on with its data."""
    data = Path("data")
    assert [way_called(name) for name in ("our-wallet", "frames", "tracking")] == [
        *(Way.OUR_WALLET, Way.FRAMES),
        None,
    ]
    assert Way.OUR_WALLET.data_of(data) == data
    assert Way.FRAMES.data_of(data) == Way.OPERATOR_WALLET.data_of(data) != data
    assert [way for way in Way if way.has_operator] == [Way.OPERATOR_WALLET, Way.FRAMES]


@pytest.mark.usefixtures("processes")
def test_a_demo_without_an_operator_imports_none() -> None:
    """So that its start is as fast as ever."""
    loaded = "import sys, furlong.demo.process; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    named = set(modules.stdout.split())
    assert "furlong.demo.companies" in named
    assert {
        "furlong.demo.operators_wallet",
        "simulator.seamless.serve",
        "simulator.seamless.books",
    } & named == set()


async def test_a_change_that_meets_a_busy_service_is_sent_again_with_its_key() -> None:
    """While a database is locked the player tries again, and the key keeps the change a single one."""
    keys: list[str] = []

    async def busy_at_first(request: Request) -> JSONResponse:
        asked = await request.json()
        if asked["operationName"] != "Join":
            return JSONResponse({"data": {"club": {"state": "TRACKING", "terms": {"version": 1}}}})
        keys.append(asked["variables"]["input"]["idempotencyKey"])
        if len(keys) < 3:
            fault = {"message": "Locked.", "extensions": {"code": "SERVICE_UNAVAILABLE"}}
            return JSONResponse({"data": None, "errors": [fault]})
        return JSONResponse({"data": {"payload": {"errors": []}}})

    busy = Starlette(routes=[Route("/graphql", busy_at_first, methods=["POST"])])
    scenario = Scenario.model_validate(
        {"name": "busy", "says": "x", "open": ["join"], "expected": {"state": "TRACKING"}}
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(busy), base_url="http://demo") as graph:
        player = ScenarioPlayer(graph, graph, cast("Any", None), cast("Any", None), print, recalled)
        session = SessionCustomer(id=scenario.customer.id, brand=scenario.brand, token="t", note="x")
        await player.play([scenario], {session.id: session})
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def recalled(option: str) -> None:
    """Recall nothing."""
    raise AssertionError(option)
