"""A plan with its generated functions: fetches in the order of its steps and projects, once per request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from sys import maxsize
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.compiled.deopt import DEOPT_ERRORS, OnDeopt, ignore_deopt
from gateway.compiled.runtime.parallel_stage import ParallelStage
from gateway.compiled.runtime.state import State, Step
from gateway.executor import Context, Failure, FetchedData, interpret
from gateway.plan import Fetch, QueryPlan
from gateway.projection import project
from jit.codegen import Source


class CompiledPlan(Struct, frozen=True):
    """A plan that is executed by its generated functions.

    Attributes:
        plan: The plan.
        stages: The stages of fetches, in order; None if fetching is left to the interpreter.
        project_data: Projects the tree of data to the client's response; raises one of `DEOPT_ERRORS` for
            unusual data.
        source: The generated code.
        on_deopt: Called when compiled code gives up.
        most_items: The most items of a list in the response.
        passes_events: Whether encoded events are the client's responses.
    """

    plan: QueryPlan
    stages: tuple[Stage, ...] | None
    project_data: Callable[[dict[str, Any]], dict[str, Any]]
    source: Source
    on_deopt: OnDeopt = ignore_deopt
    most_items: int = maxsize
    passes_events: bool = False

    async def fetch(self, context: Context) -> FetchedData:
        """Fetch from subgraphs; a subgraph's failure is part of the result, not an exception."""
        if self.stages is None:
            return await interpret(self.plan, context)
        state = State(context, self.plan, self.on_deopt)
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


class RestrictedPlan(CompiledPlan, frozen=True):
    """A plan of which the client may not see everything; errors say what is left out, and where."""

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Project the data by interpreting the shape: only the interpreter knows paths."""
        return project(self.plan.shape, data, failures, self.most_items)


Stage: TypeAlias = Callable[[State], Awaitable[None]]
"""Executes a stage: the fetches that all fetches of the next stage wait for."""


def stages(fetches: Sequence[Fetch], steps: Mapping[int, Step]) -> tuple[Stage, ...]:
    """Divide the steps of a plan into stages.

    Args:
        fetches: The fetches, each after those that it waits for.
        steps: The step of each fetch, by its number.
    """
    if not fetches:
        return ()
    before: dict[int, frozenset[int]] = {}
    for fetch in fetches:
        before[fetch.number] = fetch.depends_on.union(*(before[number] for number in fetch.depends_on))
    cuts = [
        index
        for index in range(len(fetches))
        if all(
            {earlier.number for earlier in fetches[:index]} <= before[later.number]
            for later in fetches[index:]
        )
    ]
    parts = [fetches[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(fetches)], strict=True)]
    return tuple(
        steps[part[0].number] if len(part) == 1 else _parallel_stage(part, steps).execute for part in parts
    )


def _parallel_stage(fetches: Sequence[Fetch], steps: Mapping[int, Step]) -> ParallelStage:
    numbers = frozenset(fetch.number for fetch in fetches)
    waits = {fetch.number: len(fetch.depends_on & numbers) for fetch in fetches}
    following = {
        number: [later.number for later in fetches if number in later.depends_on] for number in numbers
    }
    return ParallelStage(
        steps={number: steps[number] for number in numbers},
        first=tuple(number for number, others in waits.items() if others == 0),
        waiting={number: others for number, others in waits.items() if others},
        following={number: later for number, later in following.items() if later},
    )
