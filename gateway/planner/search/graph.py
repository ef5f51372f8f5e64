"""The words of the search: places, moves between them, what they cost, and ways to a field."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.supergraph import ContextArgument, Field, Group, Key, Selections, SubgraphField
from gateway.supergraph.typed import CONCRETE_TYPE

Requirements = tuple[Selections | None, tuple[ContextArgument, ...]]
"""What a field needs beside a key: required fields, and values from further up."""

NO_REQUIREMENTS: Requirements = (None, ())

MoveId = tuple[str, str, Requirements]
"""A move, for the search's memory: the type, the subgraph moved to, what it is to bring there."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where one stands: a concrete type in a subgraph.

    Attributes:
        type: The concrete type.
        subgraph: None before anything has been fetched.
        provided: What a `@provides` on the way made resolvable here.
        interface_object: The interface object that stands for the type in this subgraph, or None.
        known_interface: The interface whose name is all that is known of the object's type so far, or None.
    """

    type: str
    subgraph: str | None
    provided: tuple[Selections, ...] = ()
    interface_object: str | None = None
    known_interface: str | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.type, self.subgraph, self.provided, self.interface_object, self.known_interface)
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        # Everything that the search remembers is found by a place.
        return self._hash

    @property
    def subgraph_type(self) -> str:
        """The type's name in the subgraph."""
        return self.interface_object or self.type

    @property
    def known_type(self) -> str:
        """The type's name in the data fetched so far."""
        return self.known_interface or self.type


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way costs: fetches one after the other, and all of them."""

    depth: int = 0
    calls: frozenset[MoveId] = frozenset()

    def __or__(self, other: Cost) -> Cost:
        """Both, side by side."""
        if other.depth <= self.depth and (other.calls is self.calls or not other.calls):
            return self
        if self.depth <= other.depth and not self.calls:
            return other
        return Cost(max(self.depth, other.depth), self.calls | other.calls)

    def then(self, other: Cost) -> Cost:
        """Both, one after the other."""
        if not other.depth and not other.calls:
            return self
        if not self.depth and not self.calls:
            return other
        return Cost(self.depth + other.depth, self.calls | other.calls)


FREE = Cost()


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """A fetch that leads to another place of the same object.

    Attributes:
        target: Where it leads.
        sent_as: The type's name in the representation.
        key: What names the entity; None for a root type.
        requires: What the representation brings beside the key.
        needs_typename: Whether the concrete type must be known before.
        contexts: The arguments that are set from further up.
    """

    target: Node
    sent_as: str
    key: Key | None
    requires: Selections | None = None
    needs_typename: bool = False
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def subgraph(self) -> str:
        """Whom to ask."""
        if self.target.subgraph is None:
            raise AssertionError("a move leads to a subgraph")
        return self.target.subgraph

    @property
    def requirements(self) -> Requirements:
        """What it brings beside the key."""
        return self.requires, self.contexts

    def conditions(self) -> tuple[Selections, ...]:
        """What must have been fetched before."""
        needs_typename = (_typename_of(self.target.type),) if self.needs_typename else ()
        key = () if self.key is None else (self.key.fields,)
        return (*needs_typename, *key) if self.requires is None else (*needs_typename, *key, self.requires)

    def id_from(self, start: Node) -> MoveId:
        """This move for the search's memory."""
        return start.known_type, self.subgraph, self.requirements


def _typename_of(concrete: str) -> Selections:
    return Selections((Group(frozenset({concrete}), (CONCRETE_TYPE,)),))


@dataclass(frozen=True, slots=True, eq=False)
class FieldPath:
    """One way to fetch a field.

    Attributes:
        move: Where to go first; None to stay.
        definition: The field in the subgraph where it is selected.
        resolved: As much of the field as can be fetched this way.
        remaining: The rest, or None.
        cost: Of everything on the way, fetches below the field included.
        unknown_types: How many types that the client names below it the field's subgraph does not know.
    """

    move: Move | None
    definition: SubgraphField
    resolved: Field
    remaining: Field | None
    cost: Cost
    unknown_types: int = 0
