"""Identical queries in flight share one call, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.errors import ConnectionLost, SubgraphUnreachable
from gateway.features.resilience.deadline import ACTIVE_REQUEST, ActiveRequest
from gateway.features.resilience.shared_fetches import SharedFetches
from gateway.transport import BYTES_A_PLACE
from jit.codegen import BUDGET, BudgetSpent, ResponseBudget, spend
from tests.support.gateway.scripted_calls import Clock, Scripted

ANNE, BEN = {"authorization": "Bearer anne"}, {"authorization": "Bearer ben"}
GOOD: dict[str, Any] = {"data": {"list": [{"a": 1}], "b": {"c": 2}}}


@pytest.fixture(autouse=True)
def outside() -> Iterator[None]:
    """No request at first."""
    token = ACTIVE_REQUEST.set(None)
    yield
    ACTIVE_REQUEST.reset(token)


class SharedCall:
    """A call that waits until a test answers it, and what shares it."""

    def __init__(self, *, is_public: bool = False, **more: Any) -> None:
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.call = Scripted([self.answer])
        self.sharing = SharedFetches(1.0, frozenset({"traceparent"}), **more)
        self.shared = self.sharing.shared(self.call, "{ a }", is_public=is_public)

    def ask(
        self, headers: dict[str, str] | None = None, variables: Any = None, session: object = None
    ) -> asyncio.Task[Any]:
        """Ask in a task."""
        return asyncio.create_task(self.shared(variables or {}, headers or {}, session))  # type: ignore[arg-type]


async def begun() -> None:
    """Let tasks begin."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_identical_queries_share_one_call() -> None:
    """Each gets a response of its own, which it may change."""
    fetch = SharedCall()
    asked = [fetch.ask(ANNE) for _ in range(5)]
    await begun()
    fetch.answer.set_result(GOOD)
    responses = await asyncio.gather(*asked)
    assert len(fetch.call.calls) == 1
    assert fetch.sharing.joined["customer"] == 4
    for number, response in enumerate(responses):
        assert response == {"data": {"list": [{"a": 1}], "b": {"c": 2}}}
        response["data"]["list"][0]["a"] = response["data"]["b"]["c"] = f"changed by {number}"
        response["data"]["list"].append("more")
    assert fetch.sharing.flights == {}


async def test_a_call_alone_is_not_copied() -> None:
    """Sharing costs nothing where nothing is shared."""
    fetch = SharedCall()
    asked = fetch.ask(ANNE)
    await begun()
    fetch.answer.set_result(GOOD)
    assert (await asked)["data"] is GOOD["data"]


@pytest.mark.parametrize(
    ("headers", "variables", "session"),
    [(BEN, {}, "anne"), ({}, {}, "anne"), (ANNE, {"x": 1}, "anne"), (ANNE, {}, "ben")],
)
async def test_what_differs_in_anything_is_not_shared(headers: Any, variables: Any, session: Any) -> None:
    """Another customer's answer would be someone else's data."""
    fetch = SharedCall(identify=lambda each: each)
    asked = [fetch.ask(ANNE, {}, "anne"), fetch.ask(headers, variables, session)]
    await begun()
    assert len(fetch.call.calls) == 2
    fetch.answer.set_result(GOOD)
    await asyncio.gather(*asked)


async def test_documents_are_not_mixed_up() -> None:
    """The same variables and headers mean nothing then."""
    fetch = SharedCall()
    other = Scripted([{"data": {"other": 1}}])
    asked = fetch.ask(ANNE)
    await begun()
    assert await fetch.sharing.shared(other, "{ b }", is_public=False)({}, ANNE, None) == {
        "data": {"other": 1}
    }
    fetch.answer.set_result(GOOD)
    await asked


async def test_traces_do_not_keep_queries_apart() -> None:
    """Each request has a trace of its own, which changes no response."""
    fetch = SharedCall()
    asked = [fetch.ask({**ANNE, "traceparent": str(number)}) for number in range(3)]
    await begun()
    fetch.answer.set_result(GOOD)
    await asyncio.gather(*asked)
    assert len(fetch.call.calls) == 1


@pytest.mark.parametrize(("leaving", "calls"), [(0, 2), (1, 1)])
async def test_who_leaves_takes_nobody_along(leaving: int, calls: int) -> None:
    """If it is the one that makes the call, one of the others makes it anew, for all that are left."""
    fetch = SharedCall()
    asked = [fetch.ask(ANNE) for _ in range(4)]
    await begun()
    asked[leaving].cancel()
    await begun()
    fetch.answer.set_result(GOOD)
    others = [each for number, each in enumerate(asked) if number != leaving]
    assert await asyncio.gather(*others) == [GOOD] * 3
    assert (len(fetch.call.calls), fetch.call.cancelled) == (calls, calls - 1)


async def test_a_call_for_nobody_is_cancelled() -> None:
    """And nobody joins it any more."""
    fetch = SharedCall()
    asked = [fetch.ask(ANNE) for _ in range(2)]
    await begun()
    for each in asked:
        each.cancel()
    late = fetch.ask(ANNE)
    await begun()
    assert (fetch.call.cancelled, len(fetch.call.calls)) == (1, 2)
    fetch.answer.set_result(GOOD)
    assert await late == GOOD


async def test_a_failure_is_everyones() -> None:
    """As an exception of one's own."""
    fetch = SharedCall()
    asked = [fetch.ask(ANNE) for _ in range(2)]
    await begun()
    fetch.answer.set_exception(ConnectionLost("closed"))
    failures = await asyncio.gather(*asked, return_exceptions=True)
    assert [(type(failure), str(failure)) for failure in failures] == [(ConnectionLost, "closed")] * 2
    assert failures[0] is not failures[1]


async def test_an_old_call_is_not_joined() -> None:
    """It may time out before the one that comes late would."""
    clock = Clock()
    fetch = SharedCall(clock=clock)
    first = fetch.ask(ANNE)
    await begun()
    clock.now += 0.6
    late = fetch.ask(ANNE)
    await begun()
    assert len(fetch.call.calls) == 2
    fetch.answer.set_result(GOOD)
    assert await asyncio.gather(first, late) == [GOOD, GOOD]
    assert fetch.sharing.flights == {}


async def test_nobody_joins_or_is_joined_by_who_is_in_a_hurry() -> None:
    """A client that shortens its deadline must not end the calls of others."""
    fetch = SharedCall(clock=Clock())
    ACTIVE_REQUEST.set(ActiveRequest(1e9, is_hurried=True))
    hurried = fetch.ask(ANNE)
    await begun()
    ACTIVE_REQUEST.set(ActiveRequest(1e9))
    other = fetch.ask(ANNE)
    await begun()
    assert len(fetch.call.calls) == 2
    fetch.answer.set_result(GOOD)
    await asyncio.gather(hurried, other)


async def test_each_pays_for_the_response_from_its_own_budget() -> None:
    """Who has too little left is refused alone."""
    sharing = SharedFetches(1.0, frozenset())
    go = asyncio.Event()

    async def call(_variables: Any, _headers: Any, _session: object) -> Any:
        await go.wait()
        spend(70)
        return {"data": "x" * (70 * BYTES_A_PLACE)}

    shared = sharing.shared(call, "{ a }", is_public=False)

    async def ask(budget: int) -> int | str:
        BUDGET.set(ResponseBudget(budget))
        try:
            await shared({}, ANNE, None)
        except BudgetSpent:
            return "spent"
        left = BUDGET.get()
        assert left is not None
        return left.places

    asked = [asyncio.create_task(ask(budget)) for budget in (50, 100, 200)]
    await begun()
    go.set()
    assert await asyncio.gather(*asked) == ["spent", 30, 130]
    assert sharing.joined["customer"] == 2


async def test_public_queries_are_shared_by_all_customers() -> None:
    """Their languages may still differ."""
    fetch = SharedCall(is_public=True)
    german = {"accept-language": "de"}
    asked = [
        fetch.ask(ANNE, session="anne"),
        fetch.ask(BEN, session="ben"),
        fetch.ask({}),
        fetch.ask(BEN | german),
    ]
    await begun()
    fetch.answer.set_result(GOOD)
    assert await asyncio.gather(*asked) == [GOOD] * 4
    assert len(fetch.call.calls) == 2
    assert fetch.sharing.joined["public"] == 2


async def test_errors_are_not_shared_with_other_customers() -> None:
    """They may concern the one for whom the call was made: his token may be too old."""
    fetch = SharedCall(is_public=True)
    fetch.call.script.append(GOOD)
    first, second = fetch.ask(ANNE), fetch.ask(BEN)
    await begun()
    refused = {"data": None, "errors": [{"message": "Your token is too old."}]}
    fetch.answer.set_result(refused)
    assert await asyncio.gather(first, second) == [refused, GOOD]
    assert [headers for _, headers in fetch.call.calls] == [ANNE, BEN]


async def test_nothing_is_left_behind_by_failures_that_nobody_awaits(recwarn: Any) -> None:
    """A call that fails while it is being cancelled is forgotten."""
    fetch = SharedCall()
    asked = fetch.ask(ANNE)
    await begun()
    asked.cancel()
    fetch.answer.set_exception(SubgraphUnreachable("x"))
    await asyncio.gather(asked, return_exceptions=True)
    await begun()
    assert fetch.sharing.flights == {}
    assert not recwarn.list
