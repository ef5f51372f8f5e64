"""A lower bound on the cost of a plan: once it is reached, no more candidates are compared."""

from __future__ import annotations

from gateway.planner.normalize import Operation
from gateway.planner.search.graph import Node
from gateway.planner.search.search import Search
from gateway.supergraph import Field, Selections, Subgraph, Supergraph
from gateway.supergraph.selections import TYPENAME


def lower_bound(search: Search, operation: Operation) -> tuple[int, int, int]:
    """Return lower bounds on the depth, the calls and the waiting of every plan of an operation.

    Fetches that depend on each other are different calls. Each subgraph that alone has some field takes a
    call. A field arrives at the second level at the earliest if no subgraph of the first level has it.
    """
    start = Node(operation.root, None)
    depths = [
        min((path.cost.depth for path in search.paths(field, start)), default=1)
        for field in operation.fetched.of(operation.root)
        if field.name != TYPENAME
    ]
    depth = max(depths, default=0)
    only = _only_holders(search.supergraph, operation.fetched, set())
    waiting = sum(
        _waiting_below(field, _first_asked(search.supergraph, operation.root, field))
        for field in operation.fetched.of(operation.root)
        if field.name != TYPENAME
    )
    return depth - 1, max(depth, len(only)), waiting


def _first_asked(supergraph: Supergraph, root: str, wanted: Field) -> tuple[Subgraph, ...]:
    """Return the subgraphs that a root field may be fetched from."""
    return tuple(supergraph.available(root).by_field.get(wanted.name, ()))


def _waiting_below(wanted: Field, first: tuple[Subgraph, ...]) -> int:
    """Count the fields below a root field that no subgraph of the first level has.

    Selections that several fields share are counted once, so that the time is linear in the operation.
    """
    waiting, seen = 0, set[int]()
    left = [] if wanted.children is None else [wanted.children]
    while left:
        selections = left.pop()
        if id(selections) in seen:
            continue
        seen.add(id(selections))
        late: set[str] = set()
        for group in selections.groups:
            for field in group.fields:
                if field.name != TYPENAME and not any(
                    _has_field(subgraph, concrete, field.name)
                    for subgraph in first
                    for concrete in group.types
                ):
                    late.add(field.response or field.name)
                if field.children is not None:
                    left.append(field.children)
        waiting += len(late)
    return waiting


def _has_field(subgraph: Subgraph, concrete: str, name: str) -> bool:
    """Return whether a subgraph defines a field of a type under any of its names, even as external."""
    return any(name in subgraph.types[known].fields for known in subgraph.names_of(concrete))


def _only_holders(supergraph: Supergraph, selections: Selections, seen: set[int]) -> set[str]:
    """Return the subgraphs that alone have some selected field."""
    names: set[str] = set()
    if id(selections) in seen:
        return names
    seen.add(id(selections))
    for group in selections.groups:
        for field in group.fields:
            if field.children is not None:
                names |= _only_holders(supergraph, field.children, seen)
            for concrete in group.types:
                holders = supergraph.available(concrete).by_field.get(field.name, ())
                if len(holders) == 1 and field.name != TYPENAME:
                    names.add(holders[0].name)
    return names
