"""Says why a field cannot be fetched: the deepest field that is out of reach, and the reason by subgraph."""

from __future__ import annotations

from gateway.planner.paths import Search
from gateway.planner.ways import Place
from gateway.supergraph import Field, SubgraphField, SubgraphType, Supergraph


def why_not(search: Search, field: Field, place: Place) -> str:
    """A sentence about a field that no way covers."""
    deepest, where = _deepest(search, field, place)
    reasons = [
        f"{subgraph.name}: {_reason(search.supergraph, subgraph.types[where.type], deepest.name)}"
        for subgraph in search.supergraph.subgraphs.values()
        if where.type in subgraph.types and deepest.name in subgraph.types[where.type].fields
    ]
    said = "; ".join(reasons) or "no subgraph that can be asked has it"
    return f"{where.type}.{deepest.name} cannot be fetched: {said}."


def _deepest(search: Search, field: Field, place: Place) -> tuple[Field, Place]:
    """The first leaf below a field that is out of reach even where the field itself is not."""
    for definition, there in search.first_steps(field, place) if field.children is not None else ():
        if there.subgraph is None or field.children is None:
            continue
        known = search.supergraph.subgraphs[there.subgraph].types[definition.type].concrete
        provided = search.below(there, definition)
        for group in field.children.groups:
            for concrete in sorted(group.types & known):
                below = Place(concrete, there.subgraph, provided)
                for each in group.fields:
                    found = search.cover(each, below) if not each.name.startswith("__") else None
                    if found is not None and found.left is not None:
                        return _deepest(search, found.left, below)
    return field, place


def _reason(supergraph: Supergraph, owner: SubgraphType, name: str) -> str:
    definition = owner.fields[name]
    if definition.refused is not None:
        return definition.refused
    if owner.interface_object:
        return "@interfaceObject is not supported yet"
    if definition.external:
        return "it is external there"
    if _leads_to_interface_object(supergraph, definition):
        return f"{definition.type} is an @interfaceObject there, which is not supported yet"
    return "not reachable from here by any key"


def _leads_to_interface_object(supergraph: Supergraph, definition: SubgraphField) -> bool:
    return any(
        subgraph.types[definition.type].interface_object
        for subgraph in supergraph.subgraphs.values()
        if definition.type in subgraph.types
    )
