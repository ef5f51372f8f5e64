"""Queries are retried after failures that left no answer: few times, later, and within a budget."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors import (
    CircuitOpen,
    ConnectionFailed,
    ConnectionLost,
    DeadlineExceeded,
    SubgraphBusy,
    SubgraphTimeout,
    SubgraphUnavailable,
    SubgraphUnreachable,
)
from gateway.features.resilience.deadline import ACTIVE_REQUEST, ActiveRequest
from gateway.features.resilience.retries import RetryBudget, RetryPolicy
from tests.support.gateway.scripted_calls import VARIABLES, Clock, Scripted

GOOD = {"data": {"a": 1}}
LOST = ConnectionLost("closed")


async def outcome(call: Any) -> Any:
    """The outcome of a call."""
    try:
        return await call(VARIABLES, {}, None)
    except SubgraphUnreachable as error:
        return type(error).__name__


@pytest.mark.parametrize("failure", [LOST, ConnectionFailed("refused"), SubgraphUnavailable("HTTP 503")])
async def test_a_query_without_an_answer_is_sent_again(failure: Exception) -> None:
    """Once."""
    call = Scripted([failure, GOOD])
    assert await outcome(RetryPolicy(pause_seconds=0).retried(call, RetryBudget(0.1))) == GOOD
    assert len(call.calls) == 2


@pytest.mark.parametrize(
    "failure",
    [
        SubgraphUnreachable("HTML"),
        SubgraphTimeout("late"),
        DeadlineExceeded("late"),
        CircuitOpen("open"),
        SubgraphBusy("busy"),
    ],
)
async def test_other_failures_are_final(failure: Exception) -> None:
    """There was an answer, or no time is left, or nothing should be sent."""
    call = Scripted([failure])
    assert (
        await outcome(RetryPolicy(pause_seconds=0).retried(call, RetryBudget(0.1))) == type(failure).__name__
    )
    assert len(call.calls) == 1


async def test_a_retry_that_is_not_made_does_not_hide_the_failure() -> None:
    """The circuit may have opened meanwhile."""
    call = Scripted([LOST, CircuitOpen("open")])
    assert await outcome(RetryPolicy(pause_seconds=0).retried(call, RetryBudget(0.1))) == "ConnectionLost"


async def test_retries_stay_within_a_tenth_of_the_calls() -> None:
    """A hundred failing calls add ten at first, then one in ten."""
    call, budget = Scripted([LOST]), RetryBudget(0.1)
    retried = RetryPolicy(pause_seconds=0).retried(call, budget)
    for _ in range(400):
        await outcome(retried)
    assert 400 < len(call.calls) <= 400 + 10 + 40
    assert budget.spent == len(call.calls) - 400
    assert budget.refused == 400 - budget.spent


async def test_pauses_are_drawn_at_random_and_grow() -> None:
    """Full jitter: anything from nothing to the longest pause, which doubles."""
    pauses: list[float] = []
    call = Scripted([LOST, LOST, LOST, GOOD])
    policy = RetryPolicy(retries=3, pause_seconds=0.05, draw=lambda: 1.0)
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await real(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.features.resilience.retries.asyncio.sleep", sleep)
        assert await outcome(policy.retried(call, RetryBudget(0.1))) == GOOD
    assert pauses == [0.05, 0.1, 0.2]


async def test_nothing_is_retried_after_the_deadline() -> None:
    """The pause itself would outlast the request."""
    clock = Clock()
    token = ACTIVE_REQUEST.set(ActiveRequest(clock.now + 0.01))
    call = Scripted([LOST])
    policy = RetryPolicy(pause_seconds=0.05, clock=clock, draw=lambda: 1.0)
    assert await outcome(policy.retried(call, RetryBudget(0.1))) == "ConnectionLost"
    assert len(call.calls) == 1
    ACTIVE_REQUEST.reset(token)
