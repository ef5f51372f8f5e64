"""One execution: its answer as far as it is known, its errors, and the strands it waits for."""

from asyncio import AbstractEventLoop, Future, current_task, get_running_loop
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from sys import getrefcount, version_info
from types import CoroutineType
from typing import Any, Final, TypeAlias

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from jit.awaitables import as_future_or_coroutine, close, dispose, foreign, gather, track
from jit.batches import Batches
from jit.current_task import current_tasks, enter_task, leave_task
from jit.nulled import sweep
from jit.paths import Steps, as_path, reach
from jit.place import MAX_INT, MIN_INT, Complete, Place
from jit.request import Settings, Subject
from jit.strand import Spot, Strand, idle_strand, make_strand
from jit.walking import STEADY, Walk, Walked, take_step, walking

UNKNOWN: Final[Any] = object()
"""Stands for a task that nobody has asked for yet."""

Held: TypeAlias = tuple[Place, Coroutine[Any, Any, Any], Spot, "Complete | None"]
"""A coroutine that is not started yet, where its value goes, and what completes that."""

UNSEEN: Final = 4 if version_info < (3, 14) else 0
"""So many references has a strand that only `Run` and asyncio know; later versions count otherwise."""


class Run:
    """The state of one execution.

    Attributes:
        cold: awaitables that resolvers gave before the result is awaited, until when nothing is started.
        live: strands that are under way.
        held: a coroutine that is not started before it is seen whether it is the only one to wait for.
        current: the task, or strand, in which code runs now; `UNKNOWN` until that, and `loop`, are asked for.
        nulled: whether anything became null by an error.
        cancel_dead: whether strands below a null are to be cancelled.
        serial: whether root fields are executed one after another.
        serial_context: the context of the root field that is executed then.
        walk: takes first steps, where coroutines keep ending at them.
        steady: how many of them ended so, one after another.
        spare: a strand whose coroutine ended at its first step, and that nobody took notice of.
        failure: what interrupted the execution.
        batches: the batches of loaders that strands wait for.
    """

    __slots__ = (
        "__dict__",  # for what seldom differs from the defaults below
        "cold",
        "context",
        "current",
        "data",
        "errors",
        "held",
        "live",
        "loop",
        "root_value",
        "serial",
        "settings",
        "spare",
        "steady",
        "subject",
        "variables",
        "walk",
    )

    is_awaitable = staticmethod(is_awaitable)
    loop: AbstractEventLoop
    nulled = cancel_dead = sweep_due = stopping = False
    failure: BaseException | None = None
    waiter: "Future[None] | None" = None
    serial_context: Context | None = None
    batches: Batches | None = None

    def __init__(
        self, subject: Subject, root_value: Any, context: Any, variables: VariableValues, settings: Settings
    ) -> None:
        self.subject = subject
        self.root_value = root_value
        self.context = context
        self.variables = variables
        self.settings = settings
        self.data: dict[str, Any] | None = None
        self.errors: list[GraphQLError] = []
        self.live: set[Strand] = set()
        self.held: Held | None = None
        self.current: Any = UNKNOWN
        self.spare: Strand | None = None
        self.cold: list[Strand] | None = None
        self.serial = False
        self.steady = 0
        self.walk: Walk | None = None

    # What generated code asks for

    def info(self, place: Place, parent_steps: Steps | None, key: str) -> GraphQLResolveInfo[Any]:
        """What a resolver is told about the execution."""
        return GraphQLResolveInfo(
            place.field_name,
            place.nodes,
            place.type,
            place.parent,
            Path(as_path(parent_steps), key, place.parent.name),
            self.subject.schema,
            self.subject.fragments,
            self.root_value,
            self.subject.operation,
            self.variables,
            self.context,
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

    def wait(  # noqa: PLR0917 - called for every awaitable, so by position
        self,
        place: Place,
        awaitable: Any,
        container: Any,
        above: Steps | None,
        key: str | int,
        then: "Complete | None" = None,
    ) -> Any:
        """Starts to wait for an awaitable.

        Args:
            place: where.
            awaitable: what a resolver gave.
            container: gets the completed value.
            above: the steps to the container.
            key: the key or index in it.
            then: completes the value, where that is not done as for all values of the place.

        Returns:
            The completed value, if there is nothing to wait for; else None, to be replaced in the container.
        """
        if awaitable.__class__ is not CoroutineType or self.cold is not None:
            return self._wait_for_other(place, awaitable, (container, above, key), then)
        if self.held is None and not self.live:
            self.held = (place, awaitable, (container, above, key), then)
            return None
        context = copy_context()
        if self.serial and above is None:
            self.serial_context = context
        walk = self.walk
        strand = self.spare or self._strand()
        self.spare = None
        strand.place = place
        strand.coroutine = awaitable
        strand.context = context
        loop, outer = self.loop, self.current
        current_tasks[loop] = strand
        try:
            try:
                if walk is None:
                    waits_for = context.run(take_step, awaitable, None)
                else:
                    waits_for = context.run(walk.send, awaitable)
            except StopIteration as stop:
                value = stop.value
                self._walk_soon()
            else:
                if waits_for.__class__ is not Walked:
                    self._set_out(strand, (container, above, key), then, waits_for)
                    return None
                value = waits_for.value
            return self._ended(strand, value, container, above, key, then)
        except BaseException:
            self.walk, self.steady = None, 0
            raise
        finally:
            self.current = outer
            if outer is None:
                leave_task(loop, strand)
            else:
                current_tasks[loop] = outer

    def _ended(  # noqa: PLR0917 - called for most of them
        self,
        strand: Strand,
        value: Any,
        container: Any,
        above: Steps | None,
        key: str | int,
        then: "Complete | None",
    ) -> Any:
        """Completes what a coroutine ended with at its first step."""
        place = strand.place
        exact: Any = place.exact
        if value.__class__ is exact and (exact is not int or MIN_INT <= value <= MAX_INT):
            if getrefcount(strand) == UNSEEN and not strand.__dict__ and strand.__weakref__ is None:
                self.spare = strand
            else:
                strand._done = True  # noqa: SLF001 - nobody waits for it yet
            return value
        strand._done = True  # noqa: SLF001 - the same
        self.current = strand
        steps = (above, key, place.typename)
        return strand.context.run(then or place.complete, self, value, container, steps)

    def _walk_soon(self) -> None:
        """Begins a walk once enough coroutines have ended at their first step, and none had to wait."""
        self.steady += 1
        if self.steady == STEADY:
            self.walk = walking()

    def _set_out(self, strand: Strand, spot: Spot, then: "Complete | None", waits_for: Any) -> None:
        """Lets a strand wait; if a walk took its first step, that stays with it."""
        strand.container, strand.above, strand.key = spot
        strand.then = then
        if self.walk is not None:
            strand.walk, self.walk = self.walk, None
        self.steady = STEADY
        self.live.add(strand)
        strand.park(waits_for)

    def look_around(self) -> None:
        """Finds out in which loop and task this runs, unless that is known: only strands need it.

        On Python 3.11 that is a system call.
        """
        if self.current is UNKNOWN:
            self.loop = get_running_loop()
            self.current = current_task(self.loop)

    def _strand(self) -> Strand:
        """A strand that runs nothing yet."""
        self.look_around()
        return idle_strand(self)

    def release(self) -> None:
        """Starts the coroutine that was held back as a strand, beside the others."""
        assert self.held is not None  # noqa: S101 - the caller has seen it
        self.look_around()
        strand = make_strand(self, *self.held)
        self.held = None
        strand.context = copy_context()
        if self.serial and strand.above is None:
            self.serial_context = strand.context
        self.live.add(strand)
        task = self.current
        if task is not None:
            leave_task(self.loop, task)
        try:
            strand.context.run(strand.resume)
        finally:
            if task is not None:
                enter_task(self.loop, task)
                self.current = task

    def _wait_for_other(
        self, place: Place, awaitable: Awaitable[Any], spot: Spot, then: "Complete | None"
    ) -> Any:
        """Starts to wait for anything, or makes a note of it while nothing may be started."""
        future, coroutine = as_future_or_coroutine(awaitable)
        container, above, key = spot
        if self.cold is not None:
            strand = make_strand(self, place, coroutine, spot, then)
            strand._fut_waiter = future  # noqa: SLF001 - kept until it is started
            self.cold.append(strand)
            return None
        if future is None:
            return self.wait(place, coroutine, container, above, key, then)
        context = copy_context()
        if self.serial and above is None:
            self.serial_context = context
        if future.done():
            value = future.result()
            return (then or place.complete)(self, value, container, (above, key, place.typename))
        self.look_around()
        if future.get_loop() is not self.loop:
            raise foreign(future)
        strand = make_strand(self, place, coroutine, spot, then)
        strand.context = context
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

        strand = make_strand(self, place, fill, (None, steps[0], steps[1]), what_stands_there)
        if self.cold is not None:
            self.cold.append(strand)
        else:
            self.look_around()
            strand.context = copy_context()
            self.live.add(strand)
            self.loop.call_soon(self.open_stream, strand, context=strand.context)
        return results

    def open_stream(self, strand: Strand) -> None:
        """Begins to fill a list, if there is still a place for it."""
        strand.container = reach(self.data, strand.steps)
        if strand.container is None or strand.abandoned:
            close(strand.coroutine)
            strand.end()
        else:
            strand.resume()

    def give_up(self, rest: Iterable[Any]) -> None:
        """Disposes of the awaitables among the items that a failed list did not come to."""
        awaitables: list[Any] = []
        with suppress(Exception):
            awaitables.extend(item for item in rest if is_awaitable(item))
        dispose(awaitables)

    # What strands report

    def has_nulled(self) -> None:
        """Notes that strands below a null may be at work for nothing."""
        self.nulled = True
        if self.live and not self.sweep_due:
            self.sweep_due = True
            self.loop.call_soon(sweep, self)

    def wake_if_settled(self) -> None:
        """Wakes the caller when no strand is under way."""
        if not self.live and self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def interrupt(self, strand: Strand, interruption: BaseException) -> None:
        """Ends the execution because of what is no error."""
        if not (strand.abandoned or self.stopping):
            self.failure = interruption
            self.cancel_all()

    def cancel_all(self) -> None:
        """Cancels all strands; they end in turns of their own."""
        self.stopping = True
        for strand in list(self.live):
            strand.cancel()
