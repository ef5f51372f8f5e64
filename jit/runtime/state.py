"""What the parts of one execution share: the operation, its state, and the tasks that wait for values."""

from asyncio import AbstractEventLoop, CancelledError, Future
from collections.abc import Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from jit.runtime.awaitables import Stepper
from jit.runtime.driven_task import DrivenTask
from jit.runtime.field_slot import Complete, FieldSlot, ResponsePath
from jit.settings import Settings

UNKNOWN: Final[Any] = object()
"""Stands for a current task that has not been looked up yet."""

Target: TypeAlias = tuple[Any, ResponsePath | None, str | int]
"""(container, path to it, key or index in it): where a value goes."""

Unstarted: TypeAlias = tuple[FieldSlot, Coroutine[Any, Any, Any], Target, "Complete | None"]
"""A value's slot, the coroutine that will return it but is not started yet, its target and completer."""

STARTED: Final = ()
"""Stands for the held coroutine after it was started, because another one came; no other is held then."""


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """The operation and its fragments; the same for all executions.

    Attributes:
        make_info: Makes the info of resolvers from the execution, the field's slot and its path.
    """

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    make_info: Callable[[Any, Any, Path], GraphQLResolveInfo[Any]]


class WaitingTask(DrivenTask):
    """A task that supplies the value of one slot.

    Attributes:
        slot: The field, or list items, that the value is for.
        container: The dict or list that gets the completed value at `key`.
        above: The path to the container.
        then: Completes this value, if it is not completed by the slot's own completer.
        shares: Whether one callback wakes it together with other tasks (see `dataloader_batches`).
        stepper: What took its first step: it awaits the coroutine, and would close it if it were dropped.
        abandoned: Whether its outcome is ignored, because its slot is null already.
    """

    __slots__ = ("above", "container", "key", "shares", "slot", "then")
    execution: "ExecutionState"
    slot: FieldSlot
    container: Any
    above: ResponsePath | None
    key: str | int
    then: "Complete | None"
    shares: bool
    stepper: Stepper | None = None
    abandoned = False

    @property
    def path(self) -> ResponsePath:
        """The path to the value."""
        return (self.above, self.key, self.slot.typename)

    def default_name(self) -> str:
        """Name the task after its field."""
        return f"{self.slot.parent.name}.{self.slot.field_name}"

    def resume(self, future: "Future[Any] | None" = None, error: BaseException | None = None) -> None:
        """Take the next step, and complete the value when there is one; no task may be current."""
        raise NotImplementedError

    def abandon(self, *, shared: bool) -> None:
        """Cancel the task, but not the future it waits for if other tasks wait for that too."""
        waiter = self._fut_waiter
        if shared and waiter is not None and (self.shares or waiter.remove_done_callback(self)):
            self._fut_waiter = None
            self._requests += 1
            self.execution.loop.call_soon(self, None, CancelledError(), context=self.context)
        else:
            self.cancel()


class ExecutionState:
    """The state of one execution.

    Attributes:
        cold: Awaitables that resolvers returned before the result is awaited; they are started then.
        live: Tasks that are running.
        held: A coroutine that is not started until it is known whether it is the only one to wait for;
            `STARTED` if it was not; None before there is one.
        current: The asyncio task, or the task of this execution, in which code runs now; `UNKNOWN` until it,
            and `loop`, are looked up.
        nulled: Whether an error made anything null.
        cancel_dead: Whether tasks below a null are to be cancelled.
        serial: Whether root fields are executed one after another.
        serial_context: The context of the root field that is being executed then.
        stepper: Takes first steps, where coroutines keep ending at them.
        immediate_ends: How many coroutines in a row ended at their first step.
        spare: A task whose coroutine ended at its first step, and that nothing else refers to.
        failure: What interrupted the execution.
        loader_batches: The DataLoader batches that tasks wait for; None until a task does.
    """

    __slots__ = (
        "__dict__",  # for what seldom differs from the defaults below
        "cold",
        "context",
        "current",
        "data",
        "errors",
        "held",
        "immediate_ends",
        "live",
        "loop",
        "operation",
        "root_value",
        "serial",
        "settings",
        "spare",
        "stepper",
        "variables",
    )

    loop: AbstractEventLoop
    nulled = cancel_dead = sweep_due = stopping = False
    failure: BaseException | None = None
    waiter: "Future[None] | None" = None
    serial_context: Context | None = None
    loader_batches: Any = None

    def __init__(
        self,
        operation: PreparedOperation,
        root_value: Any,
        context: Any,
        variables: VariableValues,
        settings: Settings,
    ) -> None:
        self.operation = operation
        self.root_value = root_value
        self.context = context
        self.variables = variables
        self.settings = settings
        self.data: dict[str, Any] | None = None
        self.errors: list[GraphQLError] = []
        self.live: set[WaitingTask] = set()
        self.held: Unstarted | tuple[()] | None = None
        self.current: Any = UNKNOWN
        self.spare: Any = None
        self.cold: list[Any] | None = None
        self.serial = False
        self.immediate_ends = 0
        self.stepper: Stepper | None = None

    def wake_if_settled(self) -> None:
        """Wake the caller when no task is running."""
        if not self.live and self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def interrupt(self, task: WaitingTask, interruption: BaseException) -> None:
        """End the execution because of an exception that is not a field's error."""
        if not (task.abandoned or self.stopping):
            self.failure = interruption
            self.cancel_all()

    def cancel_all(self) -> None:
        """Cancel all tasks; they end in later turns of the event loop."""
        self.stopping = True
        for task in list(self.live):
            task.cancel()
