"""A bulkhead: bounds how many requests wait for one subgraph, and tracks them, so that others have room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Protocol

import msgspec

from gateway.errors import SubgraphBusy
from gateway.features.resilience.deadline import ACTIVE_REQUEST, ActiveRequest
from gateway.transport import SubgraphOperation

STALL_SECONDS: Final = 0.25
"""A call that takes longer than this is only waiting: preparing it and reading its reply takes a thousandth
of that.
"""
MARK_SECONDS: Final = 0.05
"""How often waiting calls are checked."""


@dataclass(slots=True)
class Bulkhead:
    """Counts the calls of one subgraph.

    Attributes:
        limit: The most concurrent calls, including those that wait for a connection or share another call.
        waiting: Tracks the requests that are only waiting.
        calls: How many calls are in progress.
        refused: How many calls were refused so far.
    """

    limit: int
    waiting: WaitingRequests
    calls: int = 0
    refused: int = 0

    def limited(self, call: SubgraphOperation) -> SubgraphOperation:
        """Return a call that raises `SubgraphBusy` at once if too many are in progress."""
        waiting = self.waiting

        async def limited(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            if self.calls >= self.limit:
                self.refused += 1
                raise SubgraphBusy(f"{self.calls} calls are in progress")
            self.calls += 1
            request = ACTIVE_REQUEST.get()
            wait = None if request is None else waiting.begin(request)
            try:
                return await call(variables, headers, session)
            finally:
                self.calls -= 1
                if wait is not None:
                    waiting.end(wait)

        return limited


class Slots(Protocol):
    """The slots of admission control.

    Attributes:
        idle: How many of the admitted requests are only waiting.
    """

    idle: int


class Wait(msgspec.Struct, eq=False, gc=False):
    """A call in progress.

    Attributes:
        request: The request that it belongs to.
        since: When it began, by the monotonic clock.
        is_stalled: Whether it has been waiting for a long time.
    """

    request: ActiveRequest
    since: float
    is_stalled: bool = False


@dataclass(slots=True)
class WaitingRequests:
    """Counts the requests that are only waiting.

    While the event loop itself is late, nothing is counted: calls then wait for this process, and more
    requests would make that worse.

    Attributes:
        slots: Admission control.
        clock: The monotonic clock, in seconds.
        recent: The calls that have not been waiting for long, the oldest first.
        timer: When they are checked next; None while there are none.
    """

    slots: Slots
    clock: Callable[[], float] = monotonic
    recent: dict[Wait, None] = field(default_factory=dict, init=False)
    timer: asyncio.TimerHandle | None = field(default=None, init=False)

    def begin(self, request: ActiveRequest) -> Wait:
        """Record the start of a call."""
        wait = Wait(request, self.clock())
        self.recent[wait] = None
        if self.timer is None:
            self.schedule()
        return wait

    def end(self, wait: Wait) -> None:
        """Record the end of a call."""
        if not wait.is_stalled:
            del self.recent[wait]
            return
        wait.request.stalled -= 1
        if not wait.request.stalled:
            self.slots.idle -= 1

    def mark_stalled(self, late_by: float = 0.0) -> None:
        """Count the calls that have been waiting for a long time.

        Args:
            late_by: How long the event loop was busy with something else, in seconds.
        """
        if late_by > MARK_SECONDS:
            return
        before = self.clock() - STALL_SECONDS
        stalled = []
        for wait in self.recent:
            if wait.since > before:
                break
            stalled.append(wait)
        for wait in stalled:
            del self.recent[wait]
            wait.is_stalled = True
            if not wait.request.stalled:
                self.slots.idle += 1
            wait.request.stalled += 1

    def schedule(self) -> None:
        """Check the calls soon."""
        due = self.clock() + MARK_SECONDS
        self.timer = asyncio.get_running_loop().call_later(MARK_SECONDS, self._mark_due, due)

    def _mark_due(self, due: float) -> None:
        self.timer = None
        self.mark_stalled(self.clock() - due)
        if self.recent:
            self.schedule()
