"""Recognizes schemas made by Strawberry; Strawberry is imported only for them."""

from graphql import GraphQLSchema

from jit.compile.reading.field_reader import Unwrap


def unwrapper_for(schema: GraphQLSchema) -> Unwrap:
    """Return what unwraps a schema's resolvers; it unwraps nothing unless Strawberry made the schema."""
    made_by = getattr(schema, "_strawberry_schema", None)
    if made_by is None:
        return lambda _field, _place: None
    from jit.strawberry.fields import ResolverUnwrapper  # noqa: PLC0415 - Strawberry may not be installed

    return ResolverUnwrapper(made_by).unwrap
