"""Fixes drawn fetches as a plan, with its tree for reading and the shape of the client's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLString, get_named_type, is_abstract_type

from gateway.errors import CannotPlan
from gateway.plan.nodes import Fetch, Flatten, Names, Node, Parallel, QueryPlan
from gateway.plan.nodes import Sequence as InSequence
from gateway.plan.shape import Shape, ShapeField
from gateway.planner.documents import Heading, write
from gateway.planner.drafts import Draft
from gateway.planner.passes import depth
from gateway.planner.spots import Spot
from gateway.supergraph import Field, Selections, Supergraph
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
        shape=_Shaping(supergraph).shape(wanted, drawn.spot, frozenset({root}), root),
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
        after=frozenset(numbers[each] for each in draft.after),
        supplies=_supplies(draft),
    )


def _supplies(draft: Draft) -> dict[str, tuple[str, ...]]:
    supplies: dict[str, list[str]] = {}
    for types, fields in draft.block.scopes.items():
        for storage in fields:
            response = draft.spot.response(storage)
            for concrete in types if response is not None else ():
                supplies.setdefault(concrete, []).append(str(response))
    return {concrete: tuple(dict.fromkeys(names)) for concrete, names in supplies.items()}


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


@dataclass(slots=True)
class _Shaping:
    """Builds shapes, each once for equal selections at one spot."""

    supergraph: Supergraph
    _known: dict[tuple[Selections, int, str], Shape] = field(default_factory=dict)

    def shape(self, wanted: Selections, spot: Spot, types: frozenset[str], static: str) -> Shape:
        """The shape of objects at a spot."""
        index = (wanted, id(spot), static)
        if index not in self._known:
            named = self.supergraph.public.get_type(static)
            self._known[index] = Shape(
                only=None if named is not None and is_abstract_type(named) else static,
                fields={
                    concrete: tuple(self._field(each, concrete, spot) for each in group.fields)
                    for group in wanted.groups
                    for concrete in sorted(group.types)
                    if concrete in types
                },
            )
        return self._known[index]

    def _field(self, wanted: Field, concrete: str, spot: Spot) -> ShapeField:
        response = wanted.response or wanted.name
        coordinate = f"{concrete}.{wanted.name}"
        if wanted.name == TYPENAME:
            return ShapeField(response, None, coordinate, GraphQLNonNull(GraphQLString))
        owner = self.supergraph.public.get_type(concrete)
        if not isinstance(owner, GraphQLObjectType):
            raise CannotPlan(f"{coordinate} is not a field of an object type.")
        output = owner.fields[wanted.name].type
        storage = spot.claimed(concrete, wanted) or response
        below = None
        if wanted.children is not None:
            named = get_named_type(output)
            types = frozenset(each for group in wanted.children.groups for each in group.types)
            below = self.shape(wanted.children, spot.child(storage), types, named.name)
        return ShapeField(response, storage, coordinate, output, below)
