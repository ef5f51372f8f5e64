"""Plans an operation: search the ways, choose, draw the fetches, improve them, fix the plan."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from gateway.errors import Unreachable
from gateway.plan.nodes import QueryPlan
from gateway.planner.budget import Budget, Work
from gateway.planner.choose.choices import Best, Choices, improve
from gateway.planner.fetch.build import Builder
from gateway.planner.normalize import Operation
from gateway.planner.output.assemble import CandidatePlan, assemble
from gateway.planner.output.documents import OperationHeader
from gateway.planner.passes.optimize import optimized
from gateway.planner.search.lower_bound import lower_bound
from gateway.planner.search.search import Search
from gateway.supergraph import Supergraph

NESTING_LIMITS = (4, 16, 64)
"""How many conditions may hang on each other: few first, for more are hardly ever needed."""


def plan(
    supergraph: Supergraph,
    operation: Operation,
    budget: Budget | None = None,
    labels: frozenset[str] = frozenset(),
) -> QueryPlan:
    """Plan an operation. Synchronous, and without any effect.

    Args:
        supergraph: What is planned over.
        operation: In normal form.
        budget: How much work it may take.
        labels: Those of progressive overrides that are on.

    Raises:
        CannotPlan: It cannot be answered rightly; the message says what and where.
    """
    return plan_with_reasons(supergraph, operation, budget, labels)[0]


def plan_with_reasons(
    supergraph: Supergraph,
    operation: Operation,
    budget: Budget | None = None,
    labels: frozenset[str] = frozenset(),
) -> tuple[QueryPlan, Best[CandidatePlan]]:
    """The same, with what there is to tell about how the plan was found.

    Raises:
        CannotPlan: As `plan`.
    """
    limits = budget or Budget()
    work = Work(limits.steps)
    for max_nesting in NESTING_LIMITS[:-1]:
        with suppress(Unreachable):
            return _planned(
                supergraph, operation, limits.tries, Search(supergraph, work, max_nesting, labels)
            )
    return _planned(supergraph, operation, limits.tries, Search(supergraph, work, NESTING_LIMITS[-1], labels))


def _planned(
    supergraph: Supergraph, operation: Operation, tries: int, search: Search
) -> tuple[QueryPlan, Best[CandidatePlan]]:
    best = improve(
        lambda choices: _draw(supergraph, operation, choices),
        CandidatePlan.cost,
        search,
        tuple(supergraph.subgraphs),
        tries,
        bound=lower_bound(search, operation) if operation.kind == "query" else None,
    )
    header = OperationHeader(operation.kind, operation.name, operation.definitions)
    made = assemble(supergraph, operation.kind, header, operation.wanted, best.plan)
    return replace(made, labels=frozenset(search.labels_met)), best


def _draw(supergraph: Supergraph, operation: Operation, choices: Choices) -> CandidatePlan:
    builder = Builder(supergraph, choices, frozenset(operation.definitions))
    wanted = operation.fetched
    if operation.kind == "mutation":
        builder.mutation(operation.root, wanted)
    else:
        builder.query(operation.root, wanted)
    return CandidatePlan(tuple(optimized(builder.fetches)), builder.scope)
