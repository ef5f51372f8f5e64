"""Null propagation: what an error makes null, and the tasks below a null, whose values are not needed."""

from typing import Any

from jit.runtime.field_slot import ResponsePath, ancestor, reach
from jit.runtime.state import ExecutionState, WaitingTask


def fail(execution: ExecutionState, task: WaitingTask, failure: Exception) -> None:
    """Put a task's error into the response."""
    if task.abandoned or (execution.nulled and not alive(execution, task)):
        return
    slot = task.slot
    execution.errors.append(slot.located(failure, task.path))
    position = ancestor(task.path, slot.null_levels)
    if position is None:
        execution.data = None
    else:
        reach(execution.data, position)[position[1]] = None
    execution.cancel_dead |= slot.null_levels > 0
    note_null(execution)


def note_null(execution: ExecutionState) -> None:
    """Note that an error made something null; the tasks below it are abandoned in the loop's next turn."""
    execution.nulled = True
    if execution.live and not execution.sweep_due:
        execution.sweep_due = True
        execution.loop.call_soon(sweep, execution)


def alive(execution: ExecutionState, task: WaitingTask) -> bool:
    """Tell whether the response still has room for a task's value."""
    container = _reached(execution.data, task.path)
    return container is not None and (task.container is None or container is task.container)


def sweep(execution: ExecutionState) -> None:
    """Abandon the tasks below what has become null."""
    execution.sweep_due = False
    living = {task for task in execution.live if alive(execution, task)}
    shared = {id(task._fut_waiter) for task in living}  # noqa: SLF001 - tasks are of this package
    for task in execution.live - living:
        if task.abandoned:
            continue
        task.abandoned = True
        if execution.cancel_dead:
            task.abandon(shared=id(task._fut_waiter) in shared)  # noqa: SLF001 - the same
        else:  # as in graphql-core, the tasks may finish
            execution.live.discard(task)
    execution.wake_if_settled()


def _reached(data: Any, path: ResponsePath) -> Any:
    try:
        return reach(data, path)
    except LookupError:
        return None
