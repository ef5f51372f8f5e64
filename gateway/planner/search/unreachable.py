"""Explains why a field cannot be fetched: the deepest unreachable field, and the reason for each subgraph."""

from __future__ import annotations

from gateway.planner.search.graph import Node
from gateway.planner.search.search import Search
from gateway.supergraph import Field, SubgraphType


def why_unreachable(search: Search, field: Field, node: Node) -> str:
    """Return a sentence that explains why no path leads to a field."""
    deepest, where = _deepest(search, field, node)
    reasons = [
        f"{subgraph.name}: {_reason(subgraph.types[name], deepest.name)}"
        for subgraph in search.supergraph.subgraphs.values()
        for name in subgraph.names_of(where.type)
        if deepest.name in subgraph.types[name].fields
    ]
    said = "; ".join(reasons) or "no subgraph that can be asked has it"
    return f"{where.type}.{deepest.name} cannot be fetched: {said}."


def _deepest(search: Search, field: Field, node: Node) -> tuple[Field, Node]:
    """Return the first unreachable leaf below a field that may itself be reachable."""
    for definition, there in search.first_steps(field, node) if field.children is not None else ():
        if there.subgraph is None or field.children is None:
            continue
        known = search.supergraph.subgraphs[there.subgraph].types[definition.type]
        provided = search.resolvability.provided_below(there, definition)
        for group in field.children.groups:
            objects = known.interface_object_of
            nodes: list[tuple[Node, ...]] = [
                (Node(concrete, there.subgraph, provided, objects.get(concrete), objects.get(concrete)),)
                for concrete in sorted(group.types & known.concrete)
            ]
            nodes += search.nodes_of_unknown(group, definition, there.subgraph, provided)
            for below in nodes:
                rest = search.unreachable(group.fields, below)
                if rest:
                    return _deepest(search, rest[0], below[0])
    return field, node


def _reason(owner: SubgraphType, name: str) -> str:
    definition = owner.fields[name]
    if definition.label is not None:
        has = "is on" if definition.takes_over else "is off"
        return f"it has the field only while {definition.label} {has}"
    if definition.external:
        return "it is external there"
    return "not reachable from here by any key"
