"""The moves from a place into a subgraph: by which key, and under which of an object's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.planner.search.graph import NO_REQUIREMENTS, Move, Node, Requirements
from gateway.supergraph import Subgraph, Supergraph


@dataclass(frozen=True, slots=True)
class MoveTarget:
    """A way into a subgraph with an object at hand.

    Attributes:
        node: Where one stands then.
        sent_as: The type's name in the representation, whose keys count.
        needs_typename: Whether the concrete type must be known before.
    """

    node: Node
    sent_as: str
    needs_typename: bool = False


def move_targets(supergraph: Supergraph, start: Node, subgraph: Subgraph) -> Iterator[MoveTarget]:
    """Every name under which an object can be represented in a subgraph.

    As long as only an interface is known of the object, it goes under the name of an interface; where the
    subgraph does not have that, the concrete type must be found first.
    """
    for name in subgraph.names_of(start.type):
        # An interface that nobody implements is its own interface object.
        interface_object = name if subgraph.types[name].is_interface_object else None
        if start.known_interface is None:
            yield MoveTarget(Node(start.type, subgraph.name, (), interface_object), name)
        elif interface_object is None:
            yield MoveTarget(Node(start.type, subgraph.name), name, needs_typename=True)
        elif _covers(supergraph, interface_object, start.known_interface):
            yield MoveTarget(
                Node(start.type, subgraph.name, (), interface_object, start.known_interface), interface_object
            )
        else:
            yield MoveTarget(
                Node(start.type, subgraph.name, (), interface_object), interface_object, needs_typename=True
            )
    if start.known_interface is not None and start.type in subgraph.types:
        yield from _by_interface(supergraph, start, start.known_interface, subgraph)


def _by_interface(
    supergraph: Supergraph, start: Node, known_interface: str, subgraph: Subgraph
) -> Iterator[MoveTarget]:
    """Where a key stands on an interface, its subgraph finds the concrete type itself."""
    for known in subgraph.types.values():
        is_interface = known.keys and known.name != start.type and not known.is_interface_object
        if is_interface and start.type in known.concrete and _covers(supergraph, known.name, known_interface):
            yield MoveTarget(Node(start.type, subgraph.name), known.name)


def _covers(supergraph: Supergraph, wide: str, narrow: str) -> bool:
    """Whether whatever is of one interface is of the other as well."""
    implemented = supergraph.schema.type_map[narrow]
    return wide == narrow or wide in {each.name for each in getattr(implemented, "interfaces", ())}


def moves(
    supergraph: Supergraph, start: Node, target: MoveTarget, requirements: Requirements
) -> Iterator[Move]:
    """The moves through an entrance, one for each key."""
    subgraph = target.node.subgraph
    requires, contexts = requirements
    if start.type == supergraph.query or (start.subgraph is None and start.type == supergraph.mutation):
        yield Move(target.node, start.type, None)
    elif subgraph is not None and (requirements == NO_REQUIREMENTS or _may_bring(start, target)):
        for key in supergraph.subgraphs[subgraph].types[target.sent_as].keys:
            if key.resolvable:
                yield Move(target.node, target.sent_as, key, requires, target.needs_typename, contexts)


def _may_bring(start: Node, target: MoveTarget) -> bool:
    """Required fields go to the type that requires them, never to an interface of it."""
    return start.known_interface is None or target.needs_typename or target.node.interface_object is not None
