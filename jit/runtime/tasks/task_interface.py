"""The part of `asyncio.Task`'s interface that has nothing to do with driving a coroutine.

Coroutines, asyncio and anyio call these methods of the current task. Classes that drive a coroutine without
an asyncio task derive from `TaskInterface`: see `lightweight_task` and `coroutine_task`.
"""

from asyncio import AbstractEventLoop, Future, InvalidStateError
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from types import FrameType
from typing import Any

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
        kept = [each for each in self._callbacks or () if each[0] != callback]
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
