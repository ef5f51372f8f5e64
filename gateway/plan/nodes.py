"""A query plan: fetches with their dependencies, and the tree that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gateway.plan.shape import Shape

ENTITIES = "_entities"
"""The root field by which entities are fetched."""


def entities_variable(variables: tuple[str, ...]) -> str:
    """The variable that carries the representations, whatever the client's are called."""
    name = "representations"
    while name in variables:
        name = f"_{name}"
    return name


@dataclass(frozen=True, slots=True)
class Step:
    """One step down the tree of data.

    Attributes:
        key: The storage name to follow.
        types: The concrete types that the object must have for it; None for any.
        lists: How many lists lie on the way.
    """

    key: str
    types: frozenset[str] | None
    lists: int


@dataclass(frozen=True, slots=True)
class RepresentationField:
    """A field of a representation.

    Attributes:
        name: In the representation.
        storage: Where its value lies.
        below: What is taken of it; None for a leaf.
        key: Whether it belongs to the key, without which there is no entity.
    """

    name: str
    storage: str
    below: tuple[RepresentationGroup, ...] | None = None
    key: bool = False


@dataclass(frozen=True, slots=True)
class RepresentationGroup:
    """What is taken of an object if it has this concrete type."""

    concrete: str
    typename: bool
    fields: tuple[RepresentationField, ...]


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to a subgraph.

    Attributes:
        number: Its place in the plan's list of fetches.
        subgraph: Whom to ask.
        document: What to ask.
        operation_name: The operation's name in the document, if any.
        variables: The client's variables that the document uses.
        path: Where the answer belongs.
        representations: For an entity fetch, what to send, by concrete type; None for a root fetch.
        after: The numbers of the fetches that must be finished before.
        supplies: By concrete type, the storage names that it brings to the objects at `path`.
        sent_as: The type's name in representations, where it differs by concrete type.
        apart: Smaller fetches that together do the same; for objects of which some required field is lost,
            so that only what needs it is lost with it.
    """

    number: int
    subgraph: str
    document: str
    operation_name: str | None
    variables: tuple[str, ...]
    path: tuple[Step, ...]
    representations: Mapping[str, tuple[RepresentationField, ...]] | None
    after: frozenset[int]
    supplies: Mapping[str, tuple[str, ...]]
    sent_as: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[Fetch, ...] = ()


@dataclass(frozen=True, slots=True)
class Flatten:
    """An entity fetch, at its path."""

    path: tuple[Step, ...]
    node: Fetch


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """At the same time."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Fetch | Flatten | Sequence | Parallel


@dataclass(frozen=True, slots=True)
class Names:
    """The client's names of storage names; None where the client did not ask."""

    responses: Mapping[str, str | None]
    below: Mapping[str, Names]


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How an operation is answered.

    Attributes:
        kind: Query or mutation.
        fetches: Executed by their dependencies, each as soon as it can be.
        tree: The same for reading; None if nothing has to be fetched.
        names: For the paths of errors.
        shape: For the client's answer.
        labels: Those of progressive overrides that were looked at for this plan.
        stand_ins: Interfaces by whose names some subgraph calls objects: a concrete type says more.
    """

    kind: Literal["query", "mutation"]
    fetches: tuple[Fetch, ...]
    tree: Node | None
    names: Names
    shape: Shape
    stand_ins: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()

    def subgraphs(self) -> Iterator[str]:
        """Whom the plan asks, in order."""
        return (fetch.subgraph for fetch in self.fetches)
