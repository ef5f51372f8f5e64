"""A candidate plan: calls that answer an operation, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.fetch_node import Call
from gateway.planner.passes.dependencies import earliest

PlanCost: TypeAlias = tuple[int, int, int, int]
"""Depth, calls, fields weighted by the level at which they arrive, fields: compared in this order."""


@dataclass(frozen=True, slots=True)
class CandidatePlan:
    """A way to answer an operation.

    Attributes:
        calls: The requests to subgraphs.
        levels: By call, how many calls have to follow one another before it.
        scope: The response keys of their data.
        cost: Less is better.
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
