"""Representations: where the values of their fields are found, and how two are merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gateway.plan.nodes import RepresentationField, RepresentationGroup
from gateway.planner.choose.response_scope import ResponseScope
from gateway.supergraph import Field, Selections, Supergraph
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import CONCRETE_TYPE, alike

Fields = tuple[RepresentationField, ...]


def representation_fields(
    supergraph: Supergraph, fields: Sequence[Field], concrete: str, scope: ResponseScope, *, key: bool = False
) -> Fields:
    """Return the fields of a condition, with the response keys of their values."""
    taken = []
    for wanted in fields:
        response_key, output = scope.key_of(concrete, wanted), supergraph.type_of(concrete, wanted.name)
        if response_key is None or output is None:  # the type's name, which is sent without being read here
            continue
        below = None
        if wanted.children is not None:
            abstract = supergraph.is_abstract(concrete, wanted.name)
            below = tuple(
                RepresentationGroup(
                    name,
                    name == type_name and (abstract or _names_type(wanted.children.of(type_name))),
                    representation_fields(
                        supergraph,
                        wanted.children.of(type_name),
                        type_name,
                        scope.child(response_key),
                        key=key,
                    ),
                    only=not abstract,
                )
                for name, type_name in _names(supergraph, wanted.children, abstract=abstract)
            )
        taken.append(RepresentationField(wanted.name, response_key, output, below, key))
    return tuple(taken)


def _names_type(fields: Sequence[Field]) -> bool:
    """Return whether a field set itself selects `__typename`."""
    return any(field.name == TYPENAME and field is not CONCRETE_TYPE for field in fields)


def _names(supergraph: Supergraph, wanted: Selections, *, abstract: bool) -> Iterator[tuple[str, str]]:
    """Yield the type names that objects may have in the data, each with a concrete type of that name.

    Below a field of a concrete type, the name is that type's. Where only the interface of an object is known,
    the interface's name is used at that level alone: further down it would be wrong.
    """
    types = frozenset[str]().union(*(group.types for group in wanted.groups))
    yield from ((concrete, concrete) for concrete in sorted(types))
    for interface, members in supergraph.interface_objects.items() if abstract else ():
        if members & types and alike(wanted, members, supergraph.schema):
            yield interface, min(members & types)


def merged_fields(one: Fields, other: Fields) -> Fields:
    """Return the union of both sets of fields."""
    fields = {field.name: field for field in one}
    for field in other:
        fields[field.name] = merged_field(fields[field.name], field) if field.name in fields else field
    return tuple(fields.values())


def compatible(one: Fields, other: Fields) -> bool:
    """Return whether both can be merged, so that no name stands for two values."""
    fields = {field.name: field for field in one}
    return all(_same_place(fields.get(field.name, field), field) for field in other)


def _same_place(one: RepresentationField, other: RepresentationField) -> bool:
    return one.response_key == other.response_key and all(
        compatible(mine.fields, yours.fields)
        for mine in one.below or ()
        for yours in other.below or ()
        if mine.concrete == yours.concrete
    )


def merged_field(one: RepresentationField, other: RepresentationField) -> RepresentationField:
    """Return a representation's field with the selections that two conditions need."""
    if one.below is None or other.below is None:
        return replace(one, key=one.key or other.key)
    groups = {group.concrete: group for group in one.below}
    for group in other.below:
        mine = groups.get(group.concrete)
        groups[group.concrete] = group if mine is None else _merged_group(mine, group)
    return replace(one, below=tuple(groups.values()), key=one.key or other.key)


def _merged_group(one: RepresentationGroup, other: RepresentationGroup) -> RepresentationGroup:
    return RepresentationGroup(
        one.concrete, one.typename or other.typename, merged_fields(one.fields, other.fields), one.only
    )
