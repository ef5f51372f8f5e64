"""A circuit breaker: closed; open after failures; half-open while probes determine whether to close it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from time import monotonic
from typing import Final

from msgspec import Struct

SLICES: Final = 10
"""The number of slices in which the window of outcomes moves on."""

JITTER: Final = 0.2
"""The share by which pauses vary, so that gateways do not probe at the same time."""


class State(IntEnum):
    """The state of a circuit, as shown in metrics."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class BreakerPolicy(Struct, frozen=True):
    """When a circuit opens and closes.

    Attributes:
        failures: The number of consecutive failures that opens it.
        failure_share: The share of failures among the calls of the window that opens it.
        calls: The fewest calls in the window for the share to count.
        window_seconds: The length of the window.
        open_seconds: How long it stays open before it is probed, plus or minus `JITTER`.
        probes: The most probes at once, and how many of them must succeed to close it.
    """

    failures: int = 10
    failure_share: float = 0.5
    calls: int = 20
    window_seconds: float = 10.0
    open_seconds: float = 2.0
    probes: int = 2


@dataclass(slots=True)
class Window:
    """The outcomes of the last seconds.

    A caller that counts many successes may do it without a call: it calls `begin` only when `until` has come,
    adds to `successes`, and sets `in_a_row` to 0.

    Attributes:
        seconds: Its length.
        in_a_row: The number of consecutive failures.
        slices: Of each slice its number, its calls and its failures, at the number modulo `SLICES`.
        slices_a_second: How many slices begin in a second.
        until: When the present slice ends.
        successes: The successes of the present slice that are not in `slices` yet.
    """

    seconds: float
    in_a_row: int = 0
    slices: list[list[int]] = field(default_factory=lambda: [[-1, 0, 0] for _ in range(SLICES)])
    slices_a_second: float = field(init=False)
    until: float = field(default=-inf, init=False)
    successes: int = field(default=0, init=False)
    _number: int = field(default=-1, init=False)

    def __post_init__(self) -> None:
        self.slices_a_second = SLICES / self.seconds

    def begin(self, now: float) -> None:
        """Begin the slice of a time."""
        self._count_successes()
        self._number = int(now * self.slices_a_second)
        self.until = (self._number + 1) / self.slices_a_second

    def add(self, now: float, failed: int) -> None:
        """Count an outcome: 1 for a failure, 0 for a success."""
        self.begin(now)
        self._count(1, failed)
        self.in_a_row = self.in_a_row + 1 if failed else 0

    def totals(self, now: float) -> tuple[int, int]:
        """Return how many calls there were, and how many of them failed."""
        self._count_successes()
        oldest = int(now * self.slices_a_second) - SLICES
        recent = [counts for counts in self.slices if counts[0] > oldest]
        return sum(counts[1] for counts in recent), sum(counts[2] for counts in recent)

    def clear(self) -> None:
        """Forget all outcomes."""
        self.in_a_row = self.successes = 0
        for counts in self.slices:
            counts[:] = (-1, 0, 0)

    def _count_successes(self) -> None:
        if self.successes:
            self._count(self.successes, 0)
            self.successes = 0

    def _count(self, calls: int, failed: int) -> None:
        """Count in the present slice."""
        counted = self.slices[self._number % SLICES]
        if counted[0] != self._number:
            counted[:] = (self._number, 0, 0)
        counted[1] += calls
        counted[2] += failed


def _ignore_change(_breaker: Breaker) -> None:
    """No-op observer."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Breaker:
    """The circuit breaker of some calls.

    A caller requests a permit before each call, and reports the outcome with it. Outcomes of calls that began
    before the state changed are ignored: they say nothing about the present.

    Attributes:
        name: What the calls fetch; empty for a whole subgraph.
        policy: When it opens and closes.
        on_change: Called after each change of the state.
        clock: The monotonic clock, in seconds.
        draw: Returns a random number between 0 and 1, for jitter.
        state: The current state.
        permit: What a call is admitted with; each change of the state makes earlier ones invalid.
        window: The outcomes that count while it is closed.
        probe_at: When it may be probed, while it is open.
        openings: How often it has opened.
    """

    name: str
    policy: BreakerPolicy
    on_change: Callable[[Breaker], None] = _ignore_change
    clock: Callable[[], float] = monotonic
    draw: Callable[[], float] = random.random
    state: State = field(default=State.CLOSED, init=False)
    permit: int = field(default=0, init=False)
    window: Window = field(init=False)
    probe_at: float = field(default=0.0, init=False)
    openings: int = field(default=0, init=False)
    _probing: int = field(default=0, init=False)
    _probed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.window = Window(self.policy.window_seconds)

    @property
    def is_resting(self) -> bool:
        """Whether it is open and must not be probed yet."""
        return self.state is State.OPEN and self.clock() < self.probe_at

    def admit(self) -> int | None:
        """Return a permit for a call; None if the call must not be made."""
        if self.state is State.CLOSED:
            return self.permit
        if self.state is State.OPEN and self.clock() >= self.probe_at:
            self._change(State.HALF_OPEN)
        if self.state is State.HALF_OPEN and self._probing + self._probed < self.policy.probes:
            self._probing += 1
            return self.permit
        return None

    def succeeded(self, permit: int) -> None:
        """Report that a call was answered."""
        if permit != self.permit:
            return
        if self.state is State.CLOSED:
            self.window.add(self.clock(), 0)
            return
        self._probing -= 1
        self._probed += 1
        if self._probed >= self.policy.probes:
            self._change(State.CLOSED)

    def failed(self, permit: int) -> None:
        """Report that a call failed."""
        if permit != self.permit:
            return
        if self.state is State.CLOSED:
            now = self.clock()
            self.window.add(now, 1)
            if self.window.in_a_row < self.policy.failures and not self._is_failing(now):
                return
        self._open()

    def released(self, permit: int) -> None:
        """Report that the outcome of a call is unknown."""
        if permit == self.permit and self.state is State.HALF_OPEN:
            self._probing -= 1

    def _is_failing(self, now: float) -> bool:
        calls, failures = self.window.totals(now)
        return calls >= self.policy.calls and failures >= self.policy.failure_share * calls

    def _open(self) -> None:
        spread = 1 + JITTER * (2 * self.draw() - 1)
        self.probe_at = self.clock() + self.policy.open_seconds * spread
        self.openings += 1
        self._change(State.OPEN)

    def _change(self, state: State) -> None:
        self.state = state
        self.permit += 1
        self._probing = self._probed = 0
        self.window.clear()
        self.on_change(self)
