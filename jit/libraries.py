"""Which library made a schema, and what is known of its resolvers; Strawberry is imported only if it did."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema
from graphql.pyutils import is_awaitable

from jit.reading import Shortcut


def shortcut_for(schema: GraphQLSchema) -> Shortcut:
    """The shortcut for a schema's fields: none unless Strawberry made it."""
    made_by = getattr(schema, "_strawberry_schema", None)
    if made_by is None:
        return lambda _field, _place: None
    from jit.strawberry_fields import Unwrapping  # noqa: PLC0415 - whoever has no Strawberry needs none

    return Unwrapping(made_by).shortcut


def judges_like_graphql_core(given: Callable[[Any], Any] | None) -> bool:
    """Whether a caller's predicate finds the same values awaitable: the default, or Strawberry's."""
    if given is None or given is is_awaitable:
        return True
    name = (getattr(given, "__module__", ""), getattr(given, "__name__", ""))
    return name == ("strawberry.execution.is_awaitable", "optimized_is_awaitable")
