"""A circuit breaker opens after failures, is probed after a pause, and closes after successes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.features.resilience.circuits import Breaker, BreakerPolicy, State

POLICY = BreakerPolicy(failures=3, failure_share=0.5, calls=8, window_seconds=10, open_seconds=2, probes=2)


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def breaker(clock: Clock, policy: BreakerPolicy = POLICY, **more: Any) -> Breaker:
    """A closed breaker without jitter."""
    return Breaker("Query.a", policy, clock=clock, **{"draw": lambda: 0.5} | more)


def fail(one: Breaker, times: int = 1) -> None:
    """Let calls fail."""
    for _ in range(times):
        permit = one.admit()
        assert permit is not None
        one.failed(permit)


def succeed(one: Breaker, times: int = 1) -> None:
    """Let calls be answered."""
    for _ in range(times):
        permit = one.admit()
        assert permit is not None
        one.succeeded(permit)


def test_failures_in_a_row_open_it() -> None:
    """An answer between them starts the count again."""
    one = breaker(Clock())
    fail(one, 2)
    succeed(one)
    fail(one, 2)
    assert one.state is State.CLOSED
    fail(one)
    assert (one.state, one.openings, one.admit()) == (State.OPEN, 1, None)


def test_a_share_of_failures_opens_it() -> None:
    """Every second call fails, and never three in a row; the share counts from eight calls on."""
    one = breaker(Clock())
    for _ in range(3):
        succeed(one)
        fail(one)
    succeed(one)
    assert one.state is State.CLOSED
    fail(one)
    assert one.state is State.OPEN


def test_failures_of_long_ago_do_not_count() -> None:
    """The window forgets them."""
    clock = Clock()
    one = breaker(clock)
    for _ in range(3):
        fail(one)
        succeed(one)
    clock.now += 11
    fail(one)
    succeed(one)
    assert one.state is State.CLOSED


def test_probes_close_it() -> None:
    """After the pause, a few concurrent probes are made; once all have succeeded, the circuit is closed."""
    clock = Clock()
    one = breaker(clock)
    fail(one, 3)
    clock.now += 1.99
    assert one.admit() is None
    clock.now += 0.02
    first, second = one.admit(), one.admit()
    assert first is not None
    assert second is not None
    assert (one.state, one.admit()) == (State.HALF_OPEN, None)
    one.succeeded(first)
    assert (one.state, one.admit()) == (State.HALF_OPEN, None)
    one.succeeded(second)
    assert one.state is State.CLOSED


def test_a_probe_that_fails_opens_it_again() -> None:
    """For another pause."""
    clock = Clock()
    one = breaker(clock)
    fail(one, 3)
    clock.now += 3
    fail(one)
    assert (one.state, one.openings, one.admit()) == (State.OPEN, 2, None)


def test_a_probe_whose_outcome_is_unknown_makes_room_for_another() -> None:
    """A cancelled probe must not keep the circuit half-open for ever."""
    clock = Clock()
    one = breaker(clock)
    fail(one, 3)
    clock.now += 3
    for _ in range(10):
        permit = one.admit()
        assert permit is not None
        one.released(permit)
    succeed(one, 2)
    assert one.state is State.CLOSED


def test_outcomes_of_an_earlier_state_do_not_count() -> None:
    """A call that began before the circuit opened says nothing of the time after."""
    clock = Clock()
    one = breaker(clock)
    old = one.admit()
    assert old is not None
    fail(one, 3)
    clock.now += 3
    probe = one.admit()
    one.succeeded(old)
    one.failed(old)
    one.released(old)
    assert one.state is State.HALF_OPEN
    assert probe is not None
    one.succeeded(probe)
    succeed(one)
    assert one.state is State.CLOSED


@pytest.mark.parametrize(("drawn", "seconds"), [(0.0, 1.6), (1.0, 2.4)])
def test_gateways_do_not_probe_at_the_same_time(drawn: float, seconds: float) -> None:
    """The pause is up to a fifth longer or shorter."""
    clock = Clock()
    one = breaker(clock, draw=lambda: drawn)
    fail(one, 3)
    clock.now += seconds - 0.01
    assert one.admit() is None
    clock.now += 0.02
    assert one.admit() is not None


@given(st.lists(st.sampled_from(["call", "good", "bad", "gone", "wait"]), max_size=80))
def test_any_history_keeps_the_bounds(history: list[str]) -> None:
    """Never more probes than allowed, nothing while it rests, and it can always close again."""
    clock = Clock()
    one = breaker(clock)
    under_way: list[tuple[int, State]] = []
    for event in history:
        if event == "wait":
            clock.now += 0.7
        elif event == "call":
            resting = one.is_resting
            permit = one.admit()
            assert not (resting and permit is not None)
            if permit is not None:
                under_way.append((permit, one.state))
        elif under_way:
            permit, _ = under_way.pop(0)
            {"good": one.succeeded, "bad": one.failed, "gone": one.released}[event](permit)
        assert 0 <= one._probing <= POLICY.probes
        assert 0 <= one._probed < POLICY.probes
    for permit, _ in under_way:
        one.released(permit)
    recover(one, clock)
    assert one.state is State.CLOSED


def recover(one: Breaker, clock: Clock) -> None:
    """Let calls be answered again."""
    for _ in range(3):
        clock.now += 3
        for _ in range(POLICY.probes):
            permit = one.admit()
            if permit is not None:
                one.succeeded(permit)
