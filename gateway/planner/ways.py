"""The words of the search: places, moves between them, what they cost, and ways to a field."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.supergraph import ContextArgument, Field, Group, Key, Selections, SubgraphField
from gateway.supergraph.typed import CONCRETE_TYPE

Needs = tuple[Selections | None, tuple[ContextArgument, ...]]
"""What a field needs beside a key: required fields, and values from further up."""

NOTHING: Needs = (None, ())

Goal = tuple[str, str, Needs]
"""A move, for the search's memory: the type, the subgraph moved to, what it is to bring there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one stands: a concrete type in a subgraph.

    Attributes:
        type: The concrete type.
        subgraph: None before anything has been fetched.
        provided: What a `@provides` on the way made resolvable here.
        guise: The interface object that stands for the type in this subgraph, or None.
        stand_in: The interface whose name is all that is known of the object's type so far, or None.
    """

    type: str
    subgraph: str | None
    provided: tuple[Selections, ...] = ()
    guise: str | None = None
    stand_in: str | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.type, self.subgraph, self.provided, self.guise, self.stand_in)
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        # Everything that the search remembers is found by a place.
        return self._hash

    @property
    def seen_as(self) -> str:
        """The type's name in the subgraph."""
        return self.guise or self.type

    @property
    def told_as(self) -> str:
        """The type's name in the data fetched so far."""
        return self.stand_in or self.type


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way costs: fetches one after the other, and all of them."""

    depth: int = 0
    calls: frozenset[Goal] = frozenset()

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
        there: Where it leads.
        sent_as: The type's name in the representation.
        key: What names the entity; None for a root type.
        requires: What the representation brings beside the key.
        told: Whether the concrete type must be known before.
        contexts: The arguments that are set from further up.
    """

    there: Place
    sent_as: str
    key: Key | None
    requires: Selections | None = None
    told: bool = False
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def subgraph(self) -> str:
        """Whom to ask."""
        if self.there.subgraph is None:
            raise AssertionError("a move leads to a subgraph")
        return self.there.subgraph

    @property
    def needs(self) -> Needs:
        """What it brings beside the key."""
        return self.requires, self.contexts

    def conditions(self) -> tuple[Selections, ...]:
        """What must have been fetched before."""
        told = (_told(self.there.type),) if self.told else ()
        key = () if self.key is None else (self.key.fields,)
        return (*told, *key) if self.requires is None else (*told, *key, self.requires)

    def goal(self, start: Place) -> Goal:
        """This move for the search's memory."""
        return start.told_as, self.subgraph, self.needs


def _told(concrete: str) -> Selections:
    return Selections((Group(frozenset({concrete}), (CONCRETE_TYPE,)),))


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to fetch a field.

    Attributes:
        move: Where to go first; None to stay.
        definition: The field in the subgraph where it is selected.
        covered: As much of the field as can be fetched this way.
        left: The rest, or None.
        cost: Of everything on the way, fetches below the field included.
        unknown: How many types that the client names below the field are not known where it is selected.
    """

    move: Move | None
    definition: SubgraphField
    covered: Field
    left: Field | None
    cost: Cost
    unknown: int = 0
