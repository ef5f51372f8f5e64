"""A strand: one awaitable that an execution waits for, driven without a task of its own.

To the coroutine it runs a strand looks like its task: `asyncio.current_task()` gives it, and
`asyncio.timeout` or a task group can cancel it without cancelling the request. asyncio documents the
functions for such task implementations; making one is cheaper than a task because the first step is
taken at once, and no turn of the loop is spent on a coroutine that does not have to wait.
"""

from asyncio import CancelledError, Future
from collections.abc import Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeAlias

from jit.batches import batches_of
from jit.current_task import enter_task, leave_task
from jit.nulled import alive, fail
from jit.paths import Steps
from jit.place import MAX_INT, MIN_INT, Complete, Place
from jit.tasklike import TaskLike
from jit.walking import Walk

if TYPE_CHECKING:
    from jit.run import Run


Spot: TypeAlias = tuple[Any, Steps | None, str | int]
"""(container, steps to it, key or index in it): where a value goes."""


class Strand(TaskLike):
    """What one place waits for; called when what it waits for is done.

    It has no `__init__`, because one is made for every coroutine, and most are not needed any further:
    `Run.wait` sets what a task must have, and the rest when the coroutine has to wait.

    Attributes:
        container: the dict or list that gets the completed value at `key`.
        above: the steps to the container.
        then: completes the value, where that is not done as for all values of the place.
        shares: whether one callback wakes it together with others (see `jit.batches`).
        walk: what took its first step: it awaits the coroutine, and would close it if it were let go.
        abandoned: its place is already null, so that its outcome matters to nobody.
    """

    __slots__ = ("above", "container", "key", "shares", "then")
    container: Any
    above: Steps | None
    key: str | int
    then: "Complete | None"
    shares: bool
    walk: Walk | None = None
    abandoned = False

    @property
    def steps(self) -> Steps:
        """The steps to the place."""
        return (self.above, self.key, self.place.typename)

    def resume(self, future: "Future[Any] | None" = None, error: BaseException | None = None) -> None:
        """Takes the next step, and completes the value when there is one; no task may be current.

        Args:
            future: what it waited for.
            error: what to throw into the coroutine.
        """
        if self._done:
            return
        run = self.run
        loop = run.loop
        enter_task(loop, self)
        run.current = self
        self._fut_waiter = None
        try:
            try:
                if self.coroutine is None or error is not None or self._must_cancel:
                    waits_for = self._unusual_step(future, error)
                else:
                    waits_for = self.coroutine.send(None)
            except StopIteration as stop:
                self._deliver(run, stop.value)
            else:
                self.park(waits_for)
        except Exception as failure:  # noqa: BLE001 - whatever resolvers raise goes into the answer
            fail(run, self, failure)
            self.end()
        except BaseException as interruption:
            run.interrupt(self, interruption)
            self.end()
            if not isinstance(interruption, CancelledError):
                raise
        finally:
            leave_task(loop, self)
            run.current = None

    __call__ = resume
    """As a callback of futures and of the loop."""

    def _unusual_step(self, future: "Future[Any] | None", error: BaseException | None) -> Any:
        """A step without a coroutine, or one in which something is thrown."""
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, CancelledError):
                error = CancelledError()
        if self.coroutine is not None:
            assert error is not None  # noqa: S101 - else the step would be usual
            return self.coroutine.throw(error)
        if error is not None:
            raise error
        assert future is not None  # noqa: S101 - without a coroutine it waits for a future
        raise StopIteration(future.result())

    def _deliver(self, run: "Run", value: Any) -> None:
        """Completes the value, and puts it where it belongs."""
        if not self.abandoned:
            place = self.place
            exact: Any = place.exact
            if value.__class__ is not exact or (exact is int and not MIN_INT <= value <= MAX_INT):
                value = (self.then or place.complete)(run, value, self.container, self.steps)
            if not run.nulled or alive(run, self):
                self.container[self.key] = value
        self.end()

    def end(self) -> None:
        """Takes itself from the execution, and tells those who wait for it."""
        self._done = True
        self._fut_waiter = None
        run = self.run
        if self._callbacks:
            for callback, context in self._callbacks:
                run.loop.call_soon(callback, self, context=context)
            self._callbacks = None
        live = run.live
        live.discard(self)
        if not live:
            run.wake_if_settled()

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
        callbacks: list[Any] = getattr(future, "_callbacks", None) or []
        self.shares = bool(callbacks) and batches_of(self.run).join(self, future, callbacks)
        if not self.shares:
            future.add_done_callback(self, context=self.context)

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


def idle_strand(run: "Run") -> Strand:
    """A strand that runs nothing yet."""
    strand = Strand()
    strand.run = run
    strand._done = False  # noqa: SLF001 - its maker
    strand._fut_waiter = None  # noqa: SLF001 - the same
    return strand


def make_strand(
    run: "Run", place: Place, coroutine: Coroutine[Any, Any, Any] | None, spot: Spot, then: "Complete | None"
) -> Strand:
    """A whole strand; what is made in great number is made where it is needed."""
    strand = idle_strand(run)
    strand.place = place
    strand.coroutine = coroutine
    strand.container, strand.above, strand.key = spot
    strand.then = then
    strand.context = _NOWHERE
    strand.shares = False
    return strand


def _misuse(strand: Strand, waits_for: Any, blocking: Any) -> str:
    """What asyncio says of something that cannot be waited for."""
    if blocking is None:
        return f"Task got bad yield: {waits_for!r}"
    if not blocking:
        return f"yield was used instead of yield from in task {strand!r} with {waits_for!r}"
    return f"Task {strand!r} got Future {waits_for!r} attached to a different loop"


_NOWHERE = Context()  # strands get theirs when they are started
