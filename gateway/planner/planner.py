"""Plans an operation: resolve its fields, build and optimize the fetches, compare, write the best plan."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from gateway.errors import BudgetExceeded, CannotPlan, Unreachable
from gateway.plan.nodes import QueryPlan
from gateway.planner.budget import Work
from gateway.planner.choose.choices import Choices
from gateway.planner.choose.resolve import resolve
from gateway.planner.comparison import Best, CandidatePlan, alternatives, candidate_plan
from gateway.planner.fetch.build import build
from gateway.planner.normalize import Operation
from gateway.planner.output.assemble import assemble
from gateway.planner.passes.optimize import optimize
from gateway.planner.search.search import Search
from gateway.settings.limits import Budget
from gateway.supergraph import Supergraph

NESTING_LIMITS = (4, 16, 64)
"""How deep conditions may nest: few levels are tried first, because more are hardly ever needed."""


def plan(
    supergraph: Supergraph,
    operation: Operation,
    budget: Budget | None = None,
    labels: frozenset[str] = frozenset(),
) -> QueryPlan:
    """Plan an operation. A pure function: it does no I/O and changes nothing.

    Args:
        supergraph: The supergraph.
        operation: The operation in normal form.
        budget: The limits of the work.
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
) -> tuple[QueryPlan, Best]:
    """Plan an operation; also return the choices that led to the plan.

    Raises:
        CannotPlan: As in `plan`.
    """
    limits = budget or Budget()
    work = Work(limits.steps)
    for max_nesting in NESTING_LIMITS:
        search = Search(supergraph, work, max_nesting, labels)
        try:
            best = _best_candidate(operation, search, limits.tries)
        except Unreachable:
            if max_nesting == NESTING_LIMITS[-1]:
                raise
            continue
        written = assemble(supergraph, operation, best.plan)
        if operation.kind == "subscription":
            _check_subscription(written)
        return replace(written, labels=frozenset(search.resolvability.labels_met)), best
    raise AssertionError("the last limit gives a plan or raises")


def _best_candidate(operation: Operation, search: Search, tries: int) -> Best:
    """Build a candidate from the first choices, and compare it with others."""
    first = Choices(search)
    made = _candidate(operation, first)
    best = Best(made, first, {1: made.cost})
    for other in alternatives(best, operation, tries):
        with suppress(BudgetExceeded, Unreachable):
            best.compare(_candidate(operation, other), other)
    return best


def _candidate(operation: Operation, choices: Choices) -> CandidatePlan:
    """Build a candidate: resolve the fields, build the fetches, optimize them."""
    resolved = resolve(operation, choices)
    fetches = build(choices.search.supergraph, resolved, frozenset(operation.definitions))
    calls = optimize(fetches)
    return candidate_plan(calls, resolved.scope)


def _check_subscription(written: QueryPlan) -> None:
    """Refuse a plan that would subscribe twice: events of two subgraphs do not belong together.

    Raises:
        CannotPlan: No subgraph has all that the root field needs before entities are fetched.
    """
    if sum(1 for fetch in written.fetches if not fetch.depends_on) > 1:
        raise CannotPlan("No single subgraph can be subscribed to for this field and what is selected of it.")
