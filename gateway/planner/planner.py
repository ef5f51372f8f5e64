"""Plans an operation: resolve its fields, build the fetches, optimize them, compare, write the best plan.

`_candidate` is one plan from one set of choices; `best_of` compares the plans of other choices with it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from gateway.errors import Unreachable
from gateway.plan.nodes import QueryPlan
from gateway.planner.budget import Budget, Work
from gateway.planner.choose.choices import Choices
from gateway.planner.choose.compare import Best, best_of
from gateway.planner.choose.resolve import resolve
from gateway.planner.fetch.build import build
from gateway.planner.normalize import Operation
from gateway.planner.output.assemble import assemble
from gateway.planner.passes.candidate_plan import CandidatePlan, candidate_plan
from gateway.planner.passes.optimize import optimize
from gateway.planner.search.lower_bound import lower_bound
from gateway.planner.search.search import Search
from gateway.supergraph import Supergraph

NESTING_LIMITS = (4, 16, 64)
"""How deep conditions may nest. Few levels are tried first, because more are hardly ever needed."""


def plan(
    supergraph: Supergraph,
    operation: Operation,
    budget: Budget | None = None,
    labels: frozenset[str] = frozenset(),
) -> QueryPlan:
    """Plan an operation. This neither waits for anything nor changes anything.

    Args:
        supergraph: The supergraph.
        operation: The operation in normal form.
        budget: How much work it may take.
        labels: The labels of progressive overrides that are on.

    Raises:
        CannotPlan: There is no correct plan; the message names the field and the reason.
    """
    return plan_with_reasons(supergraph, operation, budget, labels)[0]


def plan_with_reasons(
    supergraph: Supergraph,
    operation: Operation,
    budget: Budget | None = None,
    labels: frozenset[str] = frozenset(),
) -> tuple[QueryPlan, Best[CandidatePlan]]:
    """Plan an operation, and return the choices that led to the plan as well.

    Raises:
        CannotPlan: As in `plan`.
    """
    limits = budget or Budget()
    work = Work(limits.steps)
    *first_limits, last_limit = NESTING_LIMITS
    for max_nesting in first_limits:
        with suppress(Unreachable):
            return _planned(operation, Search(supergraph, work, max_nesting, labels), limits.tries)
    return _planned(operation, Search(supergraph, work, last_limit, labels), limits.tries)


def _planned(operation: Operation, search: Search, tries: int) -> tuple[QueryPlan, Best[CandidatePlan]]:
    best = best_of(
        lambda choices: _candidate(operation, search.supergraph, choices),
        search,
        tuple(search.supergraph.subgraphs),
        tries,
        bound=lower_bound(search, operation) if operation.kind == "query" else None,
    )
    written = assemble(search.supergraph, operation, best.plan)
    return replace(written, labels=frozenset(search.resolvability.labels_met)), best


def _candidate(operation: Operation, supergraph: Supergraph, choices: Choices) -> CandidatePlan:
    resolved = resolve(supergraph, operation, choices)
    fetches = build(supergraph, resolved, frozenset(operation.definitions))
    calls = optimize(fetches)
    return candidate_plan(calls, resolved.scope)
