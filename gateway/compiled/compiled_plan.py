"""A plan with the functions that were generated for it: fetches and projects, once for each request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gateway.compiled.deopt import DEOPT_ERRORS, OnDeopt, ignore_deopt
from gateway.compiled.runtime.state import State
from gateway.compiled.stages import Stage
from gateway.executor import Context, Failure, FetchedData, run
from gateway.plan import QueryPlan
from gateway.projection import project
from jit.codegen import Source


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan that is carried out by functions made for it.

    Attributes:
        plan: Which one.
        stages: One after the other; None if fetching is left to the interpreter.
        answer: Makes the client's answer of the tree of data, and raises where something does not fit.
        source: The generated code.
        on_deopt: Called when compiled code gives up.
    """

    plan: QueryPlan
    stages: tuple[Stage, ...] | None
    answer: Callable[[dict[str, Any]], dict[str, Any]]
    source: Source
    on_deopt: OnDeopt = ignore_deopt

    async def run(self, context: Context) -> FetchedData:
        """Fetch; a subgraph's failure is part of the result, not an exception."""
        if self.stages is None:
            return await run(self.plan, context)
        state = State(context, self.plan.names, self.on_deopt)
        for stage in self.stages:
            await stage(state)
        if state.interpreted is None:
            return FetchedData(state.data, ())
        state.interpreted.missing_fields.settle()
        return FetchedData(state.data, state.interpreted.missing_fields.failures)

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Make the client's answer."""
        try:
            answer = self.answer(data)
        except DEOPT_ERRORS as error:
            self.on_deopt("project", type(error).__name__)
            return project(self.plan.shape, data, failures)
        return answer, list(failures)
