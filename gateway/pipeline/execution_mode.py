"""The two ways to carry out a plan: compiled, and plain, which is the reference."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from gateway.compiled import OnDeopt, compile_plan, ignore_deopt
from gateway.executor import Calls, Context, Failure, FetchedData, run
from gateway.plan import QueryPlan
from gateway.projection import project
from gateway.transport import Transport

ExecutionMode: TypeAlias = Literal["compiled", "interpreted"]
"""How plans are executed."""


class Execution(Protocol):
    """A plan that is ready to be executed."""

    def run(self, context: Context) -> Coroutine[Any, Any, FetchedData]:
        """Fetch; a subgraph's failure is part of the result, not an exception."""
        ...

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Make the client's answer of the tree of data: null if null reached the root; and all failures."""
        ...


@dataclass(frozen=True, slots=True)
class InterpretedPlan:
    """A plan that is executed by walking through it."""

    plan: QueryPlan

    async def run(self, context: Context) -> FetchedData:
        """Fetch."""
        return await run(self.plan, context)

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Make the client's answer."""
        return project(self.plan.shape, data, failures)


@dataclass(frozen=True, slots=True)
class ExecutablePlan:
    """A plan with all that stays the same whenever it is executed."""

    execution: Execution
    calls: Calls


def executable(
    plan: QueryPlan,
    transports: Mapping[str, Transport],
    mode: ExecutionMode,
    on_deopt: OnDeopt = ignore_deopt,
) -> ExecutablePlan:
    """Make a plan ready.

    Args:
        plan: Which one.
        transports: By subgraph.
        mode: How to execute it; plans that are too large to compile are always interpreted.
        on_deopt: Called when compiled code gives up.
    """
    calls = Calls(transports)
    made = compile_plan(plan, calls, on_deopt) if mode == "compiled" else None
    return ExecutablePlan(made or InterpretedPlan(plan), calls)
