"""As many requests are let in as the processor keeps up with."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from gateway.http.admission import (
    INITIAL_LIMIT,
    MIN_LIMIT,
    MIN_LIMIT_SHARED_CPU,
    RESET_SECONDS,
    SAMPLE_SECONDS,
    Admission,
    CpuSeconds,
    cpu_seconds,
)

MAX_INSIDE = 512


@dataclass
class Machine:
    """A clock, and a processor that is wanted for some share of its time, and had for all of that or less."""

    share: float
    now: float = 100.0
    had: float = 1.0
    wanted: float = 7.0
    used: float = 7.0

    def clock(self) -> float:
        """Its cpu_seconds."""
        return self.now

    def spent(self) -> CpuSeconds:
        """CpuSeconds of the processor."""
        return CpuSeconds(self.used, self.wanted)

    def go_on(self, cpu_seconds: float) -> None:
        """Let time pass."""
        self.now += cpu_seconds
        self.wanted += cpu_seconds * self.share
        self.used += cpu_seconds * self.share * self.had


def offered(admission: Admission, machine: Machine, looks: int) -> None:
    """Offer requests that stay, until the CPU usage was read that many times."""
    for _ in range(4 * looks):
        while admission.enter():
            pass
        machine.go_on(SAMPLE_SECONDS / 4)


def admission_on(machine: Machine, most: int = MAX_INSIDE) -> Admission:
    """For a machine."""
    return Admission(most, machine.clock, machine.spent)


def test_more_are_let_in_while_the_processor_has_time_left() -> None:
    """They wait for others, and do not hinder each other; the setting is the most."""
    machine = Machine(share=0.5)
    admission = admission_on(machine)
    offered(admission, machine, 5)
    few = admission.inside
    offered(admission, machine, 60)
    assert INITIAL_LIMIT <= few < admission.inside == MAX_INSIDE


def test_a_crowd_that_comes_once_is_let_in() -> None:
    """It waits a little, and is not told to come again, though the processor is busy."""
    admission = admission_on(Machine(share=1.0))
    assert all(admission.enter() for _ in range(INITIAL_LIMIT))
    assert not admission.enter()


def test_fewer_are_let_in_once_the_processor_is_busy() -> None:
    """As far as the fewest, and nobody who is inside is turned out."""
    machine = Machine(share=0.5)
    admission = admission_on(machine)
    offered(admission, machine, 60)
    machine.share = 1.0
    offered(admission, machine, 60)
    assert admission.inside == MAX_INSIDE
    assert admission.limit == MIN_LIMIT


def test_more_are_let_in_where_others_take_turns_on_the_processor() -> None:
    """While others have it, requests gather; few of them are inside once the processor is its own again."""
    machine = Machine(share=1.0, had=0.6)
    admission = admission_on(machine)
    offered(admission, machine, 20)
    shared = admission.limit
    machine.had = 1.0
    offered(admission, machine, 20)
    assert (shared, admission.limit) == (MIN_LIMIT_SHARED_CPU, MIN_LIMIT)


def test_what_was_wanted_before_anybody_was_refused_does_not_count() -> None:
    """A quiet hour does not make room for a busy minute."""
    machine = Machine(share=1.0)
    admission = admission_on(machine)
    offered(admission, machine, 3)
    machine.share = 0.0
    machine.go_on(3600)
    machine.share = 1.0
    offered(admission, machine, 3)
    assert admission.limit <= INITIAL_LIMIT


def test_after_a_quiet_time_a_crowd_is_let_in_again() -> None:
    """What was learned of the last one does not hold for ever."""
    machine = Machine(share=1.0)
    admission = admission_on(machine)
    offered(admission, machine, 20)
    for _ in range(admission.inside):
        admission.leave()
    machine.go_on(RESET_SECONDS / 2)
    assert sum(admission.enter() for _ in range(MAX_INSIDE)) == MIN_LIMIT
    machine.go_on(2 * RESET_SECONDS)
    assert MIN_LIMIT + sum(admission.enter() for _ in range(MAX_INSIDE)) == INITIAL_LIMIT


def test_the_setting_may_be_less_than_the_fewest() -> None:
    """It is obeyed, whether the processor is busy or not."""
    for share in (0.0, 1.0):
        machine = Machine(share)
        admission = admission_on(machine, most=3)
        offered(admission, machine, 20)
        assert admission.inside == 3


def test_whoever_leaves_makes_room() -> None:
    """For one more."""
    admission = admission_on(Machine(1.0), most=1)
    assert [admission.enter(), admission.enter()] == [True, False]
    admission.leave()
    assert admission.enter()
    assert admission.refused == 1


def test_a_thread_that_works_wants_a_processor_and_one_that_waits_does_not() -> None:
    """Each thread's share is its own."""
    begun = cpu_seconds()
    while cpu_seconds().used - begun.used < 0.02:
        pass
    waiting, since = cpu_seconds(), time.monotonic()
    threading.Event().wait(0.2)
    assert waiting.wanted - begun.wanted >= waiting.used - begun.used
    # On a busy machine the thread also waits for a processor before it goes on, and that counts.
    assert cpu_seconds().wanted - waiting.wanted < time.monotonic() - since - 0.1
