"""The search graph: nodes are types in subgraphs, moves lead between nodes, and paths lead to fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

import msgspec
from msgspec import Struct

from gateway.supergraph import ContextArgument, Field, Group, Key, Selections, SubgraphField
from gateway.supergraph.typed import CONCRETE_TYPE

Requirements: TypeAlias = tuple[Selections | None, tuple[ContextArgument, ...]]
"""What a field needs besides a key: required fields, and arguments that ancestors set."""

NO_REQUIREMENTS: Requirements = (None, ())


def requirements_of(definition: SubgraphField) -> Requirements:
    """Return what a field requires besides a key."""
    return definition.requires, definition.contexts


MoveId: TypeAlias = tuple[str, str, Requirements]
"""A move as counted by costs: the type as it is known, the subgraph and the requirements."""


@dataclass(frozen=True, slots=True)
class Node:
    """A concrete type in a subgraph.

    Attributes:
        type: The concrete type.
        subgraph: The subgraph; None before anything has been fetched.
        provided: The fields that a `@provides` on an ancestor field makes resolvable here.
        interface_object: The interface object that stands for the type in this subgraph, or None.
        known_interface: The interface, if nothing more is known of the object's type so far.
        subgraph_type: The type's name in the subgraph.
    """

    type: str
    subgraph: str | None
    provided: tuple[Selections, ...] = ()
    interface_object: str | None = None
    known_interface: str | None = None
    subgraph_type: str = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subgraph_type", self.interface_object or self.type)
        parts = (self.type, self.subgraph, self.provided, self.interface_object, self.known_interface)
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        # The search looks up everything by node, so the hash is computed once.
        return self._hash

    @property
    def known_type(self) -> str:
        """The type's name in the data fetched so far."""
        return self.known_interface or self.type


class Cost(Struct, frozen=True):
    """The cost of a path.

    Attributes:
        depth: How many fetches follow one another.
        calls: All fetches.
    """

    depth: int = 0
    calls: frozenset[MoveId] = frozenset()

    def __or__(self, other: Cost) -> Cost:
        """Return the cost of both in parallel."""
        if other.depth <= self.depth and (other.calls is self.calls or not other.calls):
            return self
        if self.depth <= other.depth and not self.calls:
            return other
        return Cost(max(self.depth, other.depth), self.calls | other.calls)

    def then(self, other: Cost) -> Cost:
        """Return the cost of both in sequence."""
        if not other.depth and not other.calls:
            return self
        if not self.depth and not self.calls:
            return other
        return Cost(self.depth + other.depth, self.calls | other.calls)


FREE = Cost()


@dataclass(frozen=True, slots=True, eq=False)
class RootMove:
    """A fetch of root fields: at the top, or where the query or mutation type is reached again below it.

    Attributes:
        target: The node to which it leads.
        subgraph: The target's subgraph.
    """

    target: Node
    subgraph: str = field(init=False)
    requirements: ClassVar[Requirements] = NO_REQUIREMENTS
    contexts: ClassVar[tuple[ContextArgument, ...]] = ()
    needs_typename: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "subgraph", _subgraph(self.target))

    @property
    def sent_as(self) -> str:
        """The root type's name."""
        return self.target.type

    def conditions(self) -> tuple[Selections, ...]:
        """Return nothing: root fields have no conditions."""
        return ()

    def id_from(self, start: Node) -> MoveId:
        """Return the identity by which costs count the move: equal ones are counted once."""
        return start.known_type, self.subgraph, NO_REQUIREMENTS


@dataclass(frozen=True, slots=True, eq=False)
class KeyMove:
    """A fetch of the same entity from another subgraph, or from the same one again with required fields.

    Attributes:
        target: The node to which it leads.
        sent_as: The type's name in the representation.
        key: The key that identifies the entity.
        requires: The fields that the representation has besides the key, or None.
        needs_typename: Whether the concrete type must be known first.
        contexts: The arguments that ancestors set.
        subgraph: The target's subgraph.
        requirements: What it needs besides the key.
    """

    target: Node
    sent_as: str
    key: Key
    requires: Selections | None = None
    needs_typename: bool = False
    contexts: tuple[ContextArgument, ...] = ()
    subgraph: str = field(init=False)
    requirements: Requirements = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subgraph", _subgraph(self.target))
        object.__setattr__(self, "requirements", (self.requires, self.contexts))

    def conditions(self) -> tuple[Selections, ...]:
        """Return what must be fetched first."""
        typename = (_typename_of(self.target.type),) if self.needs_typename else ()
        required = () if self.requires is None else (self.requires,)
        return (*typename, self.key.fields, *required)

    def id_from(self, start: Node) -> MoveId:
        """Return the identity by which costs count the move: equal ones are counted once."""
        return start.known_type, self.subgraph, self.requirements


Move: TypeAlias = KeyMove | RootMove


def _subgraph(target: Node) -> str:
    if target.subgraph is None:
        raise AssertionError("a move leads to a subgraph")
    return target.subgraph


def _typename_of(concrete: str) -> Selections:
    return Selections((Group(frozenset({concrete}), (CONCRETE_TYPE,)),))


class FieldPath(msgspec.Struct, frozen=True, eq=False):
    """One way to fetch a field.

    Attributes:
        move: The move to make first; None to stay in the same subgraph.
        definition: The field in the subgraph where it is selected.
        resolved: The part of the field that can be fetched along this path.
        remaining: The rest, or None.
        cost: The cost of all moves, including those for fields below it.
        unknown_types: How many of the types that the client names below it are unknown to the field's
            subgraph.
        identifies_only: Whether it serves only as a key; the response takes its value from another subgraph.
        provided: The fields that a `@provides` or a key makes resolvable below it.
    """

    move: Move | None
    definition: SubgraphField
    resolved: Field
    remaining: Field | None
    cost: Cost
    unknown_types: int = 0
    identifies_only: bool = False
    provided: tuple[Selections, ...] = ()
