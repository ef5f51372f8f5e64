"""A plan with its generated functions: fetches and projects, once per request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from sys import maxsize
from typing import Any

from gateway.compiled.deopt import DEOPT_ERRORS, OnDeopt, ignore_deopt
from gateway.compiled.runtime.state import State
from gateway.compiled.stage_order import Stage
from gateway.executor import Context, Failure, FetchedData, interpret
from gateway.plan import QueryPlan
from gateway.projection import project
from jit.codegen import Source


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan that is executed by its generated functions.

    Attributes:
        plan: The plan.
        stages: The stages of fetches, in order; None if fetching is left to the interpreter.
        project_data: Projects the tree of data to the client's response; raises one of `DEOPT_ERRORS` for
            unusual data.
        source: The generated code.
        on_deopt: Called when compiled code gives up.
        most_items: The most items of a list in the response.
    """

    plan: QueryPlan
    stages: tuple[Stage, ...] | None
    project_data: Callable[[dict[str, Any]], dict[str, Any]]
    source: Source
    on_deopt: OnDeopt = ignore_deopt
    most_items: int = maxsize

    async def fetch(self, context: Context) -> FetchedData:
        """Fetch from subgraphs; a subgraph's failure is part of the result, not an exception."""
        if self.stages is None:
            return await interpret(self.plan, context)
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
        """Project the data to the client's response."""
        try:
            projected = self.project_data(data)
        except DEOPT_ERRORS as error:
            self.on_deopt("project", type(error).__name__)
            return project(self.plan.shape, data, failures, self.most_items)
        return projected, list(failures)


@dataclass(frozen=True, slots=True)
class RestrictedPlan(CompiledPlan):
    """A plan of which the client may not see everything; errors say what is left out, and where."""

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Project the data by interpreting the shape: only the interpreter knows paths."""
        return project(self.plan.shape, data, failures, self.most_items)
