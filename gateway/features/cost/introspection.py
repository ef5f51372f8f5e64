"""The lengths of introspection's lists: the average over the schema, rounded up."""

from __future__ import annotations

from collections.abc import Sequence, Sized

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
)

from gateway.supergraph import ListSize


def introspection_sizes(schema: GraphQLSchema) -> dict[str, ListSize]:
    """Return the lengths of introspection's lists by coordinate.

    The number of types is the schema's own. Lists within types have their average length, so that
    introspecting the whole schema costs about as many points as it has objects.
    """
    types = list(schema.type_map.values())
    with_fields = [each for each in types if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]
    abstract = [each for each in types if is_abstract_type(each)]
    lengths = {
        "__Schema.types": len(types),
        "__Schema.directives": len(schema.directives),
        "__Type.fields": _mean([each.fields for each in with_fields]),
        "__Type.interfaces": _mean([each.interfaces for each in with_fields]),
        "__Type.possibleTypes": _mean([schema.get_possible_types(each) for each in abstract]),
        "__Type.enumValues": _mean([each.values for each in types if isinstance(each, GraphQLEnumType)]),
        "__Type.inputFields": _mean(
            [each.fields for each in types if isinstance(each, GraphQLInputObjectType)]
        ),
        "__Field.args": _mean([field.args for each in with_fields for field in each.fields.values()]),
        "__Directive.args": _mean([each.args for each in schema.directives]),
    }
    return {coordinate: ListSize(assumed=length) for coordinate, length in lengths.items()}


def _mean(lists: Sequence[Sized]) -> int:
    """Return the average length, rounded up, and at least 1."""
    return max(1, -(-sum(len(each) for each in lists) // max(1, len(lists))))
