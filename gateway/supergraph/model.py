"""The supergraph as the planner sees it: for every subgraph, the schema as that subgraph knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type, is_abstract_type

from gateway.supergraph.annotations import Annotations
from gateway.supergraph.availability import Availability, availability
from gateway.supergraph.selections import Selections


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that clients do not see: its value comes from an object further up.

    Attributes:
        name: The argument.
        type: As the subgraph writes it.
        context: The name of the context that the object sets.
        text: The selection of the object, as written.
        selections: The same in normal form, by the object's concrete type.
    """

    name: str
    type: str
    context: str
    text: str
    selections: Mapping[str, Selections] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class SubgraphField:
    """A field of a type, as one subgraph has it.

    Attributes:
        name: The field's name.
        type: The named type of its value.
        shape: The whole type as written, as `[Product!]!`.
        external: Not resolvable here, except where a key or a `@provides` makes it so.
        requires: What a representation must bring for it, or None.
        provides: What this field makes resolvable below itself, or None.
        label: Of the progressive override that decides who has the field, or None.
        takes_over: Whether this subgraph has the field while the label is on, and not while it is off.
        contexts: The arguments that it takes from objects further up.
        arguments: The names of the arguments that clients may write.
        key_only: Whether it is external or has moved: as a key, it names the entity but answers no client.
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


@dataclass(frozen=True, slots=True)
class Key:
    """A key by which an entity can be named, and fetched where it is resolvable."""

    text: str
    fields: Selections
    resolvable: bool


@dataclass(frozen=True, slots=True)
class SubgraphType:
    """A type as one subgraph knows it.

    Attributes:
        name: The type's name.
        concrete: The object types that a value of it may have in this subgraph.
        fields: By name; empty for unions and leaf types.
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
    interface_object_of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph.

    Attributes:
        name: As the supergraph names it, also in `extensions.service`.
        url: Where it is served, by the supergraph.
        types: The types that it knows, by name.
    """

    name: str
    url: str
    types: Mapping[str, SubgraphType]
    _names: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, list[str]] = {
            name: [name] for name, each in self.types.items() if not each.is_interface_object
        }
        for each in self.types.values():
            for concrete in each.concrete if each.is_interface_object else ():
                names.setdefault(concrete, []).append(each.name)
        object.__setattr__(self, "_names", {concrete: tuple(known) for concrete, known in names.items()})

    def names_of(self, concrete: str) -> tuple[str, ...]:
        """The names under which this subgraph knows objects of a concrete type."""
        return self._names.get(concrete, ())


@dataclass(frozen=True, slots=True)
class Supergraph:
    """Everything that planning needs; immutable.

    Attributes:
        subgraphs: By name.
        schema: All types, inaccessible ones included.
        public: What clients see.
        query: The name of the query type.
        mutation: The name of the mutation type, if there is one.
        interface_objects: The interfaces that are an object type somewhere, each with its concrete types.
        labels: Of all progressive overrides.
        annotations: What is said about access and cost; nothing in the gateway acts on it yet.
    """

    subgraphs: Mapping[str, Subgraph]
    schema: GraphQLSchema
    public: GraphQLSchema
    query: str
    mutation: str | None
    interface_objects: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    annotations: Annotations = field(default_factory=Annotations)
    _available: dict[str, Availability] = field(init=False, repr=False, compare=False, default_factory=dict)

    def available(self, concrete: str) -> Availability:
        """Which subgraphs have the fields of a concrete type; remembered, for it depends on nothing else."""
        known = self._available.get(concrete)
        if known is None:
            known = self._available[concrete] = availability(self.subgraphs.values(), concrete)
        return known

    def field(self, subgraph: str, owner: str, name: str) -> SubgraphField | None:
        """A field as a subgraph has it, or None where it has not."""
        known = self.subgraphs[subgraph].types.get(owner)
        return None if known is None else known.fields.get(name)

    def is_abstract(self, owner: str, name: str) -> bool:
        """Whether the merged type of a field is an interface or a union, whatever a subgraph says."""
        named = self.schema.get_type(owner)
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType) or name not in named.fields:
            return False
        return is_abstract_type(get_named_type(named.fields[name].type))
