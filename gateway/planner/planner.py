"""Plans an operation: search the ways, choose, draw the fetches, improve them, fix the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.plan.nodes import QueryPlan
from gateway.planner.assemble import Drawn, assemble
from gateway.planner.choose import Choices, improve
from gateway.planner.documents import Heading
from gateway.planner.fetches import Builder
from gateway.planner.normalize import Operation
from gateway.planner.passes import optimized
from gateway.planner.paths import Search
from gateway.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class Budget:
    """How much work a plan may take; counted in steps, so that plans do not depend on the machine.

    Attributes:
        steps: Of the search.
        tries: How many complete plans are drawn for comparison.
    """

    steps: int = 200_000
    tries: int = 64


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
    limits = budget or Budget()
    search = Search(supergraph, limits.steps, labels)
    drawn = improve(
        lambda choices: _draw(supergraph, operation, choices),
        Drawn.worth,
        search,
        tuple(supergraph.subgraphs),
        limits.tries,
    )
    heading = Heading(operation.kind, operation.name, operation.definitions)
    made = assemble(supergraph, operation.kind, heading, operation.wanted, drawn)
    return replace(made, labels=frozenset(search.labels_met))


def _draw(supergraph: Supergraph, operation: Operation, choices: Choices) -> Drawn:
    builder = Builder(supergraph, choices)
    wanted = operation.fetched
    if operation.kind == "mutation":
        builder.mutation(operation.root, wanted)
    else:
        builder.query(operation.root, wanted)
    return Drawn(tuple(optimized(builder.drafts)), builder.spot)
