"""The moves from a node into a subgraph: by which key, and under which of the object's type names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.planner.search.graph import NO_REQUIREMENTS, KeyMove, Move, Node, Requirements, RootMove
from gateway.supergraph import Subgraph, Supergraph


@dataclass(frozen=True, slots=True)
class MoveTarget:
    """A candidate for the end of a move.

    Attributes:
        node: The node to which the move would lead.
        sent_as: The type's name in the representation; the keys of this type can be used.
        needs_typename: Whether the concrete type must be known first.
    """

    node: Node
    sent_as: str
    needs_typename: bool = False


def move_targets(supergraph: Supergraph, start: Node, subgraph: Subgraph) -> Iterator[MoveTarget]:
    """Yield a target for each type name under which a subgraph can be asked for the object.

    While only an interface is known of the object, its representation has an interface's name. If the
    subgraph does not have such an interface, the concrete type must be found first.
    """
    known = start.known_interface
    for name in subgraph.names_of(start.type):
        # An interface without implementations is its own interface object.
        interface_object = name if subgraph.types[name].is_interface_object else None
        node = Node(start.type, subgraph.name, (), interface_object)
        if known is None:
            yield MoveTarget(node, name)
        elif interface_object is not None and _includes(supergraph, interface_object, known):
            yield MoveTarget(Node(start.type, subgraph.name, (), interface_object, known), name)
        else:
            yield MoveTarget(node, name, needs_typename=True)
    if known is not None and start.type in subgraph.types:
        yield from _by_interface(supergraph, start, known, subgraph)


def _by_interface(
    supergraph: Supergraph, start: Node, known_interface: str, subgraph: Subgraph
) -> Iterator[MoveTarget]:
    """Yield the interfaces with a key: their subgraph finds the concrete type itself."""
    for known in subgraph.types.values():
        is_interface = known.keys and known.name != start.type and not known.is_interface_object
        if (
            is_interface
            and start.type in known.concrete
            and _includes(supergraph, known.name, known_interface)
        ):
            yield MoveTarget(Node(start.type, subgraph.name), known.name)


def _includes(supergraph: Supergraph, wide: str, narrow: str) -> bool:
    """Return whether all objects of one interface are of the other, too."""
    implemented = supergraph.schema.type_map[narrow]
    return wide == narrow or wide in {each.name for each in getattr(implemented, "interfaces", ())}


def moves(
    supergraph: Supergraph, start: Node, target: MoveTarget, requirements: Requirements
) -> Iterator[Move]:
    """Yield the moves to a target: one for each key, or one for a root type."""
    subgraph = target.node.subgraph
    requires, contexts = requirements
    if start.type == supergraph.query or (start.subgraph is None and start.type == supergraph.mutation):
        yield RootMove(target.node)
    elif subgraph is not None and (requirements == NO_REQUIREMENTS or _may_require(start, target)):
        for key in supergraph.subgraphs[subgraph].types[target.sent_as].keys:
            if key.resolvable:
                yield KeyMove(target.node, target.sent_as, key, requires, target.needs_typename, contexts)


def _may_require(start: Node, target: MoveTarget) -> bool:
    """Return whether required fields may be sent: to the type that requires them, not to its interface."""
    return start.known_interface is None or target.needs_typename or target.node.interface_object is not None
