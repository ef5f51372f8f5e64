"""Faults on demand: what the caller sees, and whether there was an effect."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.upstream.api import serving_upstream
from simulator.world import World

PATH = "/v1/brands/northbet/customers/{}/membership"
JOIN = {"state": "opted_in", "terms_version": "2026-01"}


async def join(api: httpx.AsyncClient, customer: str = "c-1001") -> httpx.Response:
    """Opt a customer in, always under the same key."""
    return await api.put(PATH.format(customer), json=JOIN, headers={"Idempotency-Key": f"join-{customer}"})


async def arm(api: httpx.AsyncClient, fault: str, **order: Any) -> None:
    """Order a fault."""
    answer = await api.post("/simulator/faults", json={"fault": fault, **order})
    assert answer.status_code == 200, answer.text


async def outcomes(api: httpx.AsyncClient) -> list[tuple[str, str | None]]:
    """Outcome and fault of every PUT so far."""
    entries = (await api.get("/simulator/journal")).json()["entries"]
    return [(entry["outcome"], entry["fault"]) for entry in entries if entry["method"] == "PUT"]


async def hangs(api: httpx.AsyncClient) -> asyncio.Task[httpx.Response]:
    """Opt a customer in, and see that it is in the journal but gets no answer."""
    hanging = asyncio.create_task(join(api))
    async with asyncio.timeout(60):
        while True:
            if await outcomes(api):
                break
            await asyncio.sleep(0.01)
    answered, _ = await asyncio.wait({hanging}, timeout=0.2)
    assert not answered
    return hanging


async def test_busy_for_some_times(api: httpx.AsyncClient) -> None:
    """The next two PUTs are turned away without effect, the third goes through."""
    await arm(api, "busy", times=2)
    answers = [await join(api) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json()["code"] == "BUSY"
    assert answers[0].headers["Retry-After"] == "1"
    assert await outcomes(api) == [("busy", "busy"), ("busy", "busy"), ("applied", None)]


async def test_faults_of_one_customer(api: httpx.AsyncClient) -> None:
    """A fault for one customer leaves the others alone, and waits for that one."""
    await arm(api, "busy", customer="c-1002")
    assert (await join(api)).status_code == 200
    assert (await join(api, "c-1002")).status_code == 503


async def test_faults_come_in_the_order_given(api: httpx.AsyncClient) -> None:
    """Of two faults ordered, the first befalls the first PUT."""
    await arm(api, "busy")
    await arm(api, "refuse", code="CLOSED_FOR_TODAY")
    first, second = await join(api), await join(api)
    assert (first.status_code, second.status_code) == (503, 422)
    assert second.json()["code"] == "CLOSED_FOR_TODAY"


async def test_refused_on_purpose(api: httpx.AsyncClient) -> None:
    """A refusal on purpose has no effect, and its key stays refused."""
    await arm(api, "refuse")
    assert [(await join(api)).status_code for _ in range(2)] == [422, 422]
    assert await outcomes(api) == [("refused", "refuse"), ("replayed", None)]


async def test_a_key_that_succeeded_is_not_refused(api: httpx.AsyncClient) -> None:
    """A refusal on purpose cannot take back what the same key has already done."""
    await join(api)
    await arm(api, "refuse")
    assert (await join(api)).status_code == 200


async def test_faults_can_be_cleared(api: httpx.AsyncClient) -> None:
    """After clearing, nothing is left of the faults ordered."""
    await arm(api, "busy", times=5)
    assert (await api.delete("/simulator/faults")).status_code == 204
    assert (await join(api)).status_code == 200


@pytest.mark.parametrize(
    "order", [{"fault": "meteor"}, {"fault": "busy", "times": 0}, {"fault": "busy", "x": 1}]
)
async def test_impossible_faults(api: httpx.AsyncClient, order: dict[str, Any]) -> None:
    """A fault that does not exist is refused and does not come into the upstream's journal."""
    assert (await api.post("/simulator/faults", json=order)).status_code == 400
    assert (await api.get("/simulator/journal")).json()["entries"] == []


async def test_malformed_requests_use_up_no_fault(api: httpx.AsyncClient) -> None:
    """A fault waits for a PUT that the API understands."""
    await arm(api, "busy")
    await api.put(PATH.format("c-1001"), json={})
    assert (await join(api)).status_code == 503


async def test_slow_answers_arrive(served: httpx.AsyncClient) -> None:
    """A slow answer is late, and the right one."""
    await arm(served, "slow", late_seconds=0.3)
    began = time.monotonic()
    answer = await join(served)
    assert time.monotonic() - began >= 0.3
    assert (answer.status_code, answer.json()["state"]) == (200, "opted_in")


async def test_time_out_without_effect(served: httpx.AsyncClient) -> None:
    """The caller gives up waiting, and nothing is recorded; the same key then goes through."""
    await arm(served, "timeout_before")
    (await hangs(served)).cancel()
    assert (await served.get(PATH.format("c-1001"))).status_code == 404
    assert (await join(served)).status_code == 200
    assert await outcomes(served) == [("unanswered", "timeout_before"), ("applied", None)]


async def test_time_out_after_the_effect(served: httpx.AsyncClient) -> None:
    """The caller gives up waiting although it is recorded; the same key learns of it, with one effect."""
    await arm(served, "timeout_after")
    (await hangs(served)).cancel()
    assert (await served.get(PATH.format("c-1001"))).json()["state"] == "opted_in"
    assert (await join(served)).json()["revision"] == 1
    assert await outcomes(served) == [("applied", "timeout_after"), ("replayed", None)]


async def test_connection_lost_after_the_effect(served: httpx.AsyncClient) -> None:
    """The connection drops without an answer although it is recorded; the same key learns of it."""
    await arm(served, "reset_after")
    with pytest.raises(httpx.RemoteProtocolError):
        await join(served)
    assert (await join(served)).status_code == 200
    assert await outcomes(served) == [("applied", "reset_after"), ("replayed", None)]


@pytest.mark.parametrize(("fault", "status"), [("timeout_before", 503), ("timeout_after", 200)])
async def test_hanging_requests_end_with_the_server(
    tmp_path: Path, world: World, fault: str, status: int
) -> None:
    """A stopping server does not wait for deliberately hanging requests: they are answered at once."""
    async with httpx.AsyncClient(timeout=60) as api:
        async with serving_upstream(world, tmp_path / "upstream.sqlite") as url:
            api.base_url = httpx.URL(url)
            await arm(api, fault)
            hanging = await hangs(api)
            began = time.monotonic()
        assert (await hanging).status_code == status
    assert time.monotonic() - began < 20


async def test_many_at_once_have_one_effect(served: httpx.AsyncClient) -> None:
    """Fifty equal requests at the same time have one effect and fifty equal answers."""
    answers = await asyncio.gather(*(join(served) for _ in range(50)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert sorted(await outcomes(served)) == [("applied", None)] + [("replayed", None)] * 49
