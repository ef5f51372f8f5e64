"""The two ways to execute a plan: compiled, or interpreted, which is the reference."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from sys import maxsize
from typing import Any, Literal, Protocol, TypeAlias

from gateway.compiled.deopt import OnDeopt, ignore_deopt
from gateway.executor import CallMiddleware, Calls, Context, Failure, FetchedData, interpret
from gateway.plan import QueryPlan
from gateway.projection import project
from gateway.transport import Transport

ExecutionMode: TypeAlias = Literal["compiled", "interpreted"]
"""How plans are executed."""


class Execution(Protocol):
    """A plan that is ready to be executed."""

    def fetch(self, context: Context) -> Coroutine[Any, Any, FetchedData]:
        """Fetch from subgraphs; a subgraph's failure is part of the result, not an exception."""
        ...

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Return the response's data, which is None if a null propagated to the root, and all failures."""
        ...


@dataclass(frozen=True, slots=True)
class InterpretedPlan:
    """A plan for the interpreter.

    Attributes:
        most_items: The most items of a list in the response.
    """

    plan: QueryPlan
    most_items: int = maxsize

    async def fetch(self, context: Context) -> FetchedData:
        """Fetch from subgraphs."""
        return await interpret(self.plan, context)

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Project the data to the client's response."""
        return project(self.plan.shape, data, failures, self.most_items)


@dataclass(frozen=True, slots=True)
class ExecutablePlan:
    """A plan with everything that its executions share.

    Attributes:
        code_chars: The length of the code that was generated for it; 0 if it is interpreted.
    """

    execution: Execution
    calls: Calls
    code_chars: int = 0


def executable(
    plan: QueryPlan,
    transports: Mapping[str, Transport],
    mode: ExecutionMode,
    on_deopt: OnDeopt = ignore_deopt,
    most_items: int = maxsize,
    *,
    middleware: tuple[CallMiddleware, ...] = (),
) -> ExecutablePlan:
    """Compile a plan, or wrap it for the interpreter.

    Args:
        plan: The plan.
        transports: The transport of each subgraph.
        mode: How to execute it; plans of responses in parts, and plans that are too large to compile, are
            always interpreted.
        on_deopt: Called when compiled code gives up.
        most_items: The most items of a list in the response.
        middleware: Wrapped around each call of a subgraph.
    """
    calls = Calls(transports, middleware, plan.kind)
    is_compiled = mode == "compiled" and not plan.is_incremental
    made = None
    if is_compiled:
        from gateway.compiled.compile import compile_plan  # noqa: PLC0415 - it is not needed at the start

        made = compile_plan(plan, calls, on_deopt, most_items)
    if made is None:
        return ExecutablePlan(InterpretedPlan(plan, most_items), calls)
    return ExecutablePlan(made, calls, len(str(made.source)))
