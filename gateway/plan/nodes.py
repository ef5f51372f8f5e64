"""A query plan: fetches with their dependencies, and the tree that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gateway.plan.shape import Shape
from gateway.plan.spread import Spread

ENTITIES = "_entities"
"""The root field by which entities are fetched."""


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


Path: TypeAlias = tuple[Step, ...]
"""A place in the tree of data."""

Supplies: TypeAlias = Mapping[str, Mapping[str, "Below | None"]]
"""By concrete type, the storage names that a fetch brings to an object; with what below, if not leaves."""


@dataclass(frozen=True, slots=True)
class Below:
    """What a fetch brings to the objects under a storage name.

    Attributes:
        lists: How many lists they lie in.
        supplies: What it brings to each.
    """

    lists: int
    supplies: Supplies


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
class RootFields:
    """What a root fetch brings.

    Attributes:
        path: Where the answer belongs: nowhere but the top, unless `Query` is reached again further down.
        supplies: What it brings there.
    """

    path: Path
    supplies: Supplies


@dataclass(frozen=True, slots=True)
class FromAbove:
    """A variable whose value an entity has from an object above it.

    Attributes:
        variable: In the fetch's document.
        nullable: Whether the value may be null.
        levels: Where the value may come from, nearest first.
    """

    variable: str
    nullable: bool
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """What is taken of the objects so many steps up, by their concrete type."""

    up: int
    taken: Mapping[str, tuple[RepresentationField, ...]]


@dataclass(frozen=True, slots=True)
class Entities:
    """One `_entities` field of a fetch: all that is sent and selected alike, wherever it lies.

    Attributes:
        alias: Its name in the answer.
        variable: Carries the representations.
        paths: Where the entities lie.
        representations: What to send, by concrete type.
        supplies: What it brings to the objects at the paths.
        sent_as: The type's name in representations, where it differs by concrete type.
        part_of: In a fetch that stands in for another one, the index of the field of that one.
        from_above: The variables by whose values the entities are asked for apart from each other.
        keys: By concrete type with several keys at hand, what is sent with each of them alone; an entity can
            be asked for as long as one of them is complete.
    """

    alias: str
    variable: str
    paths: tuple[Path, ...]
    representations: Mapping[str, tuple[RepresentationField, ...]]
    supplies: Supplies
    sent_as: Mapping[str, str] = field(default_factory=dict)
    part_of: int | None = None
    from_above: tuple[FromAbove, ...] = ()
    keys: Mapping[str, tuple[tuple[RepresentationField, ...], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to a subgraph.

    Attributes:
        number: Its place in the plan's list of fetches.
        subgraph: Whom to ask.
        document: What to ask.
        operation_name: The operation's name in the document, if any.
        variables: The client's variables that the document uses.
        after: The numbers of the fetches that must be finished before.
        brings: A root fetch's fields, or the entity fetches that share this request.
        apart: A fetch in smaller parts that together bring the same; for objects of which some required
            field is lost, so that only what needs it is lost with it.
        spread: Writes the document when values from above are known, once for each set of them.
    """

    number: int
    subgraph: str
    document: str
    operation_name: str | None
    variables: tuple[str, ...]
    after: frozenset[int]
    brings: RootFields | tuple[Entities, ...]
    apart: Fetch | None = None
    spread: Spread | None = None

    def places(self) -> Iterator[tuple[Path, Supplies]]:
        """Where it brings what."""
        match self.brings:
            case RootFields(path, supplies):
                yield path, supplies
            case entities:
                for each in entities:
                    yield from ((path, each.supplies) for path in each.paths)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """At the same time."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Fetch | Sequence | Parallel


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
