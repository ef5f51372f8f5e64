"""Drives a coroutine that has no value, and reports to its owner how the coroutine ended."""

from asyncio import AbstractEventLoop, CancelledError, Future
from collections.abc import Coroutine
from typing import Any, Protocol

from jit.runtime.tasks.current_task import current_tasks, leave_task
from jit.runtime.tasks.driven_task import DrivenTask


class Owner(Protocol):
    """What started a coroutine task.

    Attributes:
        loop: The event loop.
    """

    loop: AbstractEventLoop

    def ended(self, task: Any) -> None:
        """Note that the coroutine of a task has returned."""
        ...

    def failed(self, task: Any, error: BaseException) -> None:
        """Note that the coroutine of a task has raised an exception."""
        ...

    def resume(self) -> None:
        """Continue after the last step of a task; no task is current."""
        ...


class CoroutineTask(DrivenTask):
    """A running coroutine; called when what it waits for is done.

    Unlike a lightweight task it completes no value. A subclass sets the attributes and takes the first step.
    """

    __slots__ = ()
    execution: Owner
    coroutine: Coroutine[Any, Any, None]

    def __call__(self, _future: "Future[Any] | None" = None, error: BaseException | None = None) -> None:
        """Take the next step after what was waited for; no task may be current."""
        self.step(error, None)
        if self._done:
            self.execution.resume()

    def step(self, error: BaseException | None, current: Any) -> None:
        """Take the next step.

        Args:
            error: Is thrown into the coroutine.
            current: The task that is current, and is made current again.
        """
        self._fut_waiter = None
        error = self._pending_error(error)
        owner = self.execution
        loop = owner.loop
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
            self._finish()
            owner.ended(self)
        except BaseException as raised:
            self._finish()
            owner.failed(self, raised)
            if not isinstance(raised, Exception | CancelledError):
                raise
        else:
            self.park(waits_for)
