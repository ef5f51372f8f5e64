"""Drives a coroutine without an asyncio task, yet as asyncio's current task.

Coroutines, asyncio and anyio call methods of the current task: `TaskInterface` has them. How a step is taken
differs: `lightweight_task` completes a value while the task is current, on the hot path of every field that
waits; `CoroutineTask` drives coroutines without a value.

`_enter_task` and `_leave_task` are documented ("Extending asyncio"). Python 3.12 added a function that
switches from one task to another. Before that an assignment switches; leaving and entering take four calls.
"""

import asyncio
import sys
from asyncio import AbstractEventLoop, CancelledError, Future, InvalidStateError
from collections.abc import Callable, Coroutine, Generator, MutableMapping
from contextvars import Context
from types import FrameType
from typing import Any, Final, Protocol, TypeAlias

Tell: TypeAlias = Callable[[AbstractEventLoop, Any], object]
Tasks: TypeAlias = MutableMapping[AbstractEventLoop, Any]

enter_task: Final[Tell] = asyncio.tasks._enter_task  # noqa: SLF001 - see above
leave_task: Final[Tell] = asyncio.tasks._leave_task  # noqa: SLF001 - see above


def _switching() -> Tasks:
    tasks: Any = asyncio.tasks
    if sys.version_info < (3, 12):
        return tasks._current_tasks  # type: ignore[no-any-return] # noqa: SLF001 - see above
    swap = tasks._swap_current_task  # noqa: SLF001 - see above
    kind: Any = type("Switching", (), {"__setitem__": lambda _self, loop, task: swap(loop, task)})
    switching: Tasks = kind()  # it is only ever assigned to
    return switching


current_tasks: Final[Tasks] = _switching()
"""Assigning another task to a loop switches to it."""


Callback = Callable[..., object]


class TaskInterface:
    """The methods of `asyncio.Task` that do not drive the coroutine.

    Attributes:
        execution: What the task is part of; only its `loop` is read here.
        context: The context variables the coroutine runs with.
        coroutine: None where the task waits for a future alone.
    """

    __slots__ = (
        "__dict__",  # for what seldom differs from the defaults below
        "__weakref__",
        "_done",
        "_fut_waiter",  # asyncio's name: anyio reads it
        "context",
        "coroutine",
        "execution",
    )
    __weakref__: Any
    execution: Any
    context: Context
    coroutine: Coroutine[Any, Any, Any] | None
    _done: bool
    _fut_waiter: "Future[Any] | None"
    _callbacks: list[tuple[Callback, Context | None]] | None = None
    _must_cancel = False  # asyncio's name: anyio reads it
    _name: str | None = None
    _requests = 0

    def cancelling(self) -> int:
        """Count the requests to cancel that were not taken back."""
        return self._requests

    def uncancel(self) -> int:
        """Take back one request to cancel, and count those that are left."""
        if self._requests > 0:
            self._requests -= 1
            if self._requests == 0:
                self._must_cancel = False
        return self._requests

    def done(self) -> bool:
        """Tell whether the coroutine has ended."""
        return self._done

    def cancelled(self) -> bool:
        """Return False: the execution keeps how the coroutine ended, not the task."""
        return False

    def result(self) -> None:
        """Return None: the value went into the response.

        Raises:
            InvalidStateError: The coroutine has not ended.
        """
        if not self._done:
            raise InvalidStateError("Result is not set.")

    def exception(self) -> None:
        """Return None: an error went into the response.

        Raises:
            InvalidStateError: The coroutine has not ended.
        """
        if not self._done:
            raise InvalidStateError("Exception is not set.")

    def add_done_callback(self, callback: Callback, *, context: Context | None = None) -> None:
        """Call back soon after the coroutine has ended."""
        if self._done:
            self.get_loop().call_soon(callback, self, context=context)
        elif self._callbacks is None:
            self._callbacks = [(callback, context)]
        else:
            self._callbacks.append((callback, context))

    def remove_done_callback(self, callback: Callback) -> int:
        """Remove a callback, and count how often it was there."""
        kept = [entry for entry in self._callbacks or () if entry[0] != callback]
        removed = len(self._callbacks or ()) - len(kept)
        self._callbacks = kept
        return removed

    def get_coro(self) -> Coroutine[Any, Any, Any] | None:
        """Return the coroutine; None where the task waits for a future alone."""
        return self.coroutine

    def get_context(self) -> Context:
        """Return the context variables that the coroutine runs with."""
        return self.context

    def get_loop(self) -> AbstractEventLoop:
        """Return the event loop."""
        loop: AbstractEventLoop = self.execution.loop
        return loop

    def default_name(self) -> str:
        """Name the task in logs until `set_name` does."""
        raise NotImplementedError

    def get_name(self) -> str:
        """Return the task's name in logs."""
        return self._name or self.default_name()

    def set_name(self, name: object) -> None:
        """Change the task's name in logs."""
        self._name = str(name)

    def get_stack(self, *, limit: int | None = None) -> list[FrameType]:
        """Return the coroutine's frame."""
        frame = getattr(self.coroutine, "cr_frame", None)
        return [frame] if frame is not None and limit != 0 else []

    def __await__(self) -> Generator[Any, None, None]:
        if not self._done:
            ended: Future[None] = self.get_loop().create_future()
            self.add_done_callback(lambda _: None if ended.done() else ended.set_result(None))
            yield from ended.__await__()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.get_name()}>"


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
        if error is not None or self._must_cancel:
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
