"""Fixes drawn fetches as a plan, with its tree for reading and the shape of the client's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gateway.plan.nodes import Fetch, Names, Parallel, PlanNode, QueryPlan, RootFields
from gateway.plan.nodes import Sequence as InSequence
from gateway.planner.batches import alike, context_batch_fetch, entity_fetch, provided_by
from gateway.planner.documents import Heading, write_root
from gateway.planner.drafts import Call
from gateway.planner.levels import earliest
from gateway.planner.shaping import Shaping
from gateway.planner.spots import Spot
from gateway.supergraph import Selections, Supergraph


@dataclass(frozen=True, slots=True)
class Drawn:
    """The calls of one operation, with the names of their data."""

    calls: tuple[Call, ...]
    spot: Spot

    def worth(self) -> tuple[int, int, int, int]:
        """Depth, calls, waiting of all fields, selected fields: less is better, in this order."""
        levels = earliest(self.calls)
        sizes = {call: sum(draft.block.size() for draft in call.drafts) for call in self.calls}
        waiting = sum(levels[call] * size for call, size in sizes.items())
        return max(levels.values(), default=-1), len(self.calls), waiting, sum(sizes.values())


def assemble(
    supergraph: Supergraph,
    kind: Literal["query", "mutation"],
    heading: Heading,
    wanted: Selections,
    drawn: Drawn,
) -> QueryPlan:
    """Make the plan."""
    levels = earliest(drawn.calls)
    ordered = sorted(drawn.calls, key=lambda call: levels[call])
    numbers = {call: number for number, call in enumerate(ordered)}
    fetches = tuple(_fetch(supergraph, heading, call, numbers) for call in ordered)
    root = supergraph.query if kind == "query" else str(supergraph.mutation)
    return QueryPlan(
        kind=kind,
        fetches=fetches,
        tree=_tree(fetches, [levels[call] for call in ordered]),
        names=_names(drawn.spot),
        interface_objects=frozenset(supergraph.interface_objects),
        shape=Shaping(supergraph).shape(wanted, drawn.spot, root),
    )


def _fetch(supergraph: Supergraph, heading: Heading, call: Call, numbers: Mapping[Call, int]) -> Fetch:
    number, subgraph = numbers[call], supergraph.subgraphs[call.subgraph]
    first = call.drafts[0]
    if first.representations is not None:
        if first.from_above:
            made = context_batch_fetch(subgraph, heading, number, call.drafts)
        else:
            made = entity_fetch(subgraph, heading, number, alike(call.drafts))
        return replace(made, depends_on=frozenset(numbers[each] for each in call.depends_on))
    document = write_root(first.block, subgraph, heading, number, "query" if first.path else heading.kind)
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=frozenset(numbers[each] for each in call.depends_on),
        returns=RootFields(first.path, provided_by(first.block)),
    )


def _tree(fetches: Sequence[Fetch], levels: Sequence[int]) -> PlanNode | None:
    steps: dict[int, list[PlanNode]] = {}
    for fetch, level in zip(fetches, levels, strict=True):
        steps.setdefault(level, []).append(fetch)
    nodes = [one[0] if len(one) == 1 else Parallel(tuple(one)) for one in steps.values()]
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else InSequence(tuple(nodes))


def _names(spot: Spot) -> Names:
    return Names(
        {response_key: spot.response(response_key) for response_key in spot.response_keys()},
        {response_key: _names(child) for response_key, child in spot.children.items()},
    )
