"""Bounds a plan from below: what no choice can improve ends the comparing of plans."""

from __future__ import annotations

from gateway.planner.normalize import Operation
from gateway.planner.paths import Search
from gateway.planner.ways import Place
from gateway.supergraph import Selections, Supergraph
from gateway.supergraph.selections import TYPENAME


def least_worth(search: Search, operation: Operation) -> tuple[int, int]:
    """Return the depth and the number of calls that no plan of an operation is below.

    Fetches that wait for each other are a call each, and so is each subgraph that alone has a field.
    """
    start = Place(operation.root, None)
    depths = [
        min((way.cost.depth for way in search.ways(each, start)), default=1)
        for each in operation.fetched.of(operation.root)
        if each.name != TYPENAME
    ]
    depth = max(depths, default=0)
    only = _only_holders(search.supergraph, operation.fetched, set())
    return depth - 1, max(depth, len(only))


def _only_holders(supergraph: Supergraph, selections: Selections, seen: set[int]) -> set[str]:
    """The subgraphs that alone have some field that is selected."""
    found: set[str] = set()
    if id(selections) in seen:
        return found
    seen.add(id(selections))
    for group in selections.groups:
        for field in group.fields:
            if field.children is not None:
                found |= _only_holders(supergraph, field.children, seen)
            for concrete in group.types:
                holders = supergraph.available(concrete).by_field.get(field.name, ())
                if len(holders) == 1 and field.name != TYPENAME:
                    found.add(holders[0].name)
    return found
