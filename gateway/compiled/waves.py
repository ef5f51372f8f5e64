"""Runs fetches at the same time without a task for each.

All but the last of those that can start are strands: started at once, and parked only where they wait. To
its coroutine a strand looks like a task of its own, so time-outs and task groups within it cancel it alone.
The last one is simply awaited, by the request's own task.
"""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, Future
from bisect import insort
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

from gateway.compiled.state import State, Step
from jit.current_task import enter_task, leave_task
from jit.tasklike import TaskLike


@dataclass(frozen=True, slots=True)
class Wave:
    """Fetches of which some can run at the same time.

    Attributes:
        steps: By the number of the fetch.
        first: Those that wait for none of the others.
        waiting: For each of the rest, how many others it waits for.
        following: For each that others wait for, which those are.
    """

    steps: Mapping[int, Step]
    first: tuple[int, ...]
    waiting: Mapping[int, int]
    following: Mapping[int, Sequence[int]]

    async def run(self, state: State) -> None:
        """Do them all, each as soon as those that it waits for are finished.

        Raises:
            CancelledError: Whoever waits was cancelled, and with it all fetches, which have ended by then.
            BaseException: A fetch was ended by it, and the others were cancelled.
        """
        surf = Surf(self, state)
        try:
            surf.start_but_last()
            while surf.ready:
                number = surf.ready.pop()
                await self.steps[number](state)
                if self.following:
                    surf.finished(number)
                    surf.start_but_last()
        except BaseException as failure:  # noqa: BLE001 - it is raised again once all others have ended
            surf.fail(failure)
        if surf.live or surf.failure is not None:
            await surf.end()


class Surf:
    """One run of a wave.

    Attributes:
        loop: The event loop; strands ask for it.
        ready: Fetches that wait for nothing and are not started, in the plan's order.
        live: Strands that are under way.
        failure: What ended a fetch, or the wave.
        state: Of the plan.
    """

    __slots__ = (
        "_context",
        "_has_cancelled",
        "_task",
        "_waiter",
        "_waiting",
        "_wave",
        "failure",
        "live",
        "loop",
        "ready",
        "state",
    )

    def __init__(self, wave: Wave, state: State) -> None:
        self.loop = asyncio.get_running_loop()
        self.state = state
        self.ready = list(wave.first)
        self.live: set[Strand] = set()
        self.failure: BaseException | None = None
        self._wave = wave
        self._waiting = dict(wave.waiting) if wave.waiting else {}
        self._waiter: Future[None] | None = None
        self._context = copy_context()
        self._task = asyncio.current_task(self.loop)
        self._has_cancelled = False

    def start_but_last(self) -> None:
        """Start what can be started, and leave the last one to whoever runs the wave."""
        if len(self.ready) > 1:
            if self._task is not None:
                leave_task(self.loop, self._task)
            try:
                self._start(1)
            finally:
                if self._task is not None:
                    enter_task(self.loop, self._task)

    def resume(self) -> None:
        """Go on after a strand has ended; no task may be current."""
        if self.ready:
            self._start(0)
        if not self.live and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def end(self) -> None:
        """Wait until no strand is under way.

        Raises:
            BaseException: What ended the wave.
        """
        while self.live:
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            except CancelledError as cancelled:
                self.fail(cancelled)
        if self._has_cancelled and self._task is not None:
            with suppress(CancelledError):
                await asyncio.sleep(0)  # where it comes at last, if it has not come yet
            self._task.uncancel()
        if self.failure is not None:
            raise self.failure

    def finished(self, number: int) -> None:
        """Note what can be done now that a fetch is finished."""
        following = self._wave.following
        if not following or self.failure is not None:
            return
        for later in following.get(number, ()):
            self._waiting[later] -= 1
            if self._waiting[later] == 0:
                insort(self.ready, later)

    def fail(self, failure: BaseException) -> None:
        """Start nothing more, and cancel what is under way; the first failure is told."""
        self.failure = self.failure or failure
        self.ready.clear()
        for strand in list(self.live):
            strand.cancel()

    def fail_by_strand(self, failure: BaseException) -> None:
        """The same, and cancel what whoever runs the wave awaits, as a task group does."""
        if self.failure is None and self._waiter is None and self._task is not None:
            self._has_cancelled = self._task.cancel()
        self.fail(failure)

    def _start(self, but: int) -> None:
        while len(self.ready) > but:
            number = self.ready.pop(0)
            strand = Strand(self, number, self._wave.steps[number](self.state), self._context.copy())
            self.live.add(strand)
            strand.context.run(strand.step)


class Strand(TaskLike):
    """A fetch that is under way; called when what it waits for is done."""

    __slots__ = ("number",)
    run: Any  # the surf; as for other task-likes, nothing but its loop is asked for in the base
    coroutine: Coroutine[Any, Any, None]

    def __init__(
        self, surf: Surf, number: int, coroutine: Coroutine[Any, Any, None], context: Context
    ) -> None:
        self.run = surf
        self.number = number
        self.coroutine = coroutine
        self.context = context
        self._done = False
        self._fut_waiter = None

    def __call__(self, _future: Future[Any] | None = None, error: BaseException | None = None) -> None:
        """Go on after what was waited for; no task may be current."""
        self.step(error)
        if self._done:
            self.run.resume()

    def step(self, error: BaseException | None = None) -> None:
        """Take the next step; no task may be current."""
        self._fut_waiter = None
        if self._must_cancel:
            self._must_cancel = False
            error = CancelledError()
        loop = self.run.loop
        enter_task(loop, self)
        try:
            try:
                waits_for: Any = self.coroutine.send(None) if error is None else self.coroutine.throw(error)
            finally:
                leave_task(loop, self)
        except StopIteration:
            self._end()
            self.run.finished(self.number)
        except BaseException as raised:
            self._end()
            self.run.fail_by_strand(raised)
            if not isinstance(raised, Exception | CancelledError):
                raise
        else:
            self._park(waits_for)

    def _park(self, waits_for: Any) -> None:
        """Wait for what the coroutine yielded, as asyncio's task does."""
        loop = self.run.loop
        if getattr(waits_for, "_asyncio_future_blocking", None) and waits_for.get_loop() is loop:
            waits_for._asyncio_future_blocking = False  # noqa: SLF001 - the protocol of asyncio's futures
            waits_for.add_done_callback(self, context=self.context)
            self._fut_waiter = waits_for
            if self._must_cancel and waits_for.cancel():
                self._must_cancel = False
        elif waits_for is None:
            loop.call_soon(self, context=self.context)
        else:
            error = RuntimeError(f"{self!r} cannot wait for {waits_for!r}")
            loop.call_soon(self, None, error, context=self.context)

    def _end(self) -> None:
        self._done = True
        self.run.live.discard(self)
        if self._callbacks is not None:
            for callback, context in self._callbacks:
                self.run.loop.call_soon(callback, self, context=context)
            self._callbacks = None

    def cancel(self, msg: Any | None = None) -> bool:
        """Throw CancelledError into the coroutine."""
        if self._done:
            return False
        self._requests += 1
        if self._fut_waiter is None or not self._fut_waiter.cancel(msg):
            self._must_cancel = True
        return True

    def get_name(self) -> str:
        """A name for logs."""
        return self._name or f"fetch {self.number}"
