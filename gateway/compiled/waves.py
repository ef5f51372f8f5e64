"""Runs fetches at the same time without a task for each.

All but the last of those that can start are strands: started at once, and parked only where they wait. To
its coroutine a strand looks like a task of its own, so time-outs and task groups within it cancel it alone.
The last one is simply awaited, by the request's own task.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, CancelledError, Future, Task, current_task, get_running_loop, sleep
from bisect import insort
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.compiled.state import State, Step
from jit.current_task import current_tasks, leave_task
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
        loop = get_running_loop()
        ready, waiting = list(self.first), dict(self.waiting)
        surf = Surf(self, state, loop, current_task(loop), copy_context(), ready, waiting)
        try:
            surf.start(1, surf.task)
            while ready:
                number = ready.pop()
                await self.steps[number](state)
                if self.following:
                    surf.finished(number)
                    surf.start(1, surf.task)
        except BaseException as failure:  # noqa: BLE001 - it is raised again once all others have ended
            surf.fail(failure)
        if surf.live or surf.failure is not None:
            await surf.end()


class Surf(msgspec.Struct, eq=False):
    """One run of a wave.

    Attributes:
        wave: Which one.
        state: Of the plan.
        loop: The event loop; strands ask for it.
        task: That of whoever runs the wave.
        context: The context variables that strands begin with.
        ready: Fetches that wait for nothing and are not started, in the plan's order.
        waiting: For each of the others, how many it waits for.
        live: Strands that are under way.
        failure: What ended a fetch, or the wave.
        waiter: Wakes whoever runs the wave, and waits for no fetch of its own any more.
        has_cancelled: Whether the task was cancelled because of a strand.
    """

    wave: Wave
    state: State
    loop: AbstractEventLoop
    task: Task[Any] | None
    context: Context
    ready: list[int]
    waiting: dict[int, int]
    live: set[Strand] = msgspec.field(default_factory=set)
    failure: BaseException | None = None
    waiter: Future[None] | None = None
    has_cancelled: bool = False

    def start(self, but: int, current: Task[Any] | None) -> None:
        """Start what can be started, but so many, which are left to whoever runs the wave.

        Args:
            but: How many.
            current: The task that is current.
        """
        ready = self.ready
        while len(ready) > but:
            number = ready.pop(0)
            strand = Strand(self, number, self.wave.steps[number](self.state), self.context.copy())
            self.live.add(strand)
            strand.context.run(strand.step, None, current)

    def resume(self) -> None:
        """Go on after a strand has ended; no task may be current."""
        if self.ready:
            self.start(0, None)
        if not self.live and self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    async def end(self) -> None:
        """Wait until no strand is under way.

        Raises:
            BaseException: What ended the wave.
        """
        while self.live:
            self.waiter = self.loop.create_future()
            try:
                await self.waiter
            except CancelledError as cancelled:
                self.fail(cancelled)
        if self.has_cancelled and self.task is not None:
            with suppress(CancelledError):
                await sleep(0)  # where it comes at last, if it has not come yet
            self.task.uncancel()
        if self.failure is not None:
            raise self.failure

    def finished(self, number: int) -> None:
        """Note what can be done now that a fetch is finished."""
        if self.failure is not None:
            return
        for later in self.wave.following.get(number, ()):
            self.waiting[later] -= 1
            if self.waiting[later] == 0:
                insort(self.ready, later)

    def fail(self, failure: BaseException) -> None:
        """Start nothing more, and cancel what is under way; the first failure is told."""
        self.failure = self.failure or failure
        self.ready.clear()
        for strand in list(self.live):
            strand.cancel()

    def fail_by_strand(self, failure: BaseException) -> None:
        """The same, and cancel what whoever runs the wave awaits, as a task group does."""
        if self.failure is None and self.waiter is None and self.task is not None:
            self.has_cancelled = self.task.cancel()
        self.fail(failure)


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
        self.step(error, None)
        if self._done:
            self.run.resume()

    def step(self, error: BaseException | None, current: Task[Any] | None) -> None:
        """Take the next step.

        Args:
            error: To be thrown into the coroutine.
            current: The task that is current, and will be again.
        """
        self._fut_waiter = None
        if self._must_cancel:
            self._must_cancel = False
            error = CancelledError()
        surf = self.run
        loop = surf.loop
        current_tasks[loop] = self
        try:
            try:
                waits_for: Any = self.coroutine.send(None) if error is None else self.coroutine.throw(error)
            finally:
                if current is None:
                    leave_task(loop, self)
                else:
                    current_tasks[loop] = current
        except StopIteration:
            self._end()
            if surf.wave.following:
                surf.finished(self.number)
        except BaseException as raised:
            self._end()
            surf.fail_by_strand(raised)
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
