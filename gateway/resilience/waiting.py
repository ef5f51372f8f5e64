"""Requests that have waited long for a slow subgraph: admission control leaves their slots to others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

import msgspec

from gateway.resilience.active_request import ACTIVE_REQUEST, ActiveRequest

STALL_SECONDS: Final = 0.25
"""After this time a call only waits: preparing it and reading its reply takes a thousandth of that."""

LOOK_SECONDS: Final = 0.05
"""How often waiting calls are looked at."""


class Slots(Protocol):
    """The slots of admission control.

    Attributes:
        idle: How many of the requests inside only wait.
    """

    idle: int


class Wait(msgspec.Struct, eq=False, gc=False):
    """A call that is waited for.

    Attributes:
        request: The request that it belongs to.
        since: When it began, on the monotonic clock.
        is_stalled: Whether it has waited for long.
    """

    request: ActiveRequest
    since: float
    is_stalled: bool = False


@dataclass(slots=True)
class WaitingRequests:
    """Counts the requests that only wait.

    While the event loop itself is late, nothing is counted: calls then wait for this process, and further
    requests would make that worse.

    Attributes:
        slots: Admission control.
        clock: The monotonic clock, in seconds.
    """

    slots: Slots
    clock: Callable[[], float] = monotonic
    _recent: dict[Wait, None] = field(default_factory=dict, init=False)
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)

    def begin(self) -> Wait | None:
        """Note that a call begins; None if it belongs to no request."""
        request = ACTIVE_REQUEST.get()
        if request is None:
            return None
        wait = Wait(request, self.clock())
        self._recent[wait] = None
        if self._timer is None:
            self._look_later()
        return wait

    def end(self, wait: Wait | None) -> None:
        """Note that a call has ended."""
        if wait is None:
            return
        if not wait.is_stalled:
            del self._recent[wait]
            return
        wait.request.stalled -= 1
        if not wait.request.stalled:
            self.slots.idle -= 1

    def look(self, late_by: float = 0.0) -> None:
        """Count the calls that have waited for long by now.

        Args:
            late_by: For how long the event loop was busy with something else, in seconds.
        """
        if late_by > LOOK_SECONDS:
            return
        before = self.clock() - STALL_SECONDS
        stalled = []
        for wait in self._recent:
            if wait.since > before:
                break
            stalled.append(wait)
        for wait in stalled:
            del self._recent[wait]
            wait.is_stalled = True
            if not wait.request.stalled:
                self.slots.idle += 1
            wait.request.stalled += 1

    def _look_later(self) -> None:
        due = self.clock() + LOOK_SECONDS
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_now, due)

    def _look_now(self, due: float) -> None:
        self._timer = None
        self.look(self.clock() - due)
        if self._recent:
            self._look_later()
