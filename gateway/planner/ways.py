"""The words of the search: places, moves between them, what they cost, and ways to a field."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.supergraph import Field, Key, Selections, SubgraphField

Goal = tuple[str, str, Selections | None]
"""A move, for the search's memory: the type, the subgraph moved to, what it requires."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one stands: a concrete type in a subgraph.

    Attributes:
        type: The concrete type.
        subgraph: None before anything has been fetched.
        provided: What a `@provides` on the way made resolvable here.
    """

    type: str
    subgraph: str | None
    provided: tuple[Selections, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way costs: fetches one after the other, and all of them."""

    depth: int = 0
    calls: frozenset[Goal] = frozenset()

    def __or__(self, other: Cost) -> Cost:
        """Both, side by side."""
        return Cost(max(self.depth, other.depth), self.calls | other.calls)

    def then(self, other: Cost) -> Cost:
        """Both, one after the other."""
        return Cost(self.depth + other.depth, self.calls | other.calls)


FREE = Cost()


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """A fetch that leads to another place of the same object.

    Attributes:
        subgraph: Where it leads.
        key: What names the entity; None for a root type.
        requires: What the representation brings beside the key.
    """

    subgraph: str
    key: Key | None
    requires: Selections | None = None

    def conditions(self) -> tuple[Selections, ...]:
        """What must have been fetched before."""
        key = () if self.key is None else (self.key.fields,)
        return key if self.requires is None else (*key, self.requires)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to fetch a field.

    Attributes:
        move: Where to go first; None to stay.
        definition: The field in the subgraph where it is selected.
        covered: As much of the field as can be fetched this way.
        left: The rest, or None.
        cost: Of everything on the way, fetches below the field included.
    """

    move: Move | None
    definition: SubgraphField
    covered: Field
    left: Field | None
    cost: Cost
