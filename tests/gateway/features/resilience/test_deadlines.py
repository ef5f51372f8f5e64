"""A request has a deadline: no call outlasts it, and subgraphs get the remaining time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.errors import DeadlineExceeded, SubgraphTimeout, SubgraphUnreachable
from gateway.features.resilience.bulkhead import Bulkhead, WaitingRequests
from gateway.features.resilience.deadline import ACTIVE_REQUEST, ActiveRequest, Deadlines, TimeLimit
from tests.support.gateway.scripted_calls import VARIABLES, Clock, Scripted, soon

GOOD = {"data": {"a": 1}}
HEADER = b"x-timeout-ms"


@pytest.fixture(autouse=True)
def outside() -> Iterator[None]:
    """No request at first."""
    token = ACTIVE_REQUEST.set(None)
    yield
    ACTIVE_REQUEST.reset(token)


def begun(clock: Clock, given: bytes | None = None, *, allowed: bool = True) -> ActiveRequest:
    """A request that begins now and has two seconds."""
    headers = {} if given is None else {HEADER: given}
    Deadlines(2.0, HEADER if allowed else None, clock).begin(headers)
    request = ACTIVE_REQUEST.get()
    assert request is not None
    return request


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (None, 2.0),
        (b"500", 0.5),
        (b"0", 0.0),
        (b"2000", 2.0),
        (b"9999999", 2.0),
        (b"99999999999999999999", 2.0),
        (b"-1", 2.0),
        (b"1.5", 2.0),
        (b"", 2.0),
        (b"soon", 2.0),
        ("\u0665".encode(), 2.0),
        (b"5, 7", 2.0),
    ],
)
def test_clients_may_shorten_the_time(given: bytes | None, seconds: float) -> None:
    """By whole milliseconds; anything else changes nothing, and nothing makes it longer."""
    clock = Clock()
    request = begun(clock, given)
    assert (request.deadline - clock.now, request.is_hurried) == (pytest.approx(seconds), seconds < 2)


def test_clients_may_not_shorten_it_unless_a_setting_says_so() -> None:
    """The header means nothing then."""
    clock = Clock()
    assert begun(clock, b"5", allowed=False).deadline == clock.now + 2.0


async def outcome(call: Any) -> Any:
    """The outcome of a call."""
    try:
        return await call(VARIABLES, {"a": "b"}, None)
    except SubgraphUnreachable as error:
        return type(error).__name__


async def test_nothing_is_sent_after_the_deadline() -> None:
    """Neither a query nor a mutation, which then has no effect."""
    clock, call = Clock(), Scripted([GOOD])
    begun(clock)
    clock.now += 2.5
    for is_query in (True, False):
        limited = TimeLimit(1.0, is_kept=True, clock=clock).limited(call, is_query=is_query)
        assert await outcome(limited) == "DeadlineExceeded"
    assert not call.calls


async def test_a_query_ends_at_the_deadline() -> None:
    """Its call is cancelled."""
    call = Scripted([asyncio.get_running_loop().create_future()])
    Deadlines(0.02).begin({})
    assert await outcome(TimeLimit(60.0, is_kept=True).limited(call, is_query=True)) == "DeadlineExceeded"
    assert call.cancelled == 1


async def test_a_mutation_that_has_begun_is_not_ended_by_the_deadline() -> None:
    """Its effect may have happened; only the timeout of the subgraph ends the wait for it."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    call = Scripted([answer])
    Deadlines(0.02).begin({})
    waiting = asyncio.create_task(outcome(TimeLimit(60.0, is_kept=True).limited(call, is_query=False)))
    await asyncio.sleep(0.1)
    answer.set_result(GOOD)
    assert await waiting == GOOD


async def test_a_subgraph_in_process_has_a_time_out_too() -> None:
    """Its transport keeps none by itself."""
    call = Scripted([asyncio.get_running_loop().create_future()])
    limited = TimeLimit(0.02, is_kept=False).limited(call, is_query=True)
    assert await outcome(limited) == "SubgraphTimeout"


async def test_a_cancelled_request_stays_cancelled() -> None:
    """It does not look like a timeout."""
    call = Scripted([asyncio.get_running_loop().create_future()])
    Deadlines(30.0).begin({})
    limited = TimeLimit(60.0, is_kept=True).limited(call, is_query=True)
    waiting = asyncio.create_task(outcome(limited))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(("left", "told"), [(None, "1000"), (5.0, "1000"), (0.25, "250"), (0.0001, "1")])
async def test_the_subgraph_is_told_how_long_the_gateway_waits(left: float | None, told: str) -> None:
    """The least of what is left and its own timeout, in milliseconds; other headers stay."""
    clock, call = Clock(0.0), Scripted([GOOD])
    ACTIVE_REQUEST.set(None if left is None else ActiveRequest(left))
    await outcome(TimeLimit(1.0, is_kept=True, clock=clock).announced(call, "x-left"))
    assert call.calls == [(VARIABLES, {"a": "b", "x-left": told})]


def current() -> ActiveRequest:
    """The request of the test."""
    request = ACTIVE_REQUEST.get()
    assert request is not None
    return request


class Slots:
    """Admission control."""

    idle = 0


async def test_requests_that_wait_long_take_no_slot() -> None:
    """A request counts once, however many of its calls wait, and its slot is taken again at their end."""
    clock, slots = Clock(), Slots()
    waiting = WaitingRequests(slots, clock)
    begun(clock)
    first, second = waiting.begin(current()), waiting.begin(current())
    clock.now += 0.2
    waiting.mark_stalled()
    assert slots.idle == 0
    clock.now += 0.1
    late = waiting.begin(current())
    waiting.mark_stalled()
    assert slots.idle == 1
    waiting.end(late)
    waiting.end(first)
    assert slots.idle == 1
    waiting.end(second)
    assert (slots.idle, len(waiting.recent)) == (0, 0)


async def test_nothing_counts_as_waiting_while_the_gateway_itself_is_late() -> None:
    """Calls then wait for this process: further requests would make that worse."""
    clock, slots = Clock(), Slots()
    waiting = WaitingRequests(slots, clock)
    begun(clock)
    wait = waiting.begin(current())
    clock.now += 10
    waiting.mark_stalled(late_by=0.2)
    assert slots.idle == 0
    waiting.mark_stalled(late_by=0.01)
    assert slots.idle == 1
    waiting.end(wait)


async def test_waiting_calls_are_found_by_themselves() -> None:
    """A timer looks for them while there are any, and no longer."""
    slots = Slots()
    waiting = WaitingRequests(slots)
    Deadlines(60.0).begin({})
    wait = waiting.begin(current())
    await soon(lambda: slots.idle)
    waiting.end(wait)
    assert slots.idle == 0
    await soon(lambda: waiting.timer is None)


async def test_a_full_bulkhead_refuses_at_once() -> None:
    """And has room again when a call ends, in whatever way."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    bulkhead = Bulkhead(2, WaitingRequests(Slots()))
    call = bulkhead.limited(Scripted([answer]))
    under_way = [asyncio.create_task(outcome(call)) for _ in range(2)]
    await asyncio.sleep(0)
    assert await outcome(call) == "SubgraphBusy"
    assert (bulkhead.calls, bulkhead.refused) == (2, 1)
    under_way[0].cancel()
    await asyncio.gather(under_way[0], return_exceptions=True)
    answer.set_result(GOOD)
    assert await outcome(call) == GOOD
    assert await under_way[1] == GOOD
    assert bulkhead.calls == 0


def test_each_limit_has_its_own_code() -> None:
    """Clients and operators can tell them apart."""
    assert {SubgraphTimeout.code, DeadlineExceeded.code} == {"SUBGRAPH_TIMEOUT", "DEADLINE_EXCEEDED"}
