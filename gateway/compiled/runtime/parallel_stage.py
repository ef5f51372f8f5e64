"""Executes fetches at the same time without an asyncio task for each.

All but the last of the fetches that can start are lightweight tasks: they start at once, and are parked only
when they have to wait. To its coroutine, each looks like an asyncio task of its own, so timeouts and task
groups within it cancel it alone. The last fetch is awaited by the request's own task.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, CancelledError, Future, Task, current_task, get_running_loop, sleep
from bisect import insort
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any

import msgspec
from msgspec import Struct

from gateway.compiled.runtime.state import State, Step
from jit.codegen import CoroutineTask


class ParallelStage(Struct, frozen=True):
    """A set of fetches some of which can run concurrently.

    Attributes:
        steps: The step of each fetch, by its number.
        first: The fetches that wait for no other fetch.
        waiting: For each other fetch, how many fetches it waits for.
        following: The fetches that wait for a fetch, by that fetch's number.
    """

    steps: Mapping[int, Step]
    first: tuple[int, ...]
    waiting: Mapping[int, int]
    following: Mapping[int, Sequence[int]]

    async def execute(self, state: State) -> None:
        """Execute each fetch as soon as the fetches that it waits for have finished.

        Raises:
            CancelledError: The caller was cancelled; all fetches were cancelled with it and have ended.
            BaseException: A fetch raised it, and the other fetches were cancelled.
        """
        loop = get_running_loop()
        ready, waiting = list(self.first), dict(self.waiting)
        run = StageRun(self, state, loop, current_task(loop), copy_context(), ready, waiting)
        try:
            run.start(1, run.task)
            while ready:
                number = ready.pop()
                await self.steps[number](state)
                if self.following:
                    run.finished(number)
                    run.start(1, run.task)
        except BaseException as failure:  # noqa: BLE001 - it is raised again once all others have ended
            run.fail(failure)
        if run.live or run.failure is not None:
            await run.end()


class StageRun(msgspec.Struct, eq=False):
    """One execution of a parallel stage.

    Attributes:
        stage: The stage.
        state: The state of the plan's execution.
        loop: The event loop, for tasks to read.
        task: The asyncio task that runs the stage.
        context: The context variables that tasks start with.
        ready: The fetches that wait for nothing and have not started yet, in the plan's order.
        waiting: For each other fetch, how many fetches it still waits for.
        live: The running tasks.
        failure: The exception that ended the stage.
        waiter: Wakes the asyncio task, once it has no fetch of its own left to await.
        has_cancelled: Whether the asyncio task was cancelled because a fetch failed.
    """

    stage: ParallelStage
    state: State
    loop: AbstractEventLoop
    task: Task[Any] | None
    context: Context
    ready: list[int]
    waiting: dict[int, int]
    live: set[FetchTask] = msgspec.field(default_factory=set)
    failure: BaseException | None = None
    waiter: Future[None] | None = None
    has_cancelled: bool = False

    def start(self, leave: int, current: Task[Any] | None) -> None:
        """Start the fetches that are ready.

        Args:
            leave: How many of the ready fetches to leave to the asyncio task.
            current: The current task.
        """
        ready = self.ready
        while len(ready) > leave:
            number = ready.pop(0)
            task = FetchTask(self, number, self.stage.steps[number](self.state), self.context.copy())
            self.live.add(task)
            task.context.run(task.step, None, current)

    def resume(self) -> None:
        """Start fetches after a task has ended, or wake the asyncio task; no task may be current."""
        if self.ready:
            self.start(0, None)
        if not self.live and self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    async def end(self) -> None:
        """Wait until no task is running.

        Raises:
            BaseException: The exception that ended the stage.
        """
        while self.live:
            self.waiter = self.loop.create_future()
            try:
                await self.waiter
            except CancelledError as cancelled:
                self.fail(cancelled)
        if self.has_cancelled and self.task is not None:
            with suppress(CancelledError):
                await sleep(0)  # the cancellation arrives here, if it has not arrived yet
            self.task.uncancel()
        if self.failure is not None:
            raise self.failure

    def ended(self, task: FetchTask) -> None:
        """Record that a fetch has finished."""
        self.live.discard(task)
        if self.stage.following:
            self.finished(task.number)

    def failed(self, task: FetchTask, error: BaseException) -> None:
        """Fail because a fetch has failed, and cancel what the asyncio task awaits, as a task group does."""
        self.live.discard(task)
        if self.failure is None and self.waiter is None and self.task is not None:
            self.has_cancelled = self.task.cancel()
        self.fail(error)

    def finished(self, number: int) -> None:
        """Record which fetches are ready now that a fetch has finished."""
        if self.failure is not None:
            return
        for later in self.stage.following.get(number, ()):
            self.waiting[later] -= 1
            if self.waiting[later] == 0:
                insort(self.ready, later)

    def fail(self, failure: BaseException) -> None:
        """Start nothing more, and cancel the running tasks; keep the first failure."""
        self.failure = self.failure or failure
        self.ready.clear()
        for task in list(self.live):
            task.cancel()


class FetchTask(CoroutineTask):
    """A fetch in progress."""

    __slots__ = ("number",)
    execution: StageRun

    def __init__(
        self, run: StageRun, number: int, coroutine: Coroutine[Any, Any, None], context: Context
    ) -> None:
        self.execution = run
        self.number = number
        self.coroutine = coroutine
        self.context = context
        self._done = False
        self._fut_waiter = None

    def default_name(self) -> str:
        """Name the task after its fetch."""
        return f"fetch {self.number}"
