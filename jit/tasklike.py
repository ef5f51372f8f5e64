"""What a coroutine, asyncio and anyio may ask of a task, answered by a strand."""

from asyncio import AbstractEventLoop, Future, InvalidStateError
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from types import FrameType
from typing import TYPE_CHECKING, Any

from jit.place import Place

if TYPE_CHECKING:
    from jit.run import Run

Callback = Callable[..., object]


class TaskLike:
    """The methods of `asyncio.Task` that have nothing to do with driving."""

    __slots__ = (
        "__dict__",  # for what seldom differs from the defaults below
        "__weakref__",
        "_done",
        "_fut_waiter",  # bears asyncio's name: anyio looks there
        "context",
        "coroutine",
        "place",
        "run",
    )
    __weakref__: Any
    run: "Run"
    place: Place
    context: Context
    coroutine: Coroutine[Any, Any, Any] | None
    _done: bool
    _fut_waiter: "Future[Any] | None"
    _callbacks: list[tuple[Callback, Context | None]] | None = None
    _must_cancel = False  # asyncio's name too
    _name: str | None = None
    _requests = 0

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
