"""The course of an execution: from its first field until nothing is left to wait for."""

import asyncio
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import ExecutionResult, GraphQLError

from jit.awaitables import close, dispose, foreign
from jit.complete import Select
from jit.current_task import enter_task, leave_task
from jit.nulled import alive, fail, sweep
from jit.run import Run
from jit.strand import Strand, make_strand

Step: TypeAlias = Callable[[Run, Any, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Program:
    """What is executed: all fields at once, or root field by root field.

    Attributes:
        select: executes all of them.
        steps: execute one root field each, where `select` is None.
    """

    select: Select | None
    steps: list[Step]


def start(run: Run, program: Program) -> Awaitable[ExecutionResult] | ExecutionResult:
    """Goes on until something is to be waited for, or the answer is there."""
    run.current, run.cold = None, []
    steps = iter(program.steps)
    try:
        _advance(run, program, steps)
    except GraphQLError as error:
        _answer_nothing(run, error)
    if run.cold and _any_cold_alive(run):
        return _to_the_end(run, steps)
    _drop_cold(run)
    return ExecutionResult(run.data, run.errors or None)


def start_awaited(run: Run, program: Program) -> Awaitable[ExecutionResult] | ExecutionResult:
    """The same, for a caller that is a coroutine and awaits at once what it gets."""
    select = program.select
    if select is None:
        run.data = {}
        run.look_around()
        return _finish(run, iter(program.steps))
    try:
        run.data = select(run, run.root_value, None)
    except GraphQLError as error:
        _answer_nothing(run, error)
    except BaseException:
        _abort(run)
        raise
    if run.held is not None or run.live:
        return _settle(run)
    return ExecutionResult(run.data, run.errors or None)


async def start_when_awaited(run: Run, program: Program) -> ExecutionResult:
    """Executes all of it, once it is awaited."""
    started = start_awaited(run, program)
    return started if isinstance(started, ExecutionResult) else await started


async def _to_the_end(run: Run, steps: Iterator[Step]) -> ExecutionResult:
    """Executes what is left, once it is awaited."""
    _activate(run)
    return await _finish(run, steps)


async def _finish(run: Run, steps: Iterator[Step]) -> ExecutionResult:
    while True:
        answer = await _settle(run)
        if answer.data is None:
            return answer
        run.current = asyncio.current_task(run.loop)
        try:
            _adopt_context(run)
            _serially(run, steps)
        except GraphQLError as error:
            _answer_nothing(run, error)
        except BaseException:
            _abort(run)
            raise
        if not run.live and run.held is None:
            return ExecutionResult(run.data, run.errors or None)


def _advance(run: Run, program: Program, steps: Iterator[Step]) -> None:
    if program.select is not None:
        run.data = program.select(run, run.root_value, None)
    else:
        _serially(run, steps)


def _serially(run: Run, steps: Iterator[Step]) -> None:
    run.serial = True
    if run.data is None:
        run.data = {}
    for step in steps:
        step(run, run.root_value, run.data)
        _adopt_context(run)
        if run.live or run.held is not None or (run.cold and _any_cold_alive(run)):
            return


def _adopt_context(run: Run) -> None:
    """Lets what a mutation's field set in context variables stand for the fields after it."""
    context, run.serial_context = run.serial_context, None
    for variable, value in (context or {}).items():
        if variable.get(_NOTHING) is not value:
            variable.set(value)


def _answer_nothing(run: Run, error: GraphQLError) -> None:
    run.errors.append(error)
    run.data = None
    run.has_nulled()


def _abort(run: Run) -> None:
    """Cancels what is under way: an interruption passes through."""
    run.current = None
    if run.held is not None:
        close(run.held[1])
    if run.live:
        run.cancel_all()


async def _settle(run: Run) -> ExecutionResult:
    """Waits until nothing is under way, and gives the answer as it is then.

    What is the only thing to be waited for is awaited here: it needs no strand, as nothing runs beside it.

    Raises:
        CancelledError: the caller was cancelled; all strands have ended by then.
        BaseException: a resolver was interrupted by it.
    """
    try:
        while (held := run.held) is not None and not (run.live or run.nulled):
            run.held = None
            place, coroutine, (container, above, key), then = held
            try:
                value = await coroutine
                if value.__class__ is not place.exact or value.__class__ is int:
                    value = (then or place.complete)(run, value, container, (above, key, place.typename))
                container[key] = value
            except Exception as failure:  # noqa: BLE001 - whatever resolvers raise goes into the answer
                fail(run, make_strand(run, *held), failure)
    except BaseException:
        _abort(run)
        raise
    if run.held is not None:
        run.release()
    if run.live:
        await _all_ended(run)
    if run.failure is not None:
        raise run.failure
    run.spare = None  # which knows the run: nothing is left to the garbage collector
    return ExecutionResult(run.data, run.errors or None)


async def _all_ended(run: Run) -> None:
    """Waits until no strand is under way."""
    if run.nulled:
        sweep(run)
    run.current = None
    while run.live:
        run.waiter = run.loop.create_future()
        try:
            await run.waiter
        except CancelledError as cancelled:
            run.failure = run.failure or cancelled
            run.cancel_all()
    run.waiter = None


# Awaitables that resolvers gave before the result was awaited


def _activate(run: Run) -> None:
    """Lets strands start from now on: the caller is being awaited."""
    loop = run.loop = asyncio.get_running_loop()
    task = asyncio.current_task(loop)
    cold, run.cold = run.cold, None
    if cold:
        _begin_all(run, cold, task)
    run.current = task


def _begin_all(run: Run, cold: list[Strand], task: "asyncio.Task[Any] | None") -> None:
    if task is not None:
        leave_task(run.loop, task)
    try:
        for strand in cold:
            _begin(run, strand)
    finally:
        if task is not None:
            enter_task(run.loop, task)


def _begin(run: Run, strand: Strand) -> None:
    future = strand._fut_waiter  # noqa: SLF001 - strands are of this package
    strand.context = copy_context()
    if run.serial and strand.above is None:
        run.serial_context = strand.context
    if strand.container is None:
        run.live.add(strand)
        run.open_stream(strand)
        return
    if run.nulled and not alive(run, strand):
        strand.abandoned = True
    else:
        run.live.add(strand)
    if future is None or future.done():
        strand.context.run(strand.resume, future)
    elif future.get_loop() is not run.loop:
        fail(run, strand, foreign(future))
        strand.end()
    else:
        strand.wait_for(future)


def _drop_cold(run: Run) -> None:
    """Disposes of awaitables that nobody will wait for, since all they were for is null."""
    cold, run.cold = run.cold or [], []
    for strand in cold:
        if strand.container is None:  # a stream that was never opened
            close(strand.coroutine)
    kept = [strand for strand in cold if strand.container is not None]
    dispose([strand.coroutine or strand._fut_waiter for strand in kept])  # noqa: SLF001 - the same


def _any_cold_alive(run: Run) -> bool:
    """Whether anything in the answer is still to be waited for."""
    return any(strand.container is None or not run.nulled or alive(run, strand) for strand in run.cold or ())


_NOTHING: Any = object()
