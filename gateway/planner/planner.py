"""Plans an operation: search the ways, choose, draw the fetches, improve them, fix the plan."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from gateway.errors import OutOfReach
from gateway.plan.nodes import QueryPlan
from gateway.planner.assemble import Drawn, assemble
from gateway.planner.bounds import least_worth
from gateway.planner.budget import Budget, Work
from gateway.planner.choose import Best, Choices, improve
from gateway.planner.documents import Heading
from gateway.planner.fetches import Builder
from gateway.planner.normalize import Operation
from gateway.planner.passes import optimized
from gateway.planner.paths import Search
from gateway.supergraph import Supergraph

ROOMS = (4, 16, 64)
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
    return explained(supergraph, operation, budget, labels)[0]


def explained(
    supergraph: Supergraph,
    operation: Operation,
    budget: Budget | None = None,
    labels: frozenset[str] = frozenset(),
) -> tuple[QueryPlan, Best[Drawn]]:
    """The same, with what there is to tell about how the plan was found.

    Raises:
        CannotPlan: As `plan`.
    """
    limits = budget or Budget()
    work = Work(limits.steps)
    for room in ROOMS[:-1]:
        with suppress(OutOfReach):
            return _planned(supergraph, operation, limits.tries, Search(supergraph, work, room, labels))
    return _planned(supergraph, operation, limits.tries, Search(supergraph, work, ROOMS[-1], labels))


def _planned(
    supergraph: Supergraph, operation: Operation, tries: int, search: Search
) -> tuple[QueryPlan, Best[Drawn]]:
    best = improve(
        lambda choices: _draw(supergraph, operation, choices),
        Drawn.worth,
        search,
        tuple(supergraph.subgraphs),
        tries,
        bound=least_worth(search, operation) if operation.kind == "query" else None,
    )
    heading = Heading(operation.kind, operation.name, operation.definitions)
    made = assemble(supergraph, operation.kind, heading, operation.wanted, best.plan)
    return replace(made, labels=frozenset(search.labels_met)), best


def _draw(supergraph: Supergraph, operation: Operation, choices: Choices) -> Drawn:
    builder = Builder(supergraph, choices, frozenset(operation.definitions))
    wanted = operation.fetched
    if operation.kind == "mutation":
        builder.mutation(operation.root, wanted)
    else:
        builder.query(operation.root, wanted)
    return Drawn(tuple(optimized(builder.drafts)), builder.spot)
