"""The usual case in one coroutine does what the protections do one after another, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from typing import Any
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import (
    ConnectionFailed,
    ConnectionLost,
    ReplyTooLarge,
    SubgraphTimeout,
    SubgraphUnavailable,
    SubgraphUnreachable,
)
from gateway.features.resilience.bulkhead import Bulkhead, WaitingRequests
from gateway.features.resilience.circuits import Breaker, BreakerPolicy, Circuits
from gateway.features.resilience.deadline import ACTIVE_REQUEST, ActiveRequest, TimeLimit
from gateway.features.resilience.guard import Guard, UsualCall
from gateway.features.resilience.retries import RetryBudget, RetryPolicy
from gateway.features.resilience.shared_fetches import SharedFetches
from gateway.transport import FailedResponse
from tests.support.gateway.scripted_calls import Clock, root_fetch

SECONDS = 10.0
REPLIES: dict[str, Any] = {
    "good": {"data": {"a": [1]}},
    "error": {"data": None, "errors": [{"message": "x", "extensions": {"code": "DEAD"}}]},
    "own error": {"data": {"a": None}, "errors": [{"message": "x"}]},
    "HTTP 500": FailedResponse({"data": None}),
    "refused": ConnectionFailed("refused"),
    "lost": ConnectionLost("closed"),
    "HTTP 503": SubgraphUnavailable("HTTP 503"),
    "HTML": SubgraphUnreachable("HTML"),
    "late": SubgraphTimeout("late"),
    "too large": ReplyTooLarge("long"),
    "bug": RuntimeError("bug"),
}
CUSTOMERS = st.sampled_from(["anne", "ben", "cleo", "dan"])
LEFT = st.sampled_from([60.0] * 6 + [9.0, 0.5])
"""How much time requests have, in seconds: most have more than the subgraph may take."""

EVENTS = st.one_of(
    st.tuples(st.just("ask"), CUSTOMERS, LEFT, st.sampled_from([False] * 6 + [True])),
    st.tuples(
        st.just("reply"), st.integers(0, 3), st.sampled_from([*REPLIES, *["good"] * 8, *["refused"] * 4])
    ),
    st.tuples(st.just("leave"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 2.0, 6.0])),
)


class Slots:
    """Admission control."""

    idle = 0


class Guarded:
    """A guarded call of a subgraph that replies when a test says so.

    Attributes:
        sent: The headers of each call of the subgraph, and its reply.
        asked: The requests.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[Mapping[str, str], asyncio.Future[Any]]] = []
        self.asked: list[asyncio.Task[Any]] = []
        clock = self.clock = Clock()
        self.circuits = Circuits(
            "s",
            BreakerPolicy(failures=2, calls=4, open_seconds=5.0),
            SECONDS,
            frozenset({"DEAD"}),
            partial(Breaker, clock=clock, draw=lambda: 0.5),
        )
        self.sharing = SharedFetches(SECONDS, frozenset({"traceparent"}), clock=clock)
        self.guard = Guard(
            subgraph="s",
            time_limit=TimeLimit(SECONDS, is_kept=True, clock=clock),
            deadline_header="x-left",
            bulkhead=Bulkhead(2, WaitingRequests(Slots(), clock)),
            budget=RetryBudget(0.5, 2.0),
            circuits=self.circuits,
            retries=RetryPolicy(1, 0.0, clock),
            sharing=self.sharing,
        )
        self.call = self.guard.protected(self._reply, root_fetch(), is_query=True, is_public=False)

    async def do(self, event: tuple[Any, ...]) -> None:
        """Let something happen, and everything that follows from it."""
        match event:
            case "ask", customer, left, is_hurried:
                self.asked.append(asyncio.create_task(self._ask(customer, left, is_hurried=is_hurried)))
            case "reply", number, name:
                waiting = [reply for _, reply in self.sent if not reply.done()]
                if waiting:
                    reply, told = waiting[number % len(waiting)], REPLIES[name]
                    if isinstance(told, BaseException):
                        reply.set_exception(type(told)(*told.args))
                    else:
                        reply.set_result(deepcopy(told))
            case "leave", number:
                if self.asked:
                    self.asked[number % len(self.asked)].cancel()
            case "wait", seconds:
                self.clock.now += seconds
        for _ in range(20):
            await asyncio.sleep(0)

    def state(self) -> dict[str, Any]:
        """What can be seen from outside."""
        return {
            "outcomes": [_outcome(each) for each in self.asked],
            "sent": [headers for headers, _ in self.sent],
            "cancelled": [reply.cancelled() for _, reply in self.sent],
            "circuits": [_all_of(breaker) for breaker in self.circuits.breakers()],
            "refused": (self.circuits.refused, self.guard.bulkhead.refused, self.guard.budget.refused),
            "calls": self.guard.bulkhead.calls,
            "silent": self.circuits.silent,
            "tokens": self.guard.budget.tokens,
            "joined": dict(self.sharing.joined),
            "flights": len(self.sharing.flights),
        }

    async def _ask(self, customer: str, left: float, *, is_hurried: bool) -> Any:
        ACTIVE_REQUEST.set(ActiveRequest(self.clock() + left, is_hurried=is_hurried))
        return await self.call({}, {"authorization": customer, "traceparent": str(len(self.asked))}, None)

    async def _reply(self, _variables: object, headers: Mapping[str, str], _session: object) -> Any:
        reply = asyncio.get_running_loop().create_future()
        self.sent.append((headers, reply))
        return await reply


def _all_of(breaker: Breaker) -> tuple[object, ...]:
    window = breaker.window
    totals = window.totals(breaker.clock())  # counts what the usual call has added up
    kept = (breaker.name, breaker.state, breaker.openings, breaker.permit)
    return *kept, totals, window.in_a_row, deepcopy(window.slices)


def _outcome(task: asyncio.Task[Any]) -> object:
    if not task.done():
        return "waiting"
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return task.result() if error is None else (type(error), str(error))


ASKS = ("ask", "anne", 60.0, False)
REFUSED, LATE = ("reply", 0, "refused"), ("reply", 0, "late")


@example([ASKS, REFUSED, REFUSED, ASKS])  # no connection: the whole subgraph's circuit opens
@example(
    [ASKS, ("ask", "ben", 60.0, False), ("ask", "ben", 60.0, False), LATE, ASKS, LATE, ("reply", 0, "good")]
)
@example(
    [
        ("ask", "ben", 60.0, False),
        ASKS,
        ("reply", 1, "late"),
        ASKS,
        ("reply", 1, "late"),
        ("reply", 0, "good"),
    ]
)
@example([ASKS, LATE, ASKS, ("reply", 0, "good")])
@given(st.lists(EVENTS, min_size=5, max_size=60))
def test_nothing_tells_the_usual_way_from_the_general_one(events: list[tuple[Any, ...]]) -> None:
    """Outcomes, what the subgraph sees, circuits, budgets and counts are the same after each event."""

    async def play() -> None:
        usual = Guarded()
        with patch.object(UsualCall, "operation", lambda it: it.general):
            general = Guarded()
        for event in events:
            await usual.do(event)
            await general.do(event)
            assert usual.state() == general.state(), event
        for each in (*usual.asked, *general.asked):
            each.cancel()
        await asyncio.gather(*usual.asked, *general.asked, return_exceptions=True)
        assert usual.guard.bulkhead.calls == len(usual.sharing.flights) == 0

    asyncio.run(play())
