"""Runs fetches at the same time without a task for each.

A fetch is started at once, and only one that has to wait is parked as a strand, which to its coroutine looks
like a task of its own: time-outs and task groups within it cancel it alone.
"""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, Future
from bisect import insort
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

from gateway.compiled.state import State, Step
from jit.strand import enter_task, leave_task
from jit.tasklike import TaskLike


@dataclass(frozen=True, slots=True)
class Wave:
    """Fetches of which some can run at the same time.

    Attributes:
        steps: By the number of the fetch.
        waiting: For each, how many others of the wave it waits for.
        following: For each, those that wait for it.
    """

    steps: Mapping[int, Step]
    waiting: Mapping[int, int]
    following: Mapping[int, Sequence[int]]

    def run(self, state: State) -> Awaitable[None]:
        """Do them all, each as soon as those that it waits for are finished."""
        return _Surf(self, state).run()


class _Surf:
    """One run of a wave.

    Attributes:
        loop: The event loop; strands ask for it.
    """

    __slots__ = ("_context", "_failure", "_live", "_ready", "_state", "_waiter", "_waiting", "_wave", "loop")

    def __init__(self, wave: Wave, state: State) -> None:
        self.loop = asyncio.get_running_loop()
        self._wave = wave
        self._state = state
        self._waiting = dict(wave.waiting)
        self._ready = [number for number, others in wave.waiting.items() if others == 0]
        self._live: set[_Strand] = set()
        self._waiter: Future[None] | None = None
        self._failure: BaseException | None = None
        self._context = copy_context()

    async def run(self) -> None:
        """Start what can be started, and wait for all of it.

        Raises:
            CancelledError: Whoever waits was cancelled, and with it all fetches, which have ended by then.
            BaseException: A fetch was ended by it, and the others were cancelled.
        """
        task = asyncio.current_task()
        if task is not None:
            leave_task(self.loop, task)
        try:
            self._start()
        finally:
            if task is not None:
                enter_task(self.loop, task)
        while self._live:
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            except CancelledError as cancelled:
                self._fail(cancelled)
        if self._failure is not None:
            raise self._failure

    def _start(self) -> None:
        """Take the first steps of what waits for nothing, in the plan's order: no task may be current."""
        while self._ready and self._failure is None:
            number = self._ready.pop(0)
            strand = _Strand(self, number, self._wave.steps[number](self._state), self._context.copy())
            self._live.add(strand)
            strand.context.run(strand.step)

    def resume(self, strand: _Strand) -> None:
        """Go on with what has waited for a fetch, if it has ended."""
        if strand.done():
            self._start()
            if not self._live and self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)

    def ended(self, strand: _Strand, failure: BaseException | None) -> None:
        """Note that a fetch has ended, and what can be done now."""
        self._live.discard(strand)
        if failure is not None:
            self._fail(failure)
        for number in self._wave.following[strand.number]:
            self._waiting[number] -= 1
            if self._waiting[number] == 0:
                insort(self._ready, number)

    def _fail(self, failure: BaseException) -> None:
        """Cancel what is under way; the first failure is told."""
        self._failure = self._failure or failure
        for strand in list(self._live):
            strand.cancel()


class _Strand(TaskLike):
    """A fetch that is under way; called when what it waits for is done."""

    __slots__ = ("_surf", "number")
    coroutine: Coroutine[Any, Any, None]

    def __init__(
        self, surf: _Surf, number: int, coroutine: Coroutine[Any, Any, None], context: Context
    ) -> None:
        self.run = surf  # type: ignore[assignment] # for its loop, which is all that is asked of it
        self.number = number
        self.coroutine = coroutine
        self.context = context
        self._surf = surf
        self._done = False
        self._fut_waiter = None

    def __call__(self, _future: Future[Any] | None = None, error: BaseException | None = None) -> None:
        """Go on after what was waited for; no task may be current."""
        self.step(error)
        self._surf.resume(self)

    def step(self, error: BaseException | None = None) -> None:
        """Take the next step; no task may be current."""
        self._fut_waiter = None
        if self._must_cancel:
            self._must_cancel = False
            error = CancelledError()
        loop = self._surf.loop
        enter_task(loop, self)  # type: ignore[arg-type] # a task of another make
        try:
            try:
                waits_for: Any = self.coroutine.send(None) if error is None else self.coroutine.throw(error)
            finally:
                leave_task(loop, self)  # type: ignore[arg-type] # the same
        except StopIteration:
            self._end(None)
        except BaseException as raised:
            self._end(raised)
            if not isinstance(raised, Exception | CancelledError):
                raise
        else:
            self._park(waits_for)

    def _park(self, waits_for: Any) -> None:
        """Wait for what the coroutine yielded, as asyncio's task does."""
        loop = self._surf.loop
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

    def _end(self, failure: BaseException | None) -> None:
        self._done = True
        for callback, context in self._callbacks or ():
            self._surf.loop.call_soon(callback, self, context=context)
        self._callbacks = None
        self._surf.ended(self, failure)

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
