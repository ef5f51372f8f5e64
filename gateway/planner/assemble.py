"""Fixes drawn fetches as a plan, with its tree for reading and the shape of the client's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.plan.nodes import Fetch, Flatten, Names, Node, Parallel, QueryPlan
from gateway.plan.nodes import Sequence as InSequence
from gateway.planner.documents import Heading, write
from gateway.planner.drafts import Draft
from gateway.planner.passes import depth
from gateway.planner.shaping import Shaping
from gateway.planner.spots import Spot
from gateway.supergraph import Selections, Supergraph
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class Drawn:
    """The fetches of one operation, with the names of their data."""

    drafts: tuple[Draft, ...]
    spot: Spot

    def worth(self) -> tuple[int, int, int]:
        """Depth, fetches, selected fields: less is better, in this order."""
        levels = depth(self.drafts)
        size = sum(draft.block.size() for draft in self.drafts)
        return max(levels.values(), default=-1), len(self.drafts), size


def assemble(
    supergraph: Supergraph,
    kind: Literal["query", "mutation"],
    heading: Heading,
    wanted: Selections,
    drawn: Drawn,
) -> QueryPlan:
    """Make the plan."""
    levels = depth(drawn.drafts)
    ordered = sorted(drawn.drafts, key=lambda draft: levels[draft])
    numbers = {draft: number for number, draft in enumerate(ordered)}
    fetches = tuple(_fetch(supergraph, heading, draft, numbers) for draft in ordered)
    root = supergraph.query if kind == "query" else str(supergraph.mutation)
    return QueryPlan(
        kind=kind,
        fetches=fetches,
        tree=_tree(fetches, [levels[draft] for draft in ordered]),
        names=_names(drawn.spot),
        stand_ins=frozenset(supergraph.interface_objects),
        shape=Shaping(supergraph).shape(wanted, drawn.spot, root),
    )


def _fetch(supergraph: Supergraph, heading: Heading, draft: Draft, numbers: Mapping[Draft, int]) -> Fetch:
    number = numbers[draft]
    document = write(draft, supergraph.subgraphs[draft.subgraph], heading, number, root=not draft.path)
    return Fetch(
        number=number,
        subgraph=draft.subgraph,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        path=draft.path,
        representations=draft.representations,
        sent_as=draft.sent_as,
        after=frozenset(numbers[each] for each in draft.after if each in numbers),
        supplies=_supplies(draft),
        apart=tuple(
            _fetch(supergraph, heading, part, {**numbers, part: number})
            for part in (draft.parts if _differ(draft) else ())
        ),
    )


def _differ(draft: Draft) -> bool:
    """Whether what was merged needs different fields of one object."""
    return any(
        len(fields) < len((draft.representations or {})[concrete])
        for part in draft.parts
        for concrete, fields in (part.representations or {}).items()
    )


def _supplies(draft: Draft) -> dict[str, tuple[str, ...]]:
    supplies: dict[str, dict[str, None]] = {}
    for types, fields in draft.block.scopes.items():
        for concrete in types:
            supplies.setdefault(concrete, {}).update(dict.fromkeys(fields))
    for concrete, stand_in in draft.stand_ins.items():
        mine = supplies.setdefault(stand_in, dict.fromkeys((TYPENAME,) if draft.block.tells else ()))
        mine.update(supplies.get(concrete, {}))
    return {concrete: tuple(storages) for concrete, storages in supplies.items()}


def _names(spot: Spot) -> Names:
    return Names(
        {storage: spot.response(storage) for storage in spot.storages()},
        {storage: _names(child) for storage, child in spot.children.items()},
    )


def _tree(fetches: Sequence[Fetch], levels: Sequence[int]) -> Node | None:
    steps: dict[int, list[Node]] = {}
    for fetch, level in zip(fetches, levels, strict=True):
        steps.setdefault(level, []).append(Flatten(fetch.path, fetch) if fetch.path else fetch)
    nodes = [one[0] if len(one) == 1 else Parallel(tuple(one)) for one in steps.values()]
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else InSequence(tuple(nodes))
