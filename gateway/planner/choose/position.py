"""A position in the response, as seen by the subgraph that supplies its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.plan.nodes import Path, Step
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.search.graph import FieldPath, Move, Node
from gateway.supergraph import Selections, SubgraphType
from gateway.supergraph.deferral import INITIALLY, Delivery


@dataclass(slots=True, eq=False)
class Ancestor:
    """An ancestor object: its position, and the concrete types for which the field below was selected."""

    position: Position
    types: frozenset[str]


@dataclass(slots=True, eq=False)
class Position:
    """The resolver's position.

    Attributes:
        subgraph: The subgraph that supplies the fields here; None before the first fetch.
        types: The concrete types that the subgraph may return here.
        provided: The fields that a `@provides` on an ancestor field makes resolvable here.
        path: The path through the fetched data.
        scope: Gives the response keys of the fields here.
        possible_types: All concrete types that objects here may have, in this fetch or an earlier one.
        interface_object_of: By concrete type, the interface object that stands for it in the subgraph.
        known_interfaces: By concrete type, the interface if nothing more is known of the object's type so
            far.
        ancestor: The object whose field led here; None at the top.
        delivery: The deferred fragments with which the objects here are delivered.
    """

    subgraph: str | None
    types: frozenset[str]
    provided: tuple[Selections, ...]
    path: Path
    scope: ResponseScope
    possible_types: frozenset[str]
    interface_object_of: Mapping[str, str] = field(default_factory=dict)
    known_interfaces: Mapping[str, str] = field(default_factory=dict)
    ancestor: Ancestor | None = None
    delivery: Delivery = INITIALLY

    @classmethod
    def at_root(cls, root: str, scope: ResponseScope) -> Position:
        """Return the position above the first fetch."""
        types = frozenset({root})
        return cls(subgraph=None, types=types, provided=(), path=(), scope=scope, possible_types=types)

    def node(self, concrete: str) -> Node:
        """Return the node of the search for one of the types."""
        return Node(
            concrete,
            self.subgraph,
            self.provided,
            self.interface_object_of.get(concrete),
            self.known_interfaces.get(concrete),
        )

    def moved(self, moves: Mapping[str, Move]) -> Position:
        """Return the same position in another subgraph, for the types that move to it."""
        nodes = {concrete: move.target for concrete, move in moves.items()}
        return Position(
            subgraph=next(iter(nodes.values())).subgraph,
            types=frozenset(moves),
            provided=(),
            path=self.path,
            scope=self.scope,
            possible_types=self.possible_types,
            interface_object_of={
                concrete: node.interface_object
                for concrete, node in nodes.items()
                if node.interface_object is not None
            },
            known_interfaces={
                concrete: node.known_interface
                for concrete, node in nodes.items()
                if node.known_interface is not None
            },
            ancestor=self.ancestor,
            delivery=self.delivery,
        )

    def below(
        self, response_key: str, path: FieldPath, types: frozenset[str], known: SubgraphType
    ) -> Position:
        """Return the position of the objects of a field that is selected here.

        Args:
            response_key: The field's response key.
            path: The path that leads to the field.
            types: The types for which the field is selected.
            known: The field's type in the subgraph.
        """
        names = self._type_names(types)
        followed = names if types < self.possible_types else None
        scope = self.scope.child(response_key)
        scope.note_types(names, known)
        return Position(
            subgraph=self.subgraph,
            types=known.concrete,
            provided=path.provided,
            path=(*self.path, Step(response_key, followed, path.definition.shape.count("["))),
            scope=scope,
            possible_types=known.concrete,
            interface_object_of=known.interface_object_of,
            known_interfaces=known.interface_object_of,
            ancestor=Ancestor(self, types),
            delivery=path.resolved.delivery,
        )

    def ancestors(self) -> Iterator[Ancestor]:
        """Yield the ancestor objects, nearest first."""
        above = self.ancestor
        while above is not None:
            yield above
            above = above.position.ancestor

    def _type_names(self, types: frozenset[str]) -> frozenset[str]:
        """Return the type names that objects of these types may have in the fetched data."""
        return types.union(
            self.known_interfaces[concrete] for concrete in types if concrete in self.known_interfaces
        )
