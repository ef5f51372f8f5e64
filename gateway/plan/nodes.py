"""The query plan: fetches with their dependencies, and the same plan as a readable tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from graphql import GraphQLNonNull, GraphQLOutputType
from msgspec import Struct, field

from gateway.plan.context_batch import ContextBatch
from gateway.plan.shape import Shape, StreamedList
from gateway.supergraph.deferral import INITIALLY, DeferredFragment, Delivery

OperationKind: TypeAlias = Literal["query", "mutation", "subscription"]

ENTITIES = "_entities"
"""The root field that returns entities."""


class Step(Struct, frozen=True):
    """One step down the fetched data.

    Attributes:
        response_key: The key to follow.
        types: The concrete types whose objects are followed; None means all.
        lists: How many lists are nested at the key.
    """

    response_key: str
    types: frozenset[str] | None
    lists: int


Path: TypeAlias = tuple[Step, ...]
"""A position in the fetched data."""

ProvidedFields: TypeAlias = Mapping[str, Mapping[str, "Below | None"]]
"""The fields that a fetch adds to an object: response keys by concrete type, with nested fields for
objects.
"""


class Below(Struct, frozen=True):
    """The fields that a fetch adds to the objects at a response key.

    Attributes:
        lists: How many lists are nested there.
        provided_fields: The fields that each object gets.
        only: The type of all objects, if the subgraph's schema allows no other.
    """

    lists: int
    provided_fields: ProvidedFields
    only: str | None = None


class RepresentationField(Struct, frozen=True):
    """A field of a representation.

    Attributes:
        name: Its name in the representation.
        response_key: The key in the fetched data that holds its value.
        type: Its type in the supergraph.
        below: The fields to send of each object in the value; None for a leaf.
        key: Whether the field belongs to the entity's key, without which the entity cannot be identified.
    """

    name: str
    response_key: str
    type: GraphQLOutputType
    below: tuple[RepresentationGroup, ...] | None = None
    key: bool = False

    @property
    def non_null(self) -> bool:
        """Whether its type does not allow null."""
        return isinstance(self.type, GraphQLNonNull)


class RepresentationGroup(Struct, frozen=True):
    """The fields to send for objects of a concrete type.

    Attributes:
        concrete: The type's name.
        typename: Whether the name is sent as well.
        fields: The fields.
        only: Whether all objects there have this type, whatever the data says.
    """

    concrete: str
    typename: bool
    fields: tuple[RepresentationField, ...]
    only: bool = False


Decided: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""Projects the tree of data to a part of the client's response; None if that is null."""


class RootFields(Struct, frozen=True):
    """The fields that a root fetch returns.

    Attributes:
        path: Where its data is placed: at the top, unless a root type is reached again below it.
        provided_fields: The fields that the object there gets.
        mutates: Whether they are mutations that are reached again: these are sent once for each object.
        decided: For mutations, returns from the tree of data what of the response is decided before; None if
            nothing of it can make the object null.
    """

    path: Path
    provided_fields: ProvidedFields
    mutates: bool = False
    decided: Decided | None = None


class ContextVariable(Struct, frozen=True):
    """A variable that an ancestor of the entity sets (`@fromContext`).

    Attributes:
        variable: Its name in the fetch's document.
        nullable: Whether its value may be null.
        sources: The ancestors that may set it, nearest first.
    """

    variable: str
    nullable: bool
    sources: tuple[ContextSource, ...]


class ContextSource(Struct, frozen=True):
    """An ancestor, some levels up, and the fields that are read from it, by concrete type."""

    levels_up: int
    fields: Mapping[str, tuple[RepresentationField, ...]]


class Entities(Struct, frozen=True):
    """One `_entities` field of a fetch. Entities at several paths share it if they send and select the same.

    Attributes:
        alias: Its name in the subgraph's response.
        variable: The variable of the representations.
        paths: The positions of the entities.
        representations: The fields to send, by concrete type.
        provided_fields: The fields that each entity gets.
        sent_as: The type name in the representations, by concrete type, where it differs.
        part_of: In a fallback, the index of the field in the original fetch that this one is a part of.
        context_variables: Variables that ancestors set; entities with other values are fetched separately.
        keys: For concrete types with several known keys, the fields to send for each key alone. An entity can
            be fetched as long as one of its keys is complete.
    """

    alias: str
    variable: str
    paths: tuple[Path, ...]
    representations: Mapping[str, tuple[RepresentationField, ...]]
    provided_fields: ProvidedFields
    sent_as: Mapping[str, str] = field(default_factory=dict)
    part_of: int | None = None
    context_variables: tuple[ContextVariable, ...] = ()
    keys: Mapping[str, tuple[tuple[RepresentationField, ...], ...]] = field(default_factory=dict)


class Fetch(Struct, frozen=True):
    """One request to a subgraph.

    Attributes:
        number: Its index in the plan's list of fetches.
        subgraph: The subgraph's name.
        document: The GraphQL document.
        operation_name: The operation's name in the document, if it has one.
        variables: The client's variables that the document uses.
        depends_on: The numbers of the fetches that must finish first.
        returns: The fields of a root fetch, or the `_entities` fields that share this request.
        fallback: The same fetch in smaller parts. It replaces this one for objects that lack a required
            field, so that only the fields that require it are lost.
        context_batch: Writes the document once the values of context variables are known, with one
            `_entities` field for each set of values.
        delivery: The deferred fragments with which its data is delivered.
    """

    number: int
    subgraph: str
    document: str
    operation_name: str | None
    variables: tuple[str, ...]
    depends_on: frozenset[int]
    returns: RootFields | tuple[Entities, ...]
    fallback: Fetch | None = None
    context_batch: ContextBatch | None = None
    delivery: Delivery = INITIALLY

    def places(self) -> Iterator[tuple[Path, ProvidedFields]]:
        """Yield each path that the fetch writes to, with the fields that it adds there."""
        match self.returns:
            case RootFields(path, provided_fields):
                yield path, provided_fields
            case entities:
                for entity in entities:
                    yield from ((path, entity.provided_fields) for path in entity.paths)


class Sequence(Struct, frozen=True):
    """Nodes that run in sequence."""

    nodes: tuple[PlanNode, ...]


class Parallel(Struct, frozen=True):
    """Nodes that run in parallel."""

    nodes: tuple[PlanNode, ...]


PlanNode: TypeAlias = Fetch | Sequence | Parallel


def subscribed(tree: PlanNode) -> tuple[Fetch, PlanNode | None]:
    """Return what a subscription's plan subscribes to, and what it fetches for each event."""
    match tree:
        case Fetch():
            return tree, None
        case Sequence((Fetch() as primary, rest)):
            return primary, rest
        case Sequence((Fetch() as primary, *rest)):
            return primary, Sequence(tuple(rest))
        case _:
            raise AssertionError("the plan of a subscription begins with one fetch")


class ObjectTypes(Struct, frozen=True):
    """The types that objects may have, if the object whose field leads to them has certain types.

    Attributes:
        parents: The type names of the object above.
        possible: The names that subgraphs may return as the objects' type.
        only: The type of all of them, if the subgraph's schema allows no other; it need not be returned.
    """

    parents: frozenset[str]
    possible: frozenset[str]
    only: str | None


def only_type(types: Collection[ObjectTypes]) -> str | None:
    """Return the one type that an object may have; None if there are several."""
    if not types:
        return None
    names = {object_types.only for object_types in types}
    return names.pop() if len(names) == 1 else None


class Names(Struct, frozen=True):
    """A place in the tree of data.

    Attributes:
        responses: The client's name for each response key; None for a field that the client did not ask for.
        below: The places of the objects below.
        types: The types that the objects at this place may have; none at the root.
    """

    responses: Mapping[str, str | None]
    below: Mapping[str, Names]
    types: tuple[ObjectTypes, ...] = ()

    def types_below(self, parent: str | None) -> tuple[ObjectTypes, ...]:
        """Return the types of the objects here, if the type of the object above is known: those below it."""
        if len(self.types) < 2 or parent is None:  # noqa: PLR2004 - there is nothing to choose from
            return self.types
        return (
            tuple(object_types for object_types in self.types if parent in object_types.parents) or self.types
        )


class QueryPlan(Struct, frozen=True):
    """The plan of an operation.

    Attributes:
        kind: Query, mutation or subscription.
        fetches: The fetches; each runs as soon as its dependencies have finished. The first fetch of a
            subscription is subscribed to instead of being sent for each event.
        tree: The fetches for the initial response as a readable tree; None if nothing has to be fetched.
        names: The client's names, for the paths of errors.
        shape: The shape of the client's response.
        interface_objects: The interfaces whose names a subgraph may return instead of the concrete type,
            which replaces them later.
        labels: Labels of progressive overrides that this plan depends on.
        restricted: Whether any selected field is hidden from the client.
        deferred: The deferred fragments, by number.
        deferred_trees: By deferred fragments, the fetches whose data is delivered with them.
        streams: The lists that are sent in parts.
    """

    kind: OperationKind
    fetches: tuple[Fetch, ...]
    tree: PlanNode | None
    names: Names
    shape: Shape
    interface_objects: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    restricted: bool = False
    deferred: tuple[DeferredFragment, ...] = ()
    deferred_trees: Mapping[Delivery, PlanNode] = field(default_factory=dict)
    streams: tuple[StreamedList, ...] = ()

    @property
    def is_incremental(self) -> bool:
        """Whether the response may be sent in parts."""
        return bool(self.deferred or self.streams)

    def subgraphs(self) -> Iterator[str]:
        """Yield the subgraph of each fetch, in the plan's order."""
        return (fetch.subgraph for fetch in self.fetches)
