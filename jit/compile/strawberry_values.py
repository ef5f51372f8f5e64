"""What can be found out about Strawberry's values and type resolvers without importing Strawberry."""

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLAbstractType, GraphQLSchema
from graphql.pyutils import is_awaitable

from jit.runtime.type_checks import is_plain

STRAWBERRY_CAST: Final = "__as_strawberry_type__"
"""The attribute in which `strawberry.cast` records a value's type."""


class FieldNameInfo:
    """An info for type resolvers that read only the field's name."""

    __slots__ = ("field_name",)

    def __init__(self, field_name: str) -> None:
        self.field_name = field_name


def reads_only_field_name(schema: GraphQLSchema, abstract: GraphQLAbstractType) -> bool:
    """Tell whether a type resolver reads only the field's name of its info, as Strawberry's for unions does.

    It passes the info on to `is_type_of` where a possible type defines that.
    """
    resolve = abstract.resolve_type
    own = (
        getattr(resolve, "__qualname__", "")
        == "StrawberryUnion.get_type_resolver.<locals>._resolve_union_type"
    )
    from_strawberry = getattr(resolve, "__module__", "") == "strawberry.types.union"
    possible = schema.get_possible_types(abstract)
    return own and from_strawberry and all(type_.is_type_of is None for type_ in possible)


def type_depends_on_class(value: Any) -> bool:
    """Tell whether Strawberry's resolver for unions returns one type for all values of this class.

    It reads the definition of the class, unless that is generic or the value was cast.
    """
    kind = type(value)
    definition = getattr(kind, "__strawberry_definition__", None)
    return (
        definition is not None
        and definition is value.__strawberry_definition__
        and definition.concrete_of is None
        and not definition.is_graphql_generic
        and getattr(value, STRAWBERRY_CAST, None) is None
        and is_plain(kind)
    )


def is_standard_awaitable_check(given: Callable[[Any], Any] | None) -> bool:
    """Tell whether a predicate agrees with graphql-core's: the default does, and Strawberry's."""
    if given is None or given is is_awaitable:
        return True
    name = (getattr(given, "__module__", ""), getattr(given, "__name__", ""))
    return name == ("strawberry.execution.is_awaitable", "optimized_is_awaitable")
