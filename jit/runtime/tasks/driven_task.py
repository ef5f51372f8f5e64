"""How a coroutine is driven without an asyncio task: waiting for what it yields, and cancelling it.

How a step is taken differs: `lightweight_task` completes a value while the task is current, on the hot path
of every field that waits; `coroutine_task` drives coroutines without a value.
"""

from asyncio import CancelledError, Future
from typing import Any

from jit.runtime.tasks.task_interface import TaskInterface


class DrivenTask(TaskInterface):
    """A task that waits by callbacks of futures; called when what it waits for is done."""

    __slots__ = ()

    def __call__(self, future: "Future[Any] | None" = None, error: BaseException | None = None) -> None:
        """Take the next step; no task may be current.

        Args:
            future: What the task waited for.
            error: Is thrown into the coroutine.
        """
        raise NotImplementedError

    def park(self, waits_for: Any) -> None:
        """Wait for what the coroutine yielded, as asyncio's task does."""
        loop = self.execution.loop
        blocking = getattr(waits_for, "_asyncio_future_blocking", None)
        if blocking and waits_for.get_loop() is loop:
            waits_for._asyncio_future_blocking = False  # noqa: SLF001 - the protocol of asyncio's futures
            self.wait_for(waits_for)
            if self._must_cancel and self._cancel_waiter(None):
                self._must_cancel = False
        elif waits_for is None:
            loop.call_soon(self, context=self.context)
        else:
            error = RuntimeError(_misuse(self, waits_for, blocking))
            loop.call_soon(self, None, error, context=self.context)

    def wait_for(self, future: "Future[Any]") -> None:
        """Take the next step once the future is done."""
        self._fut_waiter = future
        future.add_done_callback(self, context=self.context)

    def cancel(self, msg: Any | None = None) -> bool:
        """Throw CancelledError into the coroutine; return whether it was still running."""
        if self._done:
            return False
        self._requests += 1
        if not self._cancel_waiter(msg):
            self._must_cancel = True
        return True

    def _cancel_waiter(self, msg: Any | None) -> bool:
        return self._fut_waiter is not None and self._fut_waiter.cancel(msg)

    def _pending_error(self, error: BaseException | None) -> BaseException | None:
        """Return what the next step throws into the coroutine: the error, or a requested cancellation."""
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, CancelledError):
                return CancelledError()
        return error

    def _finish(self) -> None:
        """Mark the task as done, and call back whatever waits for it."""
        self._done = True
        self._fut_waiter = None
        if self._callbacks:
            for callback, context in self._callbacks:
                self.execution.loop.call_soon(callback, self, context=context)
            self._callbacks = None


def _misuse(task: DrivenTask, waits_for: Any, blocking: Any) -> str:
    """Return asyncio's message for something that cannot be waited for."""
    if blocking is None:
        return f"Task got bad yield: {waits_for!r}"
    if not blocking:
        return f"yield was used instead of yield from in task {task!r} with {waits_for!r}"
    return f"Task {task!r} got Future {waits_for!r} attached to a different loop"
