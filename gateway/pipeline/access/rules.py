"""The requirements of a supergraph's types and fields, including implied ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from gateway.pipeline.access.requirements import NOTHING, Requirement, implies, requirement
from gateway.supergraph import Selections, Supergraph
from gateway.supergraph.selections import TYPENAME

Coordinate = tuple[str, str]
"""A type and its field."""


@dataclass(slots=True)
class AccessRules:
    """What clients need in order to see each type and field of a supergraph.

    A field's requirement combines its own directives, those of its type and of its value's type, and those of
    everything that `@requires` and `@fromContext` read for it. Since November 2025, Apollo's composition
    demands that a field repeats the latter itself; other supergraphs cannot be trusted to do so.

    The requirement of an interface also holds for its implementations, on every path to them
    (CVE-2025-64173), unless it follows from theirs: recent composition writes on each interface what its
    implementations demand together, which would forbid one implementation because of another.

    Attributes:
        supergraph: The supergraph.
        stated: The requirement that the directives at a schema coordinate state, by coordinate.
    """

    supergraph: Supergraph
    stated: Mapping[str, Requirement]
    _types: dict[str, Requirement] = field(default_factory=dict)
    _direct: dict[Coordinate, Requirement] = field(default_factory=dict)
    _fields: dict[Coordinate, Requirement] = field(default_factory=dict)

    @classmethod
    def of(cls, supergraph: Supergraph) -> AccessRules:
        """Return the rules of a supergraph."""
        stated = {at: requirement(access) for at, access in supergraph.annotations.access.items()}
        return cls(supergraph, {at: rules for at, rules in stated.items() if rules})

    @property
    def all(self) -> Requirement:
        """All rules of the supergraph."""
        return NOTHING.union(*self.stated.values())

    def of_type(self, name: str) -> Requirement:
        """Return the requirement of a type's values; for an interface, what all its values require."""
        known = self._types.get(name)
        if known is None:
            named = self.supergraph.schema.get_type(name)
            match named:
                case GraphQLObjectType():
                    inherited = [self._own(interface.name, "") for interface in named.interfaces]
                    known = self.stated.get(name, NOTHING).union(*inherited)
                case GraphQLInterfaceType():
                    inherited = [self._own(interface.name, "") for interface in named.interfaces]
                    known = self._own(name, "").union(*inherited)
                case _:
                    known = self.stated.get(name, NOTHING)
            self._types[name] = known
        return known

    def of_field(self, owner: str, name: str) -> Requirement:
        """Return the requirement of a field of a type, which is an object type if it has objects."""
        at = (owner, name)
        known = self._fields.get(at)
        if known is None:
            known = self._fields[at] = NOTHING.union(*map(self._of_field_alone, self._read_for(at)))
        return known

    def _of_field_alone(self, at: Coordinate) -> Requirement:
        """Return the requirement of a field without that of the fields it reads."""
        known = self._direct.get(at)
        if known is None:
            owner, name = at
            named = self.supergraph.schema.get_type(owner)
            known = self.stated.get(f"{owner}.{name}", NOTHING) | self.of_type(owner)
            if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
                known = known.union(*(self._own(interface.name, name) for interface in named.interfaces))
                if name in named.fields:
                    known |= self.of_type(get_named_type(named.fields[name].type).name)
            self._direct[at] = known
        return known

    def _own(self, interface: str, name: str) -> Requirement:
        """Return the rules of an interface or of its field that its implementations do not imply."""
        suffix = f".{name}" if name else ""
        stated = self.stated.get(f"{interface}{suffix}", NOTHING)
        if not stated:
            return stated
        named = self.supergraph.schema.get_type(interface)
        if not isinstance(named, GraphQLInterfaceType) or (name and self._is_added(interface, name)):
            return stated
        below: Requirement = NOTHING.union(
            *(
                self.stated.get(f"{implementation.name}{suffix}", NOTHING)
                for implementation in self.supergraph.schema.get_possible_types(named)
            )
        )
        return frozenset(rule for rule in stated if not implies(below, rule))

    def _is_added(self, interface: str, name: str) -> bool:
        """Return whether an interface object adds a field to the implementations of its interface."""
        known = (subgraph.types.get(interface) for subgraph in self.supergraph.subgraphs.values())
        return any(
            definition is not None and definition.is_interface_object and name in definition.fields
            for definition in known
        )

    def _read_for(self, first: Coordinate) -> Iterator[Coordinate]:
        """Yield a field and all fields that it reads, directly or indirectly."""
        seen, pending = {first}, [first]
        while pending:
            at = pending.pop()
            yield at
            needed = set(self._reads(at)) - seen
            seen |= needed
            pending += needed

    def _reads(self, at: Coordinate) -> Iterator[Coordinate]:
        """Yield the fields that `@requires` and `@fromContext` of a field select."""
        owner, name = at
        for subgraph in self.supergraph.subgraphs.values():
            for type_name in {owner, *subgraph.names_of(owner)}:
                definition = self.supergraph.field(subgraph.name, type_name, name)
                if definition is None:
                    continue
                if definition.requires is not None:
                    yield from _selected(definition.requires)
                for argument in definition.contexts:
                    for selections in argument.selections.values():
                        yield from _selected(selections)


def _selected(selections: Selections) -> Iterator[Coordinate]:
    for group in selections.groups:
        for wanted in group.fields:
            if wanted.name != TYPENAME:
                yield from ((concrete, wanted.name) for concrete in group.types)
            if wanted.children is not None:
                yield from _selected(wanted.children)
