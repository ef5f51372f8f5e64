"""A strand: one awaitable that an execution waits for, driven without a task of its own.

To the coroutine it runs a strand looks like its task: `asyncio.current_task()` gives it, and
`asyncio.timeout` or a task group can cancel it without cancelling the request. asyncio documents the
functions for such task implementations; making one is cheaper than a task because the first step is
taken at once, and no turn of the loop is spent on a coroutine that does not have to wait.
"""

import asyncio
from asyncio import CancelledError, Future
from collections.abc import Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any

from jit.nulled import alive, fail
from jit.paths import Steps
from jit.place import Complete, Place
from jit.tasklike import TaskLike

if TYPE_CHECKING:
    from jit.run import Run

enter_task = asyncio.tasks._enter_task  # noqa: SLF001 - documented for makers of tasks ("Extending asyncio")
leave_task = asyncio.tasks._leave_task  # noqa: SLF001 - the same


class Strand(TaskLike):
    """What one place waits for; called when what it waits for is done.

    It has no `__init__`, because one is made for every coroutine, and most are not needed any further:
    `Run.wait` sets what a task must have, and the rest when the coroutine has to wait.

    Attributes:
        container: the dict or list that gets the completed value at the last of `steps`.
        then: completes the value.
        shares: whether one callback wakes it together with others (see `jit.batches`).
        abandoned: its place is already null, so that its outcome matters to nobody.
    """

    __slots__ = ("container", "shares", "steps", "then")
    container: Any
    steps: Steps
    then: Complete
    shares: bool
    abandoned = False

    def __call__(self, future: "Future[Any] | None" = None, error: BaseException | None = None) -> None:
        """Takes the next step, and completes the value when there is one; no task may be current.

        Args:
            future: what it waited for.
            error: what to throw into the coroutine.
        """
        if self._done:
            return
        run = self.run
        enter_task(run.loop, self)  # type: ignore[arg-type] # a task of another make
        run.current = self
        self._fut_waiter = None
        try:
            coroutine: Any = self.coroutine
            if coroutine is None:
                value = _value_of(future, error)
            else:
                try:
                    if error is None and not self._must_cancel:
                        waits_for = coroutine.send(None)
                    else:
                        waits_for = coroutine.throw(self._to_throw(error))
                except StopIteration as stop:
                    value = stop.value
                else:
                    self.park(waits_for)
                    return
            if not self.abandoned:
                if value.__class__ is not self.place.exact:
                    value = self.then(run, value, self.container, self.steps)
                if not run.nulled or alive(run, self):
                    self.container[self.steps[1]] = value
            self.end()
        except Exception as failure:  # noqa: BLE001 - whatever resolvers raise goes into the answer
            fail(run, self, failure)
            self.end()
        except BaseException as interruption:
            run.interrupt(self, interruption)
            self.end()
            if not isinstance(interruption, CancelledError):
                raise
        finally:
            leave_task(run.loop, self)  # type: ignore[arg-type] # the same
            run.current = None

    def park(self, waits_for: Any) -> None:
        """Waits for what the coroutine yielded, as asyncio's task does."""
        loop = self.run.loop
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
        """Goes on once the future is done."""
        self._fut_waiter = future
        self.shares = self.run.batches.join(self, future)
        if not self.shares:
            future.add_done_callback(self, context=self.context)

    def end(self) -> None:
        """Takes itself from the execution, and tells those who wait for it."""
        self._done = True
        self._fut_waiter = None
        if self._callbacks:
            for callback, context in self._callbacks:
                self.run.loop.call_soon(callback, self, context=context)
            self._callbacks = None
        self.run.ended(self)

    def cancel(self, msg: Any | None = None) -> bool:
        """Throws CancelledError into the coroutine."""
        if self._done:
            return False
        self._requests += 1
        if not self._cancel_waiter(msg):
            self._must_cancel = True
        return True

    def abandon(self, *, shared: bool) -> None:
        """Cancels it; what it waits for is left alone when others wait for that too."""
        waiter = self._fut_waiter
        if shared and waiter is not None and (self.shares or waiter.remove_done_callback(self)):
            self._fut_waiter = None
            self._requests += 1
            self.run.loop.call_soon(self, None, CancelledError(), context=self.context)
        else:
            self.cancel()

    def _cancel_waiter(self, msg: Any | None) -> bool:
        waiter = self._fut_waiter
        if waiter is None or not waiter.cancel(msg):
            return False
        if self.shares:  # the callback it shares may be another future's
            self._fut_waiter = None
            self.run.loop.call_soon(self, waiter, context=self.context)
        return True

    def _to_throw(self, error: BaseException | None) -> BaseException:
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, CancelledError):
                return CancelledError()
        assert error is not None  # noqa: S101 - one or the other brought us here
        return error


def make_strand(  # noqa: PLR0917 - the parts of a strand, in their order
    run: "Run",
    place: Place,
    coroutine: Coroutine[Any, Any, Any] | None,
    container: Any,
    steps: Steps,
    then: Complete,
    context: Context,
) -> Strand:
    """A whole strand; what is made in great number is made where it is needed."""
    strand = Strand()
    strand.run = run
    strand.place = place
    strand.coroutine = coroutine
    strand.container = container
    strand.steps = steps
    strand.then = then
    strand.context = context
    strand._done = False  # noqa: SLF001 - its maker
    strand._fut_waiter = None  # noqa: SLF001 - the same
    strand.shares = False
    return strand


def _value_of(future: "Future[Any] | None", error: BaseException | None) -> Any:
    if error is not None:
        raise error
    assert future is not None  # noqa: S101 - a strand without a coroutine waits for a future
    return future.result()


def _misuse(strand: Strand, waits_for: Any, blocking: Any) -> str:
    """What asyncio says of something that cannot be waited for."""
    if blocking is None:
        return f"Task got bad yield: {waits_for!r}"
    if not blocking:
        return f"yield was used instead of yield from in task {strand!r} with {waits_for!r}"
    return f"Task {strand!r} got Future {waits_for!r} attached to a different loop"
