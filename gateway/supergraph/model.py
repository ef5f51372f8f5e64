"""The supergraph as the planner sees it: the types and fields of each subgraph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from msgspec import Struct

from gateway.supergraph.annotations.access_and_cost import Annotations
from gateway.supergraph.annotations.cache_hints import CacheHint
from gateway.supergraph.annotations.cache_tags import CacheTag
from gateway.supergraph.selections import TYPENAME, Selections, possible_types


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that an ancestor of the object sets (`@fromContext`); hidden from clients.

    Attributes:
        name: The argument's name.
        type: Its type as written in the subgraph.
        context: The name of the context that the ancestor sets.
        text: The selection on the ancestor, as written.
        selections: The selection in normal form, by the ancestor's concrete type.
    """

    name: str
    type: str
    context: str
    text: str
    selections: Mapping[str, Selections] = field(default_factory=dict, compare=False)


class SubgraphField(Struct, frozen=True):
    """A field of a type in one subgraph.

    Attributes:
        name: The field's name.
        type: The named type of its value.
        shape: The whole type as written, such as `[Product!]!`.
        external: Whether it is not resolvable here unless a key or a `@provides` makes it so.
        requires: The fields that a representation must contain for it, or None.
        provides: The fields that it makes resolvable below itself, or None.
        label: The label of the progressive override that decides which subgraph has the field, or None.
        takes_over: Whether this subgraph has the field while the label is on, and not while it is off.
        contexts: The arguments that ancestors set.
        arguments: The names of the arguments that clients may write.
        key_only: Whether it is external or has moved away, so that as a key it only identifies the entity.
    """

    name: str
    type: str
    shape: str
    external: bool = False
    requires: Selections | None = None
    provides: Selections | None = None
    label: str | None = None
    takes_over: bool = False
    contexts: tuple[ContextArgument, ...] = ()
    arguments: frozenset[str] = frozenset()
    key_only: bool = False

    @property
    def is_conditional(self) -> bool:
        """Whether it is resolved only with other fields, for some labels, or in some positions."""
        needs = self.requires is not None or bool(self.contexts)
        return needs or self.external or self.label is not None


class Key(Struct, frozen=True):
    """A key that identifies an entity; if it is resolvable, the entity can be fetched by it."""

    text: str
    fields: Selections
    resolvable: bool


class SubgraphType(Struct, frozen=True):
    """A type in one subgraph.

    Attributes:
        name: The type's name.
        concrete: The object types that a value of the type may have in this subgraph.
        fields: The fields by name; empty for unions and leaf types.
        keys: Its keys in this subgraph.
        is_interface_object: Whether it is an interface of the supergraph that is an object type here.
        interface_object_of: By concrete type that the subgraph does not know, the interface object that
            stands for it.
    """

    name: str
    concrete: frozenset[str]
    fields: Mapping[str, SubgraphField]
    keys: tuple[Key, ...]
    is_interface_object: bool = False
    interface_object_of: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def only(self) -> str | None:
        """The name that the subgraph returns for each object of an object type; None for other types."""
        return self.name if self.is_interface_object or self.concrete == {self.name} else None

    @property
    def possible(self) -> frozenset[str]:
        """The names that the type of an object may have in data: concrete types and interface objects."""
        return self.concrete.union(self.interface_object_of.values())


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph.

    Attributes:
        name: Its name in the supergraph, also used in `extensions.service`.
        url: Its URL according to the supergraph.
        types: The types that it knows, by name.
    """

    name: str
    url: str
    types: Mapping[str, SubgraphType]
    _names: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, list[str]] = {
            name: [name] for name, named in self.types.items() if not named.is_interface_object
        }
        for named in self.types.values():
            for concrete in named.concrete if named.is_interface_object else ():
                names.setdefault(concrete, []).append(named.name)
        object.__setattr__(self, "_names", {concrete: tuple(known) for concrete, known in names.items()})

    def names_of(self, concrete: str) -> tuple[str, ...]:
        """Return the type names under which this subgraph knows objects of a concrete type."""
        return self._names.get(concrete, ())


class Availability(Struct, frozen=True):
    """The fields of one concrete type in all subgraphs.

    Attributes:
        by_field: The subgraphs that have a field under any name of the type, in order, by field name. For
            `__typename`, each subgraph that knows the type.
        shapes: The type of a field's value, by field name and subgraph; reduced to lists and non-nulls for
            composite types.
        origins: For fields that each subgraph resolves without any condition, a number by field name: fields
            with equal numbers have the same origins, which are the subgraphs and the type's names there.
    """

    by_field: Mapping[str, tuple[Subgraph, ...]]
    shapes: Mapping[str, Mapping[str, str]]
    origins: Mapping[str, int]


def availability(subgraphs: Iterable[Subgraph], concrete: str) -> Availability:
    """Return the fields of a concrete type in the subgraphs."""
    by_field: dict[str, list[Subgraph]] = {}
    shapes: dict[str, dict[str, str]] = {}
    origins: dict[str, list[tuple[str, str]]] = {}
    conditional: set[str] = set()
    for subgraph in subgraphs:
        names = subgraph.names_of(concrete)
        if names:
            by_field.setdefault(TYPENAME, []).append(subgraph)
        for type_name in names:
            for name, definition in subgraph.types[type_name].fields.items():
                origins.setdefault(name, []).append((subgraph.name, type_name))
                if definition.is_conditional:
                    conditional.add(name)
                known = shapes.setdefault(name, {})
                if subgraph.name not in known:
                    known[subgraph.name] = _shape(subgraph, definition)
                    by_field.setdefault(name, []).append(subgraph)
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    return Availability(
        {name: tuple(holders) for name, holders in by_field.items()},
        shapes,
        {
            name: numbers.setdefault(tuple(places), len(numbers))
            for name, places in origins.items()
            if name not in conditional
        },
    )


def _shape(subgraph: Subgraph, definition: SubgraphField) -> str:
    known = subgraph.types.get(definition.type)
    if known is None or not known.concrete:
        return definition.shape
    return definition.shape.replace(definition.type, "*")


@dataclass(frozen=True, slots=True)
class Supergraph:
    """Everything that planning needs; immutable.

    Attributes:
        subgraphs: The subgraphs by name.
        schema: All types, including inaccessible ones.
        public: The schema that clients see.
        query: The name of the query type.
        mutation: The name of the mutation type, if there is one.
        subscription: The name of the subscription type, if there is one.
        interface_objects: The interfaces that are an object type somewhere, each with its concrete types.
        labels: The labels of all progressive overrides.
        annotations: The directives about access and about cost.
        cache_hints: The hints of `@cacheControl`, by coordinate.
        cache_tags: The tags of `@cacheTag`, by coordinate.
    """

    subgraphs: Mapping[str, Subgraph]
    schema: GraphQLSchema
    public: GraphQLSchema
    query: str
    mutation: str | None
    subscription: str | None = None
    interface_objects: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    annotations: Annotations = field(default_factory=Annotations)
    cache_hints: Mapping[str, CacheHint] = field(default_factory=dict)
    cache_tags: Mapping[str, tuple[CacheTag, ...]] = field(default_factory=dict)
    _available: dict[str, Availability] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    def roots(self) -> frozenset[str]:
        """The names of the root types."""
        named = (self.query, self.mutation, self.subscription)
        return frozenset(name for name in named if name is not None)

    def available(self, concrete: str) -> Availability:
        """Return which subgraphs have the fields of a concrete type; computed once per type."""
        known = self._available.get(concrete)
        if known is None:
            known = self._available[concrete] = availability(self.subgraphs.values(), concrete)
        return known

    def field(self, subgraph: str, owner: str, name: str) -> SubgraphField | None:
        """Return a field in a subgraph, or None if the subgraph does not have it."""
        known = self.subgraphs[subgraph].types.get(owner)
        return None if known is None else known.fields.get(name)

    def type_of(self, owner: str, name: str) -> GraphQLOutputType | None:
        """Return the type of a field in the supergraph, or None if the type has no such field."""
        named = self.schema.get_type(owner)
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType) or name not in named.fields:
            return None
        output: GraphQLOutputType = named.fields[name].type
        return output

    def possible_values(self, owner: str, name: str) -> frozenset[str]:
        """Return the concrete types that the values of a type's field may have in the supergraph."""
        output = self.type_of(owner, name)
        return frozenset() if output is None else possible_types(self.schema, get_named_type(output))

    def is_abstract(self, owner: str, name: str) -> bool:
        """Return whether the type of a field in the supergraph is an interface or a union."""
        output = self.type_of(owner, name)
        return output is not None and is_abstract_type(get_named_type(output))


TYPES_A_STEP: Final = 100
"""How many types are taken apart before other work gets its turn: a few milliseconds' work."""


def release(model: Supergraph) -> Iterator[None]:
    """Take a model apart; yield after each step.

    The types of a schema refer to one another in cycles. To find them, the garbage collector would also visit
    all objects of the current model; with a large model, every request would have to wait for that.
    """
    for schema in (model.schema, model.public):
        for number, named in enumerate(list(schema.type_map.values())):
            # Built-in types are shared by all schemas.
            if not (is_specified_scalar_type(named) or is_introspection_type(named)):
                named.__dict__.clear()
            if number % TYPES_A_STEP == 0:
                yield
