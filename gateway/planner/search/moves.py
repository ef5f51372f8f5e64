"""The moves from a node to a field elsewhere: by which key, and under which of the object's type names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from gateway.planner.search.graph import (
    NO_REQUIREMENTS,
    KeyMove,
    Move,
    Node,
    Requirements,
    RootMove,
    requirements_of,
)
from gateway.planner.search.resolvability import Resolvability
from gateway.supergraph import Field, Subgraph, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME


class Moves(Struct, frozen=True, eq=False):
    """The moves from one node to another that meet the same requirements: one for each key.

    Attributes:
        target: The node to which they lead.
        each: The moves.
    """

    target: Node
    each: tuple[Move, ...]


@dataclass(slots=True)
class MoveGraph:
    """The moves of one supergraph, for one set of override labels. What was found is cached.

    Attributes:
        supergraph: The supergraph.
        resolvability: Which fields can be resolved where.
    """

    supergraph: Supergraph
    resolvability: Resolvability
    _targets: dict[Node, dict[str, tuple[MoveTarget, ...]]] = field(default_factory=dict)
    _moves: dict[tuple[MoveTarget, Requirements], Moves] = field(default_factory=dict)

    def is_root(self, node: Node) -> bool:
        """Return whether the moves from a node lead to root types, and need no key."""
        if node.subgraph is None and node.type == self.supergraph.subscription:
            return True
        return node.type in (self.supergraph.query, self.supergraph.mutation)

    def to_field(
        self, wanted: Field, node: Node, here: SubgraphField | None
    ) -> Iterator[tuple[SubgraphField, Moves]]:
        """Yield where else a field can be resolved, and the moves that lead there.

        Args:
            wanted: The field.
            node: Where the moves start.
            here: The field as the node's own subgraph has it. If it requires anything, a move leads back into
                the subgraph with what it requires.
        """
        may_stay = here is None or requirements_of(here) == NO_REQUIREMENTS
        targets = self._targets_from(node)
        for subgraph in self.supergraph.available(node.type).by_field.get(wanted.name, ()):
            if may_stay and subgraph.name == node.subgraph:
                continue
            for target in targets.get(subgraph.name) or self._targets_in(subgraph, node):
                definition = self.resolvability.definition(target.node, wanted)
                if definition is None or (target.needs_typename and wanted.name == TYPENAME):
                    continue
                yield definition, self._moves_to(target, node, requirements_of(definition))

    def back(self, wanted: Field, node: Node) -> Iterator[tuple[SubgraphField, Moves]]:
        """Yield the moves that lead back into a node's own subgraph, to fetch a field of it later."""
        subgraph = self.supergraph.subgraphs[node.subgraph or ""]
        for target in self._targets_in(subgraph, node):
            definition = self.resolvability.definition(target.node, wanted)
            if definition is not None and not target.needs_typename:
                yield definition, self._moves_to(target, node, NO_REQUIREMENTS)

    def _targets_from(self, node: Node) -> dict[str, tuple[MoveTarget, ...]]:
        """Return the targets from a node that were found so far, by subgraph."""
        known = self._targets.get(node)
        if known is None:
            known = self._targets[node] = {}
        return known

    def _targets_in(self, subgraph: Subgraph, node: Node) -> tuple[MoveTarget, ...]:
        targets = self._targets_from(node)
        known = targets.get(subgraph.name)
        if known is None:
            known = targets[subgraph.name] = tuple(_move_targets(self.supergraph, node, subgraph))
        return known

    def _moves_to(self, target: MoveTarget, node: Node, requirements: Requirements) -> Moves:
        known = self._moves.get((target, requirements))
        if known is None:
            is_root = self.is_root(node)
            moves = (RootMove(target.node),) if is_root else tuple(self._by_key(target, node, requirements))
            known = self._moves[target, requirements] = Moves(target.node, moves)
        return known

    def _by_key(self, target: MoveTarget, start: Node, requirements: Requirements) -> Iterator[KeyMove]:
        """Yield the moves to an entity: one for each key."""
        subgraph = target.node.subgraph
        requires, contexts = requirements
        if subgraph is not None and (requirements == NO_REQUIREMENTS or _may_require(start, target)):
            for key in self.supergraph.subgraphs[subgraph].types[target.sent_as].keys:
                if key.resolvable:
                    yield KeyMove(target.node, target.sent_as, key, requires, target.needs_typename, contexts)


class MoveTarget(Struct, frozen=True, eq=False):
    """A candidate for the target of a move from one node.

    Attributes:
        node: The node to which the move would lead.
        sent_as: The type's name in the representation, whose keys can be used.
        needs_typename: Whether the concrete type must be known first.
    """

    node: Node
    sent_as: str
    needs_typename: bool = False


def _move_targets(supergraph: Supergraph, start: Node, subgraph: Subgraph) -> Iterator[MoveTarget]:
    """Yield a target for each type name by which the object can be fetched from a subgraph.

    While only the object's interface is known, its representation has the interface's name. If the subgraph
    does not have such an interface, the concrete type must be determined first.
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
    """Yield the interfaces with a key: their subgraph determines the concrete type itself."""
    for known in subgraph.types.values():
        is_interface = known.keys and known.name != start.type and not known.is_interface_object
        if (
            is_interface
            and start.type in known.concrete
            and _includes(supergraph, known.name, known_interface)
        ):
            yield MoveTarget(Node(start.type, subgraph.name), known.name)


def _includes(supergraph: Supergraph, wide: str, narrow: str) -> bool:
    """Return whether all objects of one interface also implement the other."""
    implemented = supergraph.schema.type_map[narrow]
    return wide == narrow or wide in {interface.name for interface in getattr(implemented, "interfaces", ())}


def _may_require(start: Node, target: MoveTarget) -> bool:
    """Return whether required fields may be sent: to the type that requires them, not to its interface."""
    return start.known_interface is None or target.needs_typename or target.node.interface_object is not None
