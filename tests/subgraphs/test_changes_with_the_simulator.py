"""Mutations against the real simulator over HTTP: both sides end in the same state, whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.upstream.api import serving_upstream
from simulator.world import load_world
from subgraphs.kit.domain.keys import Owner
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import NOW, WEEK, good_account, make_config

CUSTOMER = "c-1001"
MEMBERSHIP = f"/v1/brands/northbet/customers/{CUSTOMER}/membership"
CHOICE = f"/v1/brands/northbet/customers/{CUSTOMER}/weeks/{WEEK}/choice"
OPT_IN = """mutation ($i: OptInInput!) { optIn(input: $i) {
  errors { code } club { membership { optedIn pending version } } } }"""
OPT_OUT = OPT_IN.replace("OptInInput", "OptOutInput").replace("optIn(", "optOut(")
CHANGE = """mutation ($i: ChangeRewardInput!) { changeReward(input: $i) {
  errors { code } club { choice { option { id } version pending } } } }"""


@dataclass(frozen=True, slots=True)
class Both:
    """The subgraphs, and the simulator's side over HTTP.

    Attributes:
        impatient: The same subgraphs, which give a call up after a moment, and do not try again.
    """

    club_fixture: ClubFixture
    impatient: ClubFixture
    api: httpx.AsyncClient

    async def opt_in(self, key: str = "in", club_fixture: ClubFixture | None = None) -> dict[str, Any]:
        """Opts in."""
        club = (club_fixture or self.club_fixture).club
        return await self._mutate(club, OPT_IN, {"termsVersion": "2026-1", "idempotencyKey": key})

    async def opt_out(self, key: str = "out") -> dict[str, Any]:
        """Opts out."""
        return await self._mutate(self.club_fixture.club, OPT_OUT, {"idempotencyKey": key})

    async def change(self, version: int = 0, key: str = "change") -> dict[str, Any]:
        """Changes the reward."""
        arguments = {"optionId": "northbet:fb-2x3:1", "expectedVersion": version, "idempotencyKey": key}
        return await self._mutate(self.club_fixture.rewards, CHANGE, arguments)

    async def fault(self, name: str, **more: Any) -> None:
        """Lets the next calls of the customer meet a fault."""
        order = {"fault": name, "customer": CUSTOMER} | more
        (await self.api.post("/simulator/faults", json=order)).raise_for_status()

    async def no_more_faults(self) -> None:
        """From now on every call is answered as it should be."""
        (await self.api.delete("/simulator/faults")).raise_for_status()

    async def applied(self) -> list[str]:
        """The calls that had an effect on the simulator's record."""
        answer = await self.api.get("/simulator/journal", params={"customer": CUSTOMER})
        return [entry["path"] for entry in answer.json()["entries"] if entry["outcome"] == "applied"]

    async def _mutate(self, subgraph: Any, mutation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        variables = {"i": {"brand": "northbet"} | arguments}
        data = await data_of(subgraph, mutation, variables, session(CUSTOMER))
        return dict(next(iter(data.values())))


@pytest.fixture
async def both(each_url: str, tmp_path: Path) -> AsyncIterator[Both]:
    """Northbet's subgraphs over the simulator that is really served, on each engine."""
    async with (
        serving_upstream(load_world(), tmp_path / "upstream.sqlite") as url,
        httpx.AsyncClient(base_url=url, timeout=60) as api,
    ):
        club_fixture = ClubFixture.over(each_url, NOW, url, timeout_seconds=60)
        impatient = ClubFixture.over(each_url, NOW, url, timeout_seconds=0.3, attempts=1)
        await club_fixture.add_brand()
        await club_fixture.add_accounts({Owner("northbet", CUSTOMER): good_account()})
        await club_fixture.add_rewards([make_config("fb-5"), make_config("fb-2x3")])
        yield Both(club_fixture, impatient, api)
        await club_fixture.close()
        await impatient.close()


def reasons(payload: dict[str, Any]) -> list[str]:
    """The codes of a payload's errors."""
    return [error["code"] for error in payload["errors"]]


async def test_a_customer_joins_chooses_and_leaves(both: Both) -> None:
    """Each change is confirmed, and is in the simulator's record as in ours."""
    joined, changed = await both.opt_in(), await both.change()
    choice = (await both.api.get(CHOICE)).json()
    gone = await both.opt_out()
    membership = (await both.api.get(MEMBERSHIP)).json()
    assert joined == {"errors": [], "club": {"membership": {"optedIn": True, "pending": False, "version": 1}}}
    assert changed["errors"] == []
    assert changed["club"]["choice"] == {
        "option": {"id": "northbet:fb-2x3:1"},
        "version": 1,
        "pending": False,
    }
    assert gone == {"errors": [], "club": {"membership": {"optedIn": False, "pending": False, "version": 2}}}
    assert (choice["reward_id"], choice["config_version"]) == ("fb-2x3", 1)
    assert membership["state"] == "opted_out"


async def test_who_is_no_member_cannot_choose(both: Both) -> None:
    """The upstream's own refusal comes out with its code."""
    assert reasons(await both.change()) == ["NOT_MEMBER"]


@pytest.mark.parametrize("fault", ["busy", "timeout_before", "timeout_after", "reset_after"])
async def test_a_fault_leaves_one_effect_in_the_end(both: Both, fault: str) -> None:
    """Whether the answer or the request was lost, the customer waits, tries again, and is a member once."""
    await both.fault(fault, times=2)
    waiting = await both.opt_in(club_fixture=both.impatient)
    await both.no_more_faults()
    assert reasons(waiting) == ["UPSTREAM_PENDING"]
    assert waiting["club"]["membership"] == {"optedIn": False, "pending": True, "version": 0}
    both.club_fixture.clock.advance(timedelta(seconds=1))  # which a busy upstream asks for
    done = await both.opt_in()
    assert done == {"errors": [], "club": {"membership": {"optedIn": True, "pending": False, "version": 1}}}
    assert await both.applied() == [MEMBERSHIP]


async def test_a_refusal_is_told_and_changes_nothing(both: Both) -> None:
    """A refused change is on neither side's record."""
    await both.fault("refuse", code="SOMETHING")
    assert reasons(await both.opt_in()) == ["UPSTREAM_REFUSED"]
    assert (await both.api.get(MEMBERSHIP)).status_code == 404


async def test_parallel_clicks_are_one_effect_on_the_record(both: Both) -> None:
    """Fifty clicks through a upstream that is busy at first are one change, on both sides."""
    await both.fault("busy", times=10)
    outcomes = await asyncio.gather(*(both.opt_in("same") for _ in range(50)))
    assert {code for payload in outcomes for code in reasons(payload)} <= {"UPSTREAM_PENDING"}
    await both.no_more_faults()
    both.club_fixture.clock.advance(timedelta(seconds=1))
    final = await both.opt_in("same")
    assert final["club"]["membership"] == {"optedIn": True, "pending": False, "version": 1}
    assert await both.applied() == [MEMBERSHIP]
