"""Lightweight tasks: awaitables that an execution waits for, each driven without an asyncio task of its own.

To its coroutine a lightweight task looks like an asyncio task: `asyncio.current_task()` returns it, and
`asyncio.timeout` or a task group can cancel it without cancelling the request. asyncio documents the
functions for such task implementations. A lightweight task is cheaper than a task because the first step
is taken at once, and no turn of the loop is spent on a coroutine that does not have to wait.
"""

from asyncio import CancelledError, Future
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from jit.runtime.dataloader_batches import batches_of
from jit.runtime.driven_task import enter_task, leave_task
from jit.runtime.field_slot import MAX_INT, MIN_INT, Complete, FieldSlot
from jit.runtime.null_propagation import alive, fail
from jit.runtime.state import ExecutionState, Target, WaitingTask


class LightweightTask(WaitingTask):
    """Drives the coroutine of one slot; called when what it waits for is done.

    Its step differs from `CoroutineTask`'s: the task stays current while the value is completed.

    It has no `__init__`, because one is made for every coroutine, and most are not needed for long:
    `Execution.wait` sets what a task must have, and sets the rest when the coroutine has to wait.
    """

    __slots__ = ()

    def resume(self, future: "Future[Any] | None" = None, error: BaseException | None = None) -> None:
        """Take the next step, and complete the value when there is one; no task may be current.

        Args:
            future: What the task waited for.
            error: Is thrown into the coroutine.
        """
        if self._done:
            return
        execution = self.execution
        loop = execution.loop
        enter_task(loop, self)
        execution.current = self
        self._fut_waiter = None
        try:
            try:
                if self.coroutine is None or error is not None or self._must_cancel:
                    waits_for = self._unusual_step(future, error)
                else:
                    waits_for = self.coroutine.send(None)
            except StopIteration as stop:
                self._deliver(execution, stop.value)
            else:
                self.park(waits_for)
        except Exception as failure:  # noqa: BLE001 - all errors of resolvers go into the response
            fail(execution, self, failure)
            self.end()
        except BaseException as interruption:
            execution.interrupt(self, interruption)
            self.end()
            if not isinstance(interruption, CancelledError):
                raise
        finally:
            leave_task(loop, self)
            execution.current = None

    __call__ = resume
    """Resumes the task as a callback of futures and of the event loop."""

    def _unusual_step(self, future: "Future[Any] | None", error: BaseException | None) -> Any:
        """Take a step without a coroutine, or one that throws an error into it."""
        error = self._pending_error(error)
        if self.coroutine is not None:
            assert error is not None  # noqa: S101 - else the step would be usual
            return self.coroutine.throw(error)
        if error is not None:
            raise error
        assert future is not None  # noqa: S101 - without a coroutine it waits for a future
        raise StopIteration(future.result())

    def _deliver(self, execution: ExecutionState, value: Any) -> None:
        """Complete the value, and put it into its container."""
        if not self.abandoned:
            slot = self.slot
            exact: Any = slot.exact
            if value.__class__ is not exact or (exact is int and not MIN_INT <= value <= MAX_INT):
                value = (self.then or slot.complete)(execution, value, self.container, self.path)
            if not execution.nulled or alive(execution, self):
                self.container[self.key] = value
        self.end()

    def end(self) -> None:
        """Leave the execution, and call back whatever waits for this task."""
        self._finish()
        execution = self.execution
        live = execution.live
        live.discard(self)
        if not live:
            execution.wake_if_settled()

    def wait_for(self, future: "Future[Any]") -> None:
        """Resume once the future is done."""
        self._fut_waiter = future
        callbacks: list[Any] = getattr(future, "_callbacks", None) or []
        self.shares = bool(callbacks) and batches_of(self.execution).join(self, future, callbacks)
        if not self.shares:
            future.add_done_callback(self, context=self.context)

    def _cancel_waiter(self, msg: Any | None) -> bool:
        waiter = self._fut_waiter
        if not super()._cancel_waiter(msg):
            return False
        if self.shares:  # the shared callback may be another future's
            self._fut_waiter = None
            self.execution.loop.call_soon(self, waiter, context=self.context)
        return True


def idle_task(execution: ExecutionState) -> LightweightTask:
    """Make a task that drives nothing yet."""
    task = LightweightTask()
    task.execution = execution
    task._done = False  # noqa: SLF001 - its maker
    task._fut_waiter = None  # noqa: SLF001 - the same
    return task


def make_task(
    execution: ExecutionState,
    slot: FieldSlot,
    coroutine: Coroutine[Any, Any, Any] | None,
    target: Target,
    then: "Complete | None",
) -> LightweightTask:
    """Make a task that can be started; `Execution.wait` makes the many that end at their first step."""
    task = idle_task(execution)
    task.slot = slot
    task.coroutine = coroutine
    task.container, task.above, task.key = target
    task.then = then
    task.context = _UNSTARTED_CONTEXT
    task.shares = False
    return task


_UNSTARTED_CONTEXT = Context()  # each task gets its own when it is started
