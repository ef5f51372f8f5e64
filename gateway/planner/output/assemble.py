"""Fixes drawn fetches as a plan, with its tree for reading and the shape of the client's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gateway.plan.nodes import Fetch, Names, Parallel, PlanNode, QueryPlan, RootFields
from gateway.plan.nodes import Sequence as InSequence
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.fetch_node import Call
from gateway.planner.output.documents import OperationHeader, write_root
from gateway.planner.output.entity_fetches import alike, context_batch_fetch, entity_fetch, provided_by
from gateway.planner.output.response_shape import ResponseShaper
from gateway.planner.passes.schedule import earliest
from gateway.supergraph import Selections, Supergraph


@dataclass(frozen=True, slots=True)
class CandidatePlan:
    """The calls of one operation, with the names of their data."""

    calls: tuple[Call, ...]
    scope: ResponseScope

    def cost(self) -> tuple[int, int, int, int]:
        """Depth, calls, waiting of all fields, selected fields: less is better, in this order."""
        levels = earliest(self.calls)
        sizes = {call: sum(fetch.selection.size() for fetch in call.fetches) for call in self.calls}
        waiting = sum(levels[call] * size for call, size in sizes.items())
        return max(levels.values(), default=-1), len(self.calls), waiting, sum(sizes.values())


def assemble(
    supergraph: Supergraph,
    kind: Literal["query", "mutation"],
    header: OperationHeader,
    wanted: Selections,
    drawn: CandidatePlan,
) -> QueryPlan:
    """Make the plan."""
    levels = earliest(drawn.calls)
    ordered = sorted(drawn.calls, key=lambda call: levels[call])
    numbers = {call: number for number, call in enumerate(ordered)}
    fetches = tuple(_fetch(supergraph, header, call, numbers) for call in ordered)
    root = supergraph.query if kind == "query" else str(supergraph.mutation)
    return QueryPlan(
        kind=kind,
        fetches=fetches,
        tree=_tree(fetches, [levels[call] for call in ordered]),
        names=_names(drawn.scope),
        interface_objects=frozenset(supergraph.interface_objects),
        shape=ResponseShaper(supergraph).shape(wanted, drawn.scope, root),
    )


def _fetch(supergraph: Supergraph, header: OperationHeader, call: Call, numbers: Mapping[Call, int]) -> Fetch:
    number, subgraph = numbers[call], supergraph.subgraphs[call.subgraph]
    first = call.fetches[0]
    if first.representations is not None:
        if first.from_above:
            made = context_batch_fetch(subgraph, header, number, call.fetches)
        else:
            made = entity_fetch(subgraph, header, number, alike(call.fetches))
        return replace(made, depends_on=frozenset(numbers[each] for each in call.depends_on))
    document = write_root(first.selection, subgraph, header, number, "query" if first.path else header.kind)
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=frozenset(numbers[each] for each in call.depends_on),
        returns=RootFields(first.path, provided_by(first.selection)),
    )


def _tree(fetches: Sequence[Fetch], levels: Sequence[int]) -> PlanNode | None:
    steps: dict[int, list[PlanNode]] = {}
    for fetch, level in zip(fetches, levels, strict=True):
        steps.setdefault(level, []).append(fetch)
    nodes = [one[0] if len(one) == 1 else Parallel(tuple(one)) for one in steps.values()]
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else InSequence(tuple(nodes))


def _names(scope: ResponseScope) -> Names:
    return Names(
        {response_key: scope.client_name(response_key) for response_key in scope.response_keys()},
        {response_key: _names(child) for response_key, child in scope.children.items()},
    )
