"""A strand: one awaitable that an execution waits for, driven without a task of its own.

To the coroutine it runs a strand looks like its task: `asyncio.current_task()` gives it, and
`asyncio.timeout` or a task group can cancel it without cancelling the request. asyncio documents the
functions for such task implementations; making one is cheaper than a task because the first step is
taken at once, and no turn of the loop is spent on a coroutine that does not have to wait.
"""

from asyncio import AbstractEventLoop, CancelledError, Future, InvalidStateError
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from types import FrameType
from typing import TYPE_CHECKING, Any

from jit.paths import Steps
from jit.place import Complete, Place

if TYPE_CHECKING:
    from jit.run import Run

Callback = Callable[..., object]


class Strand:
    """What one place waits for.

    Attributes:
        container: the dict or list that gets the completed value at the last of `steps`.
        then: completes the value.
        abandoned: its place is already null, so that its outcome matters to nobody.
    """

    __slots__ = (
        "__dict__",  # for what seldom differs from the defaults below
        "__weakref__",
        "_fut_waiter",  # bears asyncio's name: anyio looks there
        "container",
        "context",
        "coroutine",
        "place",
        "run",
        "steps",
        "then",
    )
    abandoned = False
    _callbacks: list[tuple[Callback, Context | None]] | None = None
    _done = False
    _must_cancel = False  # asyncio's name too
    _name: str | None = None
    _requests = 0

    def __init__(  # noqa: PLR0917 - made on every await, so by position
        self,
        run: "Run",
        place: Place,
        coroutine: Coroutine[Any, Any, Any] | None,
        container: Any,
        steps: Steps,
        then: Complete,
        context: Context,
    ) -> None:
        self.run = run
        self.place = place
        self.coroutine = coroutine
        self.container = container
        self.steps = steps
        self.then = then
        self.context = context
        self._fut_waiter: Future[Any] | None = None

    # Driving

    def step(self, error: BaseException | None = None) -> Any:
        """Goes on with the coroutine until it waits for something or ends.

        Returns:
            What the coroutine yielded, when it waits.

        Raises:
            StopIteration: the coroutine ended; its value is the result.
            BaseException: whatever the coroutine raised.
        """
        self._fut_waiter = None
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, CancelledError):
                error = CancelledError()
        coroutine: Any = self.coroutine
        return coroutine.send(None) if error is None else coroutine.throw(error)

    def park(self, waits_for: Any) -> None:
        """Waits for what the coroutine yielded, as asyncio's task does."""
        blocking = getattr(waits_for, "_asyncio_future_blocking", None)
        if blocking and waits_for.get_loop() is self.run.loop:
            waits_for._asyncio_future_blocking = False  # noqa: SLF001 - the protocol of asyncio's futures
            waits_for.add_done_callback(self.wake, context=self.context)
            self._fut_waiter = waits_for
            if self._must_cancel and waits_for.cancel():
                self._must_cancel = False
        elif waits_for is None:
            self.run.loop.call_soon(self.wake, None, context=self.context)
        else:
            error = RuntimeError(_misuse(self, waits_for, blocking))
            self.run.loop.call_soon(self.run.resume, self, error, context=self.context)

    def wait_for(self, future: "Future[Any]") -> None:
        """Goes on once the future is done."""
        future.add_done_callback(self.wake, context=self.context)
        self._fut_waiter = future

    def wake(self, future: "Future[Any] | None") -> None:
        """Goes on now that the future is done: the coroutine, which awaits it, takes its result or error."""
        self.run.resume(self, None, future)

    def end(self) -> None:
        """Tells those who wait for it."""
        self._done = True
        self._fut_waiter = None
        if self._callbacks:
            for callback, context in self._callbacks:
                self.run.loop.call_soon(callback, self, context=context)
            self._callbacks = None

    # What a coroutine may ask of its task

    def cancel(self, msg: Any | None = None) -> bool:
        """Throws CancelledError into the coroutine."""
        if self._done:
            return False
        self._requests += 1
        waiter = self._fut_waiter
        if waiter is not None and waiter.cancel(msg):
            return True
        self._must_cancel = True
        return True

    def abandon(self, *, shared: bool) -> None:
        """Cancels it; what it waits for is left alone when others wait for that too."""
        waiter = self._fut_waiter
        if shared and waiter is not None and waiter.remove_done_callback(self.wake):
            self._fut_waiter = None
            self._requests += 1
            self.run.loop.call_soon(self.run.resume, self, CancelledError(), context=self.context)
        else:
            self.cancel()

    def cancelling(self) -> int:
        """How many requests to cancel stand."""
        return self._requests

    def uncancel(self) -> int:
        """Takes back one request to cancel."""
        if self._requests > 0:
            self._requests -= 1
            if self._requests == 0:
                self._must_cancel = False
        return self._requests

    def done(self) -> bool:
        """Whether it has ended."""
        return self._done

    def cancelled(self) -> bool:
        """Always False: how it ended is the execution's affair."""
        return False

    def result(self) -> None:
        """Nothing: the value went into the answer.

        Raises:
            InvalidStateError: it has not ended.
        """
        if not self._done:
            raise InvalidStateError("Result is not set.")

    def exception(self) -> None:
        """Nothing: an error went into the answer.

        Raises:
            InvalidStateError: it has not ended.
        """
        if not self._done:
            raise InvalidStateError("Exception is not set.")

    def add_done_callback(self, callback: Callback, *, context: Context | None = None) -> None:
        """Calls back soon after the end."""
        if self._done:
            self.run.loop.call_soon(callback, self, context=context)
        elif self._callbacks is None:
            self._callbacks = [(callback, context)]
        else:
            self._callbacks.append((callback, context))

    def remove_done_callback(self, callback: Callback) -> int:
        """Takes callbacks back and tells how many."""
        kept = [each for each in self._callbacks or () if each[0] != callback]
        removed = len(self._callbacks or ()) - len(kept)
        self._callbacks = kept
        return removed

    def get_coro(self) -> Coroutine[Any, Any, Any] | None:
        """The coroutine."""
        return self.coroutine

    def get_context(self) -> Context:
        """The context variables it runs with."""
        return self.context

    def get_loop(self) -> AbstractEventLoop:
        """The event loop."""
        return self.run.loop

    def get_name(self) -> str:
        """A name for logs."""
        return self._name or f"{self.place.parent.name}.{self.place.field_name}"

    def set_name(self, name: object) -> None:
        """Gives it another name."""
        self._name = str(name)

    def get_stack(self, *, limit: int | None = None) -> list[FrameType]:
        """The coroutine's frame."""
        frame = getattr(self.coroutine, "cr_frame", None)
        return [frame] if frame is not None and limit != 0 else []

    def __await__(self) -> Generator[Any, None, None]:
        if not self._done:
            ended: Future[None] = self.run.loop.create_future()
            self.add_done_callback(lambda _: None if ended.done() else ended.set_result(None))
            yield from ended.__await__()

    def __repr__(self) -> str:
        return f"<Strand {self.get_name()}>"


def _misuse(strand: Strand, waits_for: Any, blocking: Any) -> str:
    """What asyncio says of something that cannot be waited for."""
    if blocking is None:
        return f"Task got bad yield: {waits_for!r}"
    if not blocking:
        return f"yield was used instead of yield from in task {strand!r} with {waits_for!r}"
    return f"Task {strand!r} got Future {waits_for!r} attached to a different loop"
