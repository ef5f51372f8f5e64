"""Which library made a schema, and what is known of its resolvers; Strawberry is imported only if it did."""

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLAbstractType, GraphQLSchema
from graphql.pyutils import is_awaitable

from jit.kinds import is_plain
from jit.reading import Shortcut

CAST: Final = "__as_strawberry_type__"
"""Where `strawberry.cast` notes the type that a value is to be taken for."""


def shortcut_for(schema: GraphQLSchema) -> Shortcut:
    """The shortcut for a schema's fields: none unless Strawberry made it."""
    made_by = getattr(schema, "_strawberry_schema", None)
    if made_by is None:
        return lambda _field, _place: None
    from jit.strawberry_fields import Unwrapping  # noqa: PLC0415 - whoever has no Strawberry needs none

    return Unwrapping(made_by).shortcut


class FieldNameAlone:
    """An info for those who ask it for nothing else."""

    __slots__ = ("field_name",)

    def __init__(self, field_name: str) -> None:
        self.field_name = field_name


def asks_field_name_alone(schema: GraphQLSchema, abstract: GraphQLAbstractType) -> bool:
    """Whether a type resolver reads nothing of its info but the field's name: Strawberry's own for unions.

    It hands the info on to `is_type_of` where a possible type has that.
    """
    resolve = abstract.resolve_type
    own = (
        getattr(resolve, "__qualname__", "")
        == "StrawberryUnion.get_type_resolver.<locals>._resolve_union_type"
    )
    from_strawberry = getattr(resolve, "__module__", "") == "strawberry.types.union"
    possible = schema.get_possible_types(abstract)
    return own and from_strawberry and all(type_.is_type_of is None for type_ in possible)


def goes_by_class(value: Any) -> bool:
    """Whether Strawberry's resolver for unions says the same of all values of this one's class.

    It goes by the definition that a class carries, unless that is generic, or a value was cast.
    """
    kind = type(value)
    definition = getattr(kind, "__strawberry_definition__", None)
    return (
        definition is not None
        and definition is value.__strawberry_definition__
        and definition.concrete_of is None
        and not definition.is_graphql_generic
        and getattr(value, CAST, None) is None
        and is_plain(kind)
    )


def judges_like_graphql_core(given: Callable[[Any], Any] | None) -> bool:
    """Whether a caller's predicate finds the same values awaitable: the default, or Strawberry's."""
    if given is None or given is is_awaitable:
        return True
    name = (getattr(given, "__module__", ""), getattr(given, "__name__", ""))
    return name == ("strawberry.execution.is_awaitable", "optimized_is_awaitable")
