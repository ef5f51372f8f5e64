"""One execution: its answer as far as it is known, its errors, and the strands it waits for."""

import asyncio
from asyncio import AbstractEventLoop, CancelledError, Future
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from types import CoroutineType
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
)
from graphql.pyutils import Path, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from jit.awaitables import as_future_or_coroutine, close, dispose, gather, track, value_of
from jit.paths import Steps, ancestor, as_path, reach
from jit.place import Complete, Place
from jit.request import Request
from jit.strand import Strand

enter_task = asyncio.tasks._enter_task  # noqa: SLF001 - documented for makers of tasks ("Extending asyncio")
leave_task = asyncio.tasks._leave_task  # noqa: SLF001 - the same


class Run:
    """The state of one execution.

    Until it is awaited nothing is started: awaitables that resolvers give before are kept in `cold`.

    Attributes:
        live: strands that are under way.
        current: the task, or strand, in which code runs now.
        nulled: whether anything became null by an error.
        serial: whether root fields are executed one after another.
    """

    __slots__ = (
        "_cancel_dead",
        "_serial_context",
        "_stopping",
        "_sweep_due",
        "_waiter",
        "cold",
        "current",
        "data",
        "errors",
        "failure",
        "live",
        "loop",
        "nulled",
        "request",
        "serial",
    )

    is_awaitable = staticmethod(is_awaitable)
    loop: AbstractEventLoop

    def __init__(self, request: Request) -> None:
        self.request = request
        self.data: dict[str, Any] | None = None
        self.errors: list[GraphQLError] = []
        self.live: set[Strand] = set()
        self.cold: list[Strand] | None = []
        self.current: Any = None
        self.nulled = False
        self.failure: BaseException | None = None
        self._waiter: Future[None] | None = None
        self._sweep_due = False
        self._cancel_dead = False
        self._stopping = False
        self.serial = False
        self._serial_context: Context | None = None

    # What generated code asks for

    def info(self, place: Place, parent_steps: Steps | None, key: str) -> GraphQLResolveInfo[Any]:
        """What a resolver is told about the execution."""
        request = self.request
        return GraphQLResolveInfo(
            place.field_name,
            place.nodes,
            place.type,
            place.parent,
            Path(as_path(parent_steps), key, place.parent.name),
            request.schema,
            request.fragments,
            request.root_value,
            request.operation,
            request.variables,
            request.context,
            is_awaitable,
            None,
            GraphQLResolveInfoHelpers(gather=gather, track=track),
        )

    def info_at(self, place: Place, steps: Steps) -> GraphQLResolveInfo[Any]:
        """What type resolvers are told: the field's, also for the items of its lists."""
        while isinstance(steps[1], int):
            assert steps[0] is not None  # noqa: S101 - an index stands below a key
            steps = steps[0]
        return self.info(place, steps[0], steps[1])

    def wait(
        self, place: Place, awaitable: Awaitable[Any], container: Any, steps: Steps, then: Complete
    ) -> Any:
        """Starts to wait for an awaitable.

        Returns:
            The completed value, if there is nothing to wait for; else None, to be replaced in the container.
        """
        if awaitable.__class__ is CoroutineType:
            future: Future[Any] | None = None
            coroutine: Any = awaitable
        else:
            future, coroutine = as_future_or_coroutine(awaitable)
        if self.cold is not None:
            strand = Strand(self, place, coroutine, container, steps, then, _NOWHERE)
            strand._fut_waiter = future  # noqa: SLF001 - kept until it is started
            self.cold.append(strand)
            return None
        context = copy_context()
        if self.serial and steps[0] is None:
            self._serial_context = context
        if coroutine is not None:
            strand = Strand(self, place, coroutine, container, steps, then, context)
            return context.run(self._first_step, strand)
        assert future is not None  # noqa: S101 - it is one or the other
        if future.done():
            return then(self, future.result(), container, steps)
        self._check_loop(future)
        strand = Strand(self, place, None, container, steps, then, context)
        self.live.add(strand)
        strand.wait_for(future)
        return None

    def stream(
        self, place: Place, fill: Coroutine[Any, Any, Any], results: list[Any], steps: Steps
    ) -> list[Any]:
        """Fills a list that already stands in the answer, from an async iterable.

        It takes its first step only once the list is linked to the answer.
        """

        def what_stands_there(_run: Run, _value: Any, container: Any, steps: Steps) -> Any:
            return container[steps[1]]

        if self.cold is not None:
            self.cold.append(Strand(self, place, fill, None, steps, what_stands_there, _NOWHERE))
        else:
            strand = Strand(self, place, fill, None, steps, what_stands_there, copy_context())
            self.live.add(strand)
            self.loop.call_soon(self._open_stream, strand, context=strand.context)
        return results

    def _open_stream(self, strand: Strand) -> None:
        strand.container = reach(self.data, strand.steps)
        if strand.container is None or strand.abandoned:
            close(strand.coroutine)
            self._ended(strand)
        else:
            self.resume(strand, None)

    def give_up(self, rest: Iterable[tuple[int, Any]]) -> None:
        """Disposes of the awaitables among the items that a failed list did not come to."""
        awaitables: list[Any] = []
        with suppress(Exception):
            awaitables.extend(item for _, item in rest if is_awaitable(item))
        dispose(awaitables)

    def has_nulled(self) -> None:
        """Notes that strands below a null may be at work for nothing."""
        self.nulled = True
        if self.live and not self._sweep_due:
            self._sweep_due = True
            self.loop.call_soon(self._sweep)

    # Strands

    def _first_step(self, strand: Strand) -> Any:
        loop, outer, coroutine = self.loop, self.current, strand.coroutine
        if outer is not None:
            leave_task(loop, outer)
        enter_task(loop, strand)  # type: ignore[arg-type] # a task of another make
        self.current = strand
        try:
            try:
                waits_for = coroutine.send(None)  # type: ignore[union-attr] # the caller has looked
            except StopIteration as stop:
                value = stop.value
            else:
                self.live.add(strand)
                strand.park(waits_for)
                return None
            strand._done = True  # noqa: SLF001 - nobody waits for it yet
            return strand.then(self, value, strand.container, strand.steps)
        finally:
            leave_task(loop, strand)  # type: ignore[arg-type] # the same
            self.current = outer
            if outer is not None:
                enter_task(loop, outer)

    def resume(
        self, strand: Strand, error: BaseException | None, future: "Future[Any] | None" = None
    ) -> None:
        """Takes a strand's next step, and completes its value when there is one; no task may be current."""
        if strand._done:  # noqa: SLF001 - strands are of this package
            return
        loop = self.loop
        enter_task(loop, strand)  # type: ignore[arg-type] # the same
        self.current = strand
        try:
            try:
                if strand.coroutine is None:
                    value = value_of(future, error)
                else:
                    strand.park(strand.step(error))
                    return
            except StopIteration as stop:
                value = stop.value
            if not strand.abandoned:
                completed = strand.then(self, value, strand.container, strand.steps)
                if not self.nulled or self._alive(strand):
                    strand.container[strand.steps[1]] = completed
            self._ended(strand)
        except Exception as failure:  # noqa: BLE001 - whatever resolvers raise goes into the answer
            self._fail(strand, failure)
            self._ended(strand)
        except BaseException as interruption:
            self._interrupt(strand, interruption)
            self._ended(strand)
            if not isinstance(interruption, CancelledError):
                raise
        finally:
            leave_task(loop, strand)  # type: ignore[arg-type] # the same
            self.current = None

    def _fail(self, strand: Strand, failure: Exception) -> None:
        if strand.abandoned or (self.nulled and not self._alive(strand)):
            return
        place = strand.place
        self.errors.append(place.located(failure, strand.steps))
        position = ancestor(strand.steps, place.up)
        if position is None:
            self.data = None
        else:
            reach(self.data, position)[position[1]] = None
        self._cancel_dead |= place.up > 0
        self.has_nulled()

    def _interrupt(self, strand: Strand, interruption: BaseException) -> None:
        if not (strand.abandoned or self._stopping):
            self.failure = interruption
            self._cancel_all()

    def _ended(self, strand: Strand) -> None:
        strand.end()
        live = self.live
        live.discard(strand)
        if not live:
            self._wake_if_settled()

    def _wake_if_settled(self) -> None:
        if not self.live and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _alive(self, strand: Strand) -> bool:
        try:
            container = reach(self.data, strand.steps)
        except LookupError:
            return False
        return container is not None and (strand.container is None or container is strand.container)

    def _sweep(self) -> None:
        """Lets go of strands below what has become null."""
        self._sweep_due = False
        alive = {strand for strand in self.live if self._alive(strand)}
        shared = {id(strand._fut_waiter) for strand in alive}  # noqa: SLF001 - strands are of this package
        for strand in self.live - alive:
            if strand.abandoned:
                continue
            strand.abandoned = True
            if self._cancel_dead:
                strand.abandon(shared=id(strand._fut_waiter) in shared)  # noqa: SLF001 - the same
            else:  # as in graphql-core, they may end what they began
                self.live.discard(strand)
        self._wake_if_settled()

    def _check_loop(self, future: "Future[Any]") -> None:
        if future.get_loop() is not self.loop:
            raise RuntimeError(f"A resolver gave Future {future!r} attached to a different loop")

    # From start to end

    def response(self) -> ExecutionResult:
        """The answer."""
        self.current = None  # strands that go on in the background start from no task
        return ExecutionResult(self.data, self.errors or None)

    def activate(self) -> None:
        """Lets strands start from now on: the caller is being awaited."""
        self.loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        cold, self.cold = self.cold or [], None
        if cold and task is not None:
            leave_task(self.loop, task)
        try:
            for strand in cold:
                self._start(strand)
        finally:
            if cold and task is not None:
                enter_task(self.loop, task)
        self.current = task

    def _start(self, strand: Strand) -> None:
        future = strand._fut_waiter  # noqa: SLF001 - strands are of this package
        strand.context = copy_context()
        if self.serial and strand.steps[0] is None:
            self._serial_context = strand.context
        if strand.container is None:
            self.live.add(strand)
            self._open_stream(strand)
            return
        if self.nulled and not self._alive(strand):
            strand.abandoned = True
        else:
            self.live.add(strand)
        if future is None or future.done():
            strand.context.run(self.resume, strand, None, future)
        elif future.get_loop() is not self.loop:
            self._fail(
                strand, RuntimeError(f"A resolver gave Future {future!r} attached to a different loop")
            )
            self._ended(strand)
        else:
            strand.wait_for(future)

    def drop_cold(self) -> None:
        """Disposes of awaitables that nobody will wait for, since all they were for is null."""
        cold, self.cold = self.cold or [], []
        for strand in cold:
            if strand.container is None:  # a stream that was never opened
                close(strand.coroutine)
        kept = [strand for strand in cold if strand.container is not None]
        dispose([strand.coroutine or strand._fut_waiter for strand in kept])  # noqa: SLF001 - the same

    def cold_alive(self) -> bool:
        """Whether anything in the answer is still to be waited for."""
        return any(
            strand.container is None or not self.nulled or self._alive(strand) for strand in self.cold or ()
        )

    async def settle(self) -> None:
        """Waits until no strand is under way.

        Raises:
            CancelledError: the caller was cancelled; all strands have ended by then.
            BaseException: a strand was interrupted by it.
        """
        if self.nulled and self.live:
            self._sweep()
        self.current = None
        while self.live:
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            except CancelledError as cancelled:
                self.failure = self.failure or cancelled
                self._cancel_all()
        self._waiter = None
        if self.failure is not None:
            raise self.failure

    def adopt_context(self) -> None:
        """Lets what a mutation's field set in context variables stand for the fields after it."""
        context, self._serial_context = self._serial_context, None
        for variable, value in (context or {}).items():
            if variable.get(_NOTHING) is not value:
                variable.set(value)

    def abort(self) -> None:
        """Cancels what is under way: an interruption passes through."""
        self.current = None
        if self.live:
            self._cancel_all()

    def _cancel_all(self) -> None:
        self._stopping = True
        for strand in list(self.live):
            strand.cancel()


_NOTHING: Any = object()
_NOWHERE = Context()  # strands get theirs when they are started
