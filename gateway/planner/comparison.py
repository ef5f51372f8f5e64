"""Compares candidate plans: what each costs, and which other choices are worth a candidate of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeAlias

from msgspec import Struct

from gateway.planner.choose.choices import Choices, neighbours_together
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.fetch_node import Call
from gateway.planner.normalize import Operation
from gateway.planner.passes.dependencies import earliest
from gateway.planner.search.lower_bound import lower_bound

PlanCost: TypeAlias = tuple[int, int, int, int]
"""Depth, calls, fields weighted by the level at which they arrive, fields: compared in this order."""


class CandidatePlan(Struct, frozen=True):
    """One possible plan of an operation.

    Attributes:
        calls: The requests to subgraphs.
        levels: By call, the length of the longest chain of calls before it.
        scope: The response keys of their data.
        cost: The cost; lower is better.
    """

    calls: Sequence[Call]
    levels: Mapping[Call, int]
    scope: ResponseScope
    cost: PlanCost


def candidate_plan(calls: Sequence[Call], scope: ResponseScope) -> CandidatePlan:
    """Return a candidate with its cost."""
    levels = earliest(calls)
    sizes = {call: sum(fetch.selection.size() for fetch in call.fetches) for call in calls}
    waiting = sum(levels[call] * size for call, size in sizes.items())
    cost = max(levels.values(), default=-1), len(calls), waiting, sum(sizes.values())
    return CandidatePlan(calls, levels, scope, cost)


@dataclass(slots=True)
class Best:
    """The best candidate so far.

    Attributes:
        plan: The candidate.
        choices: The choices that led to it.
        costs: The cost of the first candidate, and of each later one that was better than all before it, by
            number.
        tried: How many candidates were compared.
    """

    plan: CandidatePlan
    choices: Choices
    costs: dict[int, PlanCost]
    tried: int = 1

    def compare(self, plan: CandidatePlan, choices: Choices) -> None:
        """Keep a candidate if it is better."""
        if plan.cost < self.plan.cost:
            self.plan, self.choices = plan, choices
            self.costs[self.tried] = plan.cost


def alternatives(best: Best, operation: Operation, tries: int) -> Iterator[Choices]:
    """Yield other choices while a better candidate is possible and the budget allows looking for it.

    Args:
        best: The best candidate so far; the choices depend on it.
        operation: The operation. The fields of a mutation wait for one another, so it has no lower bound.
        tries: The most candidates, including the first.
    """
    search = best.choices.search
    bound = None if operation.kind == "mutation" else lower_bound(search, operation)
    others = _others(best)
    if operation.kind == "mutation":
        others = chain((neighbours_together(best.choices),), others)
    for choices in islice(others, tries - 1):
        if not search.work.leaves_time_to_compare():
            return
        if bound is not None and best.plan.cost[: len(bound)] <= bound:
            return
        best.tried += 1
        yield choices


def _others(best: Best) -> Iterator[Choices]:
    """Yield each subgraph as preferred, then one choice of the best candidate changed at a time."""
    search = best.choices.search
    offered = best.choices.offered()
    yield from (Choices(search, subgraph) for subgraph in search.supergraph.subgraphs if subgraph in offered)
    for point, decision in best.choices.open():
        for index, path in enumerate(decision.paths):
            if path is not decision.chosen:
                yield Choices(search, best.choices.preferred, {**best.choices.forced, point: index})
