"""Drives an execution from its first field until nothing is left to wait for."""

import asyncio
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import ExecutionResult, GraphQLError

from jit.runtime.awaitables import close, dispose, foreign
from jit.runtime.driven_task import enter_task, leave_task
from jit.runtime.execution import Execution, Select
from jit.runtime.lightweight_task import LightweightTask, make_task
from jit.runtime.null_propagation import alive, fail, note_null, sweep

RootField: TypeAlias = Callable[[Execution, Any, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Program:
    """The code of an operation: all fields at once, or root field by root field.

    Attributes:
        select: Executes all fields.
        root_fields: execute one root field each, where `select` is None.
    """

    select: Select | None
    root_fields: list[RootField]


def start(execution: Execution, program: Program) -> Awaitable[ExecutionResult] | ExecutionResult:
    """Execute until a value has to be awaited, or the response is complete."""
    execution.current, execution.cold = None, []
    root_fields = iter(program.root_fields)
    try:
        _advance(execution, program, root_fields)
    except GraphQLError as error:
        _answer_nothing(execution, error)
    if execution.cold and _any_cold_alive(execution):
        return _to_the_end(execution, root_fields)
    _drop_cold(execution)
    return ExecutionResult(execution.data, execution.errors or None)


def start_awaited(execution: Execution, program: Program) -> Awaitable[ExecutionResult] | ExecutionResult:
    """Do the same for a coroutine that awaits the result at once."""
    select = program.select
    if select is None:
        execution.data = {}
        execution.find_loop()
        return _finish(execution, iter(program.root_fields))
    try:
        execution.data = select(execution, execution.root_value, None)
    except GraphQLError as error:
        _answer_nothing(execution, error)
    except BaseException:
        _abort(execution)
        raise
    if execution.held or execution.live:
        return _settle(execution)
    return ExecutionResult(execution.data, execution.errors or None)


async def start_when_awaited(execution: Execution, program: Program) -> ExecutionResult:
    """Execute the whole operation once it is awaited."""
    started = start_awaited(execution, program)
    return started if isinstance(started, ExecutionResult) else await started


async def _to_the_end(execution: Execution, root_fields: Iterator[RootField]) -> ExecutionResult:
    """Execute what is left once it is awaited."""
    _activate(execution)
    return await _finish(execution, root_fields)


async def _finish(execution: Execution, root_fields: Iterator[RootField]) -> ExecutionResult:
    while True:
        answer = await _settle(execution)
        if answer.data is None:
            return answer
        execution.current = asyncio.current_task(execution.loop)
        try:
            _adopt_context(execution)
            _serially(execution, root_fields)
        except GraphQLError as error:
            _answer_nothing(execution, error)
        except BaseException:
            _abort(execution)
            raise
        if not (execution.live or execution.held):
            return ExecutionResult(execution.data, execution.errors or None)


def _advance(execution: Execution, program: Program, root_fields: Iterator[RootField]) -> None:
    if program.select is not None:
        execution.data = program.select(execution, execution.root_value, None)
    else:
        _serially(execution, root_fields)


def _serially(execution: Execution, root_fields: Iterator[RootField]) -> None:
    execution.serial = True
    if execution.data is None:
        execution.data = {}
    for root_field in root_fields:
        execution.held = None
        root_field(execution, execution.root_value, execution.data)
        _adopt_context(execution)
        if execution.live or execution.held or (execution.cold and _any_cold_alive(execution)):
            return


def _adopt_context(execution: Execution) -> None:
    """Keep the context variables that a mutation's field has set for the fields after it."""
    context, execution.serial_context = execution.serial_context, None
    for variable, value in (context or {}).items():
        if variable.get(_NOTHING) is not value:
            variable.set(value)


def _answer_nothing(execution: Execution, error: GraphQLError) -> None:
    execution.errors.append(error)
    execution.data = None
    note_null(execution)


def _abort(execution: Execution) -> None:
    """Cancel all running tasks, because of an exception that interrupts the execution."""
    execution.current = None
    if execution.held:
        close(execution.held[1])
    if execution.live:
        execution.cancel_all()


async def _settle(execution: Execution) -> ExecutionResult:
    """Wait until no task is running, and return the response.

    If there is only one value to wait for, it is awaited here: nothing runs beside it, so it needs no task.

    Raises:
        CancelledError: The caller was cancelled; all tasks have ended by then.
        BaseException: A resolver was interrupted by it.
    """
    try:
        while (held := execution.held) and not (execution.live or execution.nulled):
            execution.held = None
            slot, coroutine, (container, above, key), then = held
            try:
                value = await coroutine
                if value.__class__ is not slot.exact or value.__class__ is int:
                    value = (then or slot.complete)(execution, value, container, (above, key, slot.typename))
                container[key] = value
            except Exception as failure:  # noqa: BLE001 - all errors of resolvers go into the response
                fail(execution, make_task(execution, *held), failure)
    except BaseException:
        _abort(execution)
        raise
    if execution.held:
        execution.start_held()
    if execution.live:
        await _all_ended(execution)
    if execution.failure is not None:
        raise execution.failure
    execution.spare = None  # it refers to the execution: break the cycle, so that both are freed at once
    return ExecutionResult(execution.data, execution.errors or None)


async def _all_ended(execution: Execution) -> None:
    """Wait until no task is running."""
    if execution.nulled:
        sweep(execution)
    execution.current = None
    while execution.live:
        execution.waiter = execution.loop.create_future()
        try:
            await execution.waiter
        except CancelledError as cancelled:
            execution.failure = execution.failure or cancelled
            execution.cancel_all()
    execution.waiter = None


# Awaitables that resolvers returned before the result was awaited


def _activate(execution: Execution) -> None:
    """Start the kept awaitables, now that the result is awaited."""
    loop = execution.loop = asyncio.get_running_loop()
    outer = asyncio.current_task(loop)
    cold, execution.cold = execution.cold, None
    if cold:
        _begin_all(execution, cold, outer)
    execution.current = outer


def _begin_all(execution: Execution, cold: list[LightweightTask], outer: "asyncio.Task[Any] | None") -> None:
    if outer is not None:
        leave_task(execution.loop, outer)
    try:
        for task in cold:
            _begin(execution, task)
    finally:
        if outer is not None:
            enter_task(execution.loop, outer)


def _begin(execution: Execution, task: LightweightTask) -> None:
    future = task._fut_waiter  # noqa: SLF001 - tasks are of this package
    task.context = copy_context()
    if execution.serial and task.above is None:
        execution.serial_context = task.context
    if task.container is None:
        execution.live.add(task)
        execution.open_stream(task)
        return
    if execution.nulled and not alive(execution, task):
        task.abandoned = True
    else:
        execution.live.add(task)
    if future is None or future.done():
        task.context.run(task.resume, future)
    elif future.get_loop() is not execution.loop:
        fail(execution, task, foreign(future))
        task.end()
    else:
        task.wait_for(future)


def _drop_cold(execution: Execution) -> None:
    """Dispose of awaitables that are no longer wanted because their slots became null."""
    cold, execution.cold = execution.cold or [], []
    for task in cold:
        if task.container is None:  # a stream that was never opened
            close(task.coroutine)
    kept = [task for task in cold if task.container is not None]
    dispose([task.coroutine or task._fut_waiter for task in kept])  # noqa: SLF001 - the same


def _any_cold_alive(execution: Execution) -> bool:
    """Tell whether a kept awaitable is still wanted."""
    return any(
        task.container is None or not execution.nulled or alive(execution, task)
        for task in execution.cold or ()
    )


_NOTHING: Any = object()
