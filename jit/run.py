"""One execution: its answer as far as it is known, its errors, and the strands it waits for."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from types import CoroutineType
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from jit.awaitables import as_future_or_coroutine, close, dispose, gather, track
from jit.batches import Batches
from jit.current_task import enter_task, leave_task, switch_task
from jit.nulled import sweep
from jit.paths import Steps, as_path, reach
from jit.place import MAX_INT, MIN_INT, Complete, Place
from jit.request import Settings, Subject
from jit.strand import Spot, Strand, make_strand


class Run:
    """The state of one execution.

    Until it is awaited nothing is started: awaitables that resolvers give before are kept in `cold`.

    Attributes:
        live: strands that are under way.
        current: the task, or strand, in which code runs now.
        nulled: whether anything became null by an error.
        cancel_dead: whether strands below a null are to be cancelled.
        serial: whether root fields are executed one after another.
        serial_context: the context of the root field that is executed then.
        failure: what interrupted the execution.
        batches: the batches of loaders that strands wait for.
    """

    __slots__ = (
        "batches",
        "cancel_dead",
        "cold",
        "context",
        "current",
        "data",
        "errors",
        "failure",
        "live",
        "loop",
        "nulled",
        "root_value",
        "serial",
        "serial_context",
        "settings",
        "stopping",
        "subject",
        "sweep_due",
        "variables",
        "waiter",
    )

    is_awaitable = staticmethod(is_awaitable)
    loop: AbstractEventLoop

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
        self.cold: list[Strand] | None = []
        self.current: Any = None
        self.nulled = self.cancel_dead = self.sweep_due = self.stopping = self.serial = False
        self.failure: BaseException | None = None
        self.waiter: Future[None] | None = None
        self.serial_context: Context | None = None
        self.batches: Batches | None = None

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
        context = copy_context()
        if self.serial and above is None:
            self.serial_context = context
        strand = Strand()
        strand.run = self
        strand.place = place
        strand.coroutine = awaitable
        strand.context = context
        strand._done = False  # noqa: SLF001 - strands are of this package
        strand._fut_waiter = None  # noqa: SLF001 - the same
        loop, outer = self.loop, self.current
        if outer is None:
            enter_task(loop, strand)
        else:
            switch_task(loop, strand)
        self.current = strand
        try:
            waits_for = context.run(awaitable.send, None)
        except StopIteration as stop:
            strand._done = True  # noqa: SLF001 - nobody waits for it yet
            value = stop.value
            exact: Any = place.exact
            if value.__class__ is exact and (exact is not int or MIN_INT <= value <= MAX_INT):
                return value
            steps = (above, key, place.typename)
            return context.run(then or place.complete, self, value, container, steps)
        else:
            strand.container = container
            strand.above = above
            strand.key = key
            strand.then = then
            self.live.add(strand)
            strand.park(waits_for)
            return None
        finally:
            self.current = outer
            if outer is None:
                leave_task(loop, strand)
            else:
                switch_task(loop, outer)

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


def foreign(future: "Future[Any]") -> RuntimeError:
    """What is wrong with a future of another event loop."""
    return RuntimeError(f"A resolver gave Future {future!r} attached to a different loop")
