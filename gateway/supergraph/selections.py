"""Selections in normal form: fragments expanded, equal fields merged, grouped by concrete type."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
)
from msgspec import Struct

from gateway.supergraph.deferral import INITIALLY, Delivery, Streaming

TYPENAME = "__typename"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field that is selected on an object.

    Attributes:
        response: The client's name for it; None for a field that the gateway itself needs.
        name: The field's name.
        arguments: The arguments as printed, with parentheses, or an empty string.
        variables: The names of the variables in the arguments.
        children: The selections below it; None for a leaf.
        node: The field's node in the document: the first of equal fields, or for introspection all of them
            merged.
        hidden: Whether the client may not see it: it is null, with an error.
        delivery: The deferred fragments with which it is delivered.
        fragments: The innermost deferred fragments in which the client selects it.
        streaming: How a list is sent in parts; None if it is sent as a whole.
        leaves: How many leaves there are below it, including itself, summed over its possible types.
        response_size: How many fields the response has for it, including those below, over all types.
    """

    response: str | None
    name: str
    arguments: str = ""
    variables: frozenset[str] = frozenset()
    children: Selections | None = None
    node: FieldNode | None = None
    hidden: bool = False
    delivery: Delivery = INITIALLY
    fragments: Delivery = INITIALLY
    streaming: Streaming | None = None
    leaves: int = field(init=False, default=1)
    response_size: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        if self.children is not None:
            leaves = (
                wanted.leaves * len(group.types) for group in self.children.groups for wanted in group.fields
            )
            object.__setattr__(self, "leaves", sum(leaves))
            object.__setattr__(self, "response_size", 1 + self.children.response_size())

    def with_children(self, children: Selections) -> Field:
        """Return the field with other selections below it."""
        return replace(self, children=children)


class Group(Struct, frozen=True, eq=False):
    """The fields that are selected on an object if it has one of these concrete types."""

    types: frozenset[str]
    fields: tuple[Field, ...]


class Selections(Struct, frozen=True, eq=False):
    """The selections on an object: groups with disjoint types."""

    groups: tuple[Group, ...]

    def of(self, concrete: str) -> tuple[Field, ...]:
        """Return the fields that are selected on a concrete type."""
        return next((group.fields for group in self.groups if concrete in group.types), ())

    def response_size(self) -> int:
        """Return how many fields the response has; a field that several types share counts once."""
        return sum(
            wanted.response_size for wanted in {wanted for group in self.groups for wanted in group.fields}
        )


def possible_types(schema: GraphQLSchema, named: GraphQLNamedType) -> frozenset[str]:
    """Return the concrete types that a value of this type may have; none for a leaf type."""
    if isinstance(named, GraphQLObjectType):
        return frozenset({named.name})
    if is_abstract_type(named):
        abstract: GraphQLAbstractType = named
        possible = frozenset(implementation.name for implementation in schema.get_possible_types(abstract))
        # An interface without implementations may still be an object type in some subgraph.
        return possible or frozenset({named.name})
    return frozenset()
