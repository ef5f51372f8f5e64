"""Which subgraphs have the fields of a type, worked out once a type instead of for every question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.supergraph.selections import TYPENAME

if TYPE_CHECKING:
    from gateway.supergraph.model import Subgraph, SubgraphField


@dataclass(frozen=True, slots=True)
class Availability:
    """What all subgraphs have of one concrete type.

    Attributes:
        by_field: By field name, the subgraphs that have it under any name of the type, in their order;
            `__typename` in each one that knows the type.
        shapes: By field name and subgraph, the shape of its value; composite types by their lists and
            non-nulls alone.
    """

    by_field: Mapping[str, tuple[Subgraph, ...]]
    shapes: Mapping[str, Mapping[str, str]]


def availability(subgraphs: Iterable[Subgraph], concrete: str) -> Availability:
    """Return what the subgraphs have of a concrete type."""
    by_field: dict[str, list[Subgraph]] = {}
    shapes: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        names = subgraph.names_of(concrete)
        if names:
            by_field.setdefault(TYPENAME, []).append(subgraph)
        for seen in names:
            for name, definition in subgraph.types[seen].fields.items():
                known = shapes.setdefault(name, {})
                if subgraph.name not in known:
                    known[subgraph.name] = _shape(subgraph, definition)
                    by_field.setdefault(name, []).append(subgraph)
    return Availability({name: tuple(each) for name, each in by_field.items()}, shapes)


def _shape(subgraph: Subgraph, definition: SubgraphField) -> str:
    known = subgraph.types.get(definition.type)
    if known is None or not known.concrete:
        return definition.shape
    return definition.shape.replace(definition.type, "*")
