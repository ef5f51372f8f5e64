"""One execution: completes values, and starts tasks for those that have to be awaited."""

from asyncio import current_task, get_running_loop
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from contextvars import copy_context
from sys import getrefcount, version_info
from types import CoroutineType
from typing import Any, Final, TypeAlias

from graphql import GraphQLResolveInfo
from graphql.pyutils import Path, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from jit.runtime.awaitables import (
    ENDS_BEFORE_STEPPER,
    Ended,
    as_future_or_coroutine,
    close,
    dispose,
    foreign,
    gather,
    start_stepper,
    take_step,
    track,
)
from jit.runtime.driven_task import current_tasks, leave_task
from jit.runtime.field_slot import MAX_INT, MIN_INT, Complete, FieldSlot, ResponsePath, as_path, reach
from jit.runtime.lightweight_task import LightweightTask, idle_task, make_task
from jit.runtime.null_propagation import note_null
from jit.runtime.state import STARTED, UNKNOWN, ExecutionState, Target

UNSHARED_REFERENCES: Final = 4 if version_info < (3, 14) else 0
"""How many references a task has that only `Execution` and asyncio refer to; Python 3.14 counts otherwise."""

HELPERS: Final = GraphQLResolveInfoHelpers(gather=gather, track=track)
"""What an info offers to resolvers that wait for several values."""


class Execution(ExecutionState):
    """One execution, as generated code calls it: it settles values, and starts tasks for awaitables."""

    __slots__ = ()
    is_awaitable = staticmethod(is_awaitable)

    # Called by generated code

    def settle(self, slot: FieldSlot, value: Any, container: Any, path: ResponsePath) -> Any:
        """Complete what a resolver returned; an awaitable leaves None until its value is there."""
        if value.__class__ is CoroutineType or is_awaitable(value):
            return self.wait(slot, value, container, path[0], path[1])
        return slot.complete(self, value, container, path)

    def add_error(self, slot: FieldSlot, error: Exception, path: ResponsePath) -> None:
        """Add the error of a slot that may be null."""
        self.errors.append(slot.located(error, path))
        note_null(self)

    def info(self, slot: FieldSlot, parent_path: ResponsePath | None, key: str) -> GraphQLResolveInfo[Any]:
        """Make the info that a resolver gets."""
        return self.operation.make_info(self, slot, Path(as_path(parent_path), key, slot.parent.name))

    def info_at(self, slot: FieldSlot, path: ResponsePath) -> GraphQLResolveInfo[Any]:
        """Make the info that a type resolver gets: the field's, also for the items of its lists."""
        while isinstance(path[1], int):
            assert path[0] is not None  # noqa: S101 - an index stands below a key
            path = path[0]
        return self.info(slot, path[0], path[1])

    def wait(  # noqa: C901, PLR0912, PLR0917 - called for every awaitable: by position, and all in one place
        self,
        slot: FieldSlot,
        awaitable: Any,
        container: Any,
        above: ResponsePath | None,
        key: str | int,
        then: "Complete | None" = None,
    ) -> Any:
        """Start to wait for an awaitable.

        Args:
            slot: The field, or list items, that the value is for.
            awaitable: What a resolver returned.
            container: The dict or list that gets the completed value.
            above: The path to the container.
            key: The key or index in the container.
            then: Completes this value, if it is not completed by the slot's own completer.

        Returns:
            The completed value if the awaitable did not have to wait; else None, which a task replaces later.
        """
        if awaitable.__class__ is not CoroutineType or self.cold is not None:
            return self._wait_for_other(slot, awaitable, (container, above, key), then)
        if self.held is None:
            if not self.live:
                self.held = (slot, awaitable, (container, above, key), then)
                return None
        elif self.held:
            self.start_held(awaitable)
        context = copy_context()
        if self.serial and above is None:
            self.serial_context = context
        stepper = self.stepper
        task = self.spare or self._idle_task()
        self.spare = None
        task.slot = slot
        task.coroutine = awaitable
        task.context = context
        loop, outer = self.loop, self.current
        current_tasks[loop] = task
        try:
            try:
                if stepper is None:
                    waits_for = context.run(take_step, awaitable, None)
                else:
                    waits_for = context.run(stepper.send, awaitable)
            except StopIteration as stop:
                value = stop.value
                self._count_immediate_end()
            else:
                if waits_for.__class__ is not Ended:
                    self._park(task, (container, above, key), then, waits_for)
                    return None
                value = waits_for.value
            return self._ended(task, value, container, above, key, then)
        except BaseException:
            self.stepper, self.immediate_ends = None, 0
            raise
        finally:
            self.current = outer
            if outer is None:
                leave_task(loop, task)
            else:
                current_tasks[loop] = outer

    def _ended(  # noqa: PLR0917 - called for most awaitables
        self,
        task: LightweightTask,
        value: Any,
        container: Any,
        above: ResponsePath | None,
        key: str | int,
        then: "Complete | None",
    ) -> Any:
        """Complete the value of a coroutine that ended at its first step."""
        slot = task.slot
        exact: Any = slot.exact
        if value.__class__ is exact and (exact is not int or MIN_INT <= value <= MAX_INT):
            if getrefcount(task) == UNSHARED_REFERENCES and not task.__dict__ and task.__weakref__ is None:
                self.spare = task
            else:
                task._done = True  # noqa: SLF001 - nothing waits for it yet
            return value
        task._done = True  # noqa: SLF001 - the same
        self.current = task
        path = (above, key, slot.typename)
        return task.context.run(then or slot.complete, self, value, container, path)

    def _count_immediate_end(self) -> None:
        """Start a stepper when enough coroutines in a row have ended at their first step."""
        self.immediate_ends += 1
        if self.immediate_ends == ENDS_BEFORE_STEPPER:
            self.stepper = start_stepper()

    def _park(self, task: LightweightTask, target: Target, then: "Complete | None", waits_for: Any) -> None:
        """Let a task wait; a stepper that took its first step stays with the task."""
        task.container, task.above, task.key = target
        task.then = then
        if self.stepper is not None:
            task.stepper, self.stepper = self.stepper, None
        self.immediate_ends = ENDS_BEFORE_STEPPER
        self.live.add(task)
        task.park(waits_for)

    def find_loop(self) -> None:
        """Look up the running loop and current task, unless they are known; only tasks need them.

        On Python 3.11 the look-up is a system call.
        """
        if self.current is UNKNOWN:
            self.loop = get_running_loop()
            self.current = current_task(self.loop)

    def _idle_task(self) -> LightweightTask:
        """Make a task that drives nothing yet."""
        self.find_loop()
        return idle_task(self)

    def start_held(self, follower: Any = None) -> None:
        """Start the held coroutine beside others, before those of the fields after it.

        An error that makes an object around it null waits for the loop's next turn: that may be incomplete.

        Args:
            follower: The coroutine that comes next; it is closed if there is an interruption.
        """
        assert self.held  # noqa: S101 - the caller has checked it
        slot, coroutine, (container, above, key), then = self.held
        self.held = STARTED
        try:
            value = self.wait(slot, coroutine, container, above, key, then)
        except Exception as error:  # noqa: BLE001 - all errors of resolvers go into the response
            if not slot.non_null:
                self.add_error(slot, error, (above, key, slot.typename))
                return
            task = make_task(self, slot, None, (container, above, key), then)
            task.context = copy_context()
            self.live.add(task)
            self.loop.call_soon(task, None, error, context=task.context)
        except BaseException:
            close(follower)
            raise
        else:
            if value is not None:
                container[key] = value

    def _wait_for_other(
        self, slot: FieldSlot, awaitable: Awaitable[Any], target: Target, then: "Complete | None"
    ) -> Any:
        """Start to wait for any awaitable, or keep it while nothing may be started."""
        future, coroutine = as_future_or_coroutine(awaitable)
        container, above, key = target
        if self.cold is not None:
            task = make_task(self, slot, coroutine, target, then)
            task._fut_waiter = future  # noqa: SLF001 - kept until it is started
            self.cold.append(task)
            return None
        if future is None:
            return self.wait(slot, coroutine, container, above, key, then)
        if self.held:
            self.start_held()
        context = copy_context()
        if self.serial and above is None:
            self.serial_context = context
        if future.done():
            value = future.result()
            return (then or slot.complete)(self, value, container, (above, key, slot.typename))
        self.find_loop()
        if future.get_loop() is not self.loop:
            raise foreign(future)
        task = make_task(self, slot, coroutine, target, then)
        task.context = context
        self.live.add(task)
        task.wait_for(future)
        return None

    def stream(
        self, slot: FieldSlot, fill: Coroutine[Any, Any, Any], results: list[Any], path: ResponsePath
    ) -> list[Any]:
        """Fill a list, which is in the response already, from an async iterable.

        The first step is taken once the list is linked to the response.
        """

        def present_value(_run: Execution, _value: Any, container: Any, path: ResponsePath) -> Any:
            return container[path[1]]

        task = make_task(self, slot, fill, (None, path[0], path[1]), present_value)
        if self.cold is not None:
            self.cold.append(task)
        else:
            self.find_loop()
            task.context = copy_context()
            self.live.add(task)
            self.loop.call_soon(self.open_stream, task, context=task.context)
        return results

    def open_stream(self, task: LightweightTask) -> None:
        """Begin to fill a list, if the response still has room for it."""
        task.container = reach(self.data, task.path)
        if task.container is None or task.abandoned:
            close(task.coroutine)
            task.end()
        else:
            task.resume()

    def dispose_rest(self, rest: Iterable[Any]) -> None:
        """Dispose of the awaitables among the items that a failed list did not reach."""
        awaitables: list[Any] = []
        with suppress(Exception):
            awaitables.extend(item for item in rest if is_awaitable(item))
        dispose(awaitables)


def core_info(execution: Execution, slot: FieldSlot, path: Path) -> GraphQLResolveInfo[Any]:
    """Make the info that graphql-core's executor makes."""
    operation = execution.operation
    return GraphQLResolveInfo(
        slot.field_name,
        slot.nodes,
        slot.type,
        slot.parent,
        path,
        operation.schema,
        operation.fragments,
        execution.root_value,
        operation.node,
        execution.variables,
        execution.context,
        is_awaitable,
        None,
        HELPERS,
    )


Select: TypeAlias = Callable[[Execution, Any, ResponsePath | None], dict[str, Any]]
"""Executes the selection of an object type on a value."""
