"""Adds `__typename` to selections where the concrete type matters and an interface object may hide it.

A subgraph with an interface object returns the interface's name as the type. If the selection is the same for
all implementations, that is enough. Otherwise the concrete type is fetched from a subgraph that knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from gateway.supergraph.selections import TYPENAME, Field, Group, Selections

CONCRETE_TYPE = Field(None, TYPENAME)
"""A field that stands for the concrete type of an object."""


def typed(
    selections: Selections, interfaces: Mapping[str, frozenset[str]], schema: GraphQLSchema
) -> Selections:
    """Return the selections with `__typename` added wherever the concrete type decides what is selected.

    Args:
        selections: The selections in normal form.
        interfaces: The interfaces that are an object type in some subgraph, each with its concrete types.
        schema: The schema whose field types count.
    """
    return _Typing(interfaces, schema).selections(selections) if interfaces else selections


def alike(selections: Selections, members: frozenset[str], schema: GraphQLSchema) -> bool:
    """Return whether the response is the same for all of these types."""
    touched = [group for group in selections.groups if group.types & members]
    if not touched:
        return True
    if len(touched) > 1 or not members <= touched[0].types:
        return False
    return all(_same_type(wanted, sorted(members), schema) for wanted in touched[0].fields)


def _same_type(wanted: Field, members: Sequence[str], schema: GraphQLSchema) -> bool:
    if wanted.name == TYPENAME:
        return False
    types = set()
    for member in members:
        owner = schema.get_type(member)
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) and wanted.name in owner.fields:
            types.add(str(owner.fields[wanted.name].type))
    return len(types) == 1


@dataclass(slots=True)
class _Typing:
    """Visits selections; a field that several groups share remains shared."""

    interfaces: Mapping[str, frozenset[str]]
    schema: GraphQLSchema
    _done: dict[Field, Field] = field(default_factory=dict)

    def selections(self, selections: Selections) -> Selections:
        ambiguous_types = frozenset[str]().union(
            *(
                interface
                for interface in self.interfaces.values()
                if not alike(selections, interface, self.schema)
            )
        )
        return Selections(tuple(self._group(group, ambiguous_types) for group in selections.groups))

    def _group(self, group: Group, ambiguous_types: frozenset[str]) -> Group:
        fields = tuple(self._field(wanted) for wanted in group.fields)
        # A deferred `__typename` comes too late.
        if group.types & ambiguous_types and not any(
            wanted.name == TYPENAME and not wanted.delivery for wanted in fields
        ):
            fields = (CONCRETE_TYPE, *fields)
        return Group(group.types, fields)

    def _field(self, wanted: Field) -> Field:
        if wanted.children is None:
            return wanted
        if wanted not in self._done:
            self._done[wanted] = wanted.with_children(self.selections(wanted.children))
        return self._done[wanted]
