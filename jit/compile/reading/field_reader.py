"""How a field's value is read before it is completed; chosen when the field is compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType, TypeNameMetaFieldDef

from jit.compile.reading.arguments import FieldArguments, plan_arguments
from jit.compile.source import Lines, Source
from jit.runtime.field_slot import FieldSlot


@dataclass(frozen=True, slots=True)
class TypeName:
    """Reads `__typename`: the name of the type."""

    name: str


@dataclass(frozen=True, slots=True)
class Property:
    """Reads what graphql-core's default resolver reads: a mapping key or an attribute, called if callable."""

    name: str
    arguments: FieldArguments


@dataclass(frozen=True, slots=True)
class Attribute:
    """Reads an attribute that must exist."""

    name: str


@dataclass(frozen=True, slots=True)
class Resolver:
    """Calls a resolver as graphql-core does.

    Attributes:
        resolve: The resolver; None for the default resolver that the caller gave.
        through_middleware: Whether the execution's middleware wraps it.
    """

    resolve: Callable[..., Any] | None
    arguments: FieldArguments
    through_middleware: bool = False

    @property
    def is_async(self) -> bool:
        """Tell whether the resolver certainly returns a coroutine."""
        return not self.through_middleware and iscoroutinefunction(self.resolve)


WriteInfo: TypeAlias = Callable[[Source, FieldSlot, str], Lines]
"""(source, slot, key) → statements that set `info`, from the variables `execution` and `path`."""


@dataclass(frozen=True, slots=True)
class DirectCall:
    """Calls a function without the wrapper that a library put around it.

    Attributes:
        with_source: Whether the source is its first argument.
        source_names: Keyword arguments that get the source.
        info_names: Keyword arguments that get the library's info.
        write_info: Writes the statements that make this info.
        is_async: Whether the function certainly returns a coroutine.
    """

    function: Callable[..., Any]
    with_source: bool
    source_names: tuple[str, ...]
    info_names: tuple[str, ...]
    write_info: WriteInfo
    arguments: FieldArguments
    is_async: bool


FieldReader: TypeAlias = TypeName | Property | Attribute | Resolver | DirectCall
Unwrap: TypeAlias = Callable[[GraphQLField, FieldSlot], FieldReader | None]
"""Finds how to call a library's resolver without its wrapper; None if that is not provably equivalent."""


@dataclass(frozen=True, slots=True)
class CallerOverrides:
    """What the caller of an execution overrides, as far as it changes how fields are read.

    Attributes:
        own_default_resolver: Whether the caller gave a default resolver.
        middleware: Whether the caller gave middleware.
        unwrap: Finds the function within a resolver of the schema's library.
    """

    own_default_resolver: bool
    middleware: bool
    unwrap: Unwrap


def choose_reader(
    field: GraphQLField, parent: GraphQLObjectType, slot: FieldSlot, overrides: CallerOverrides
) -> FieldReader:
    """Choose how a field's value is read."""
    arguments = plan_arguments(field, slot.nodes[0])
    resolve = field.resolve
    if overrides.middleware:
        return Resolver(resolve, arguments, through_middleware=True)
    if field is TypeNameMetaFieldDef:
        return TypeName(parent.name)
    if resolve is None:
        return (
            Resolver(None, arguments)
            if overrides.own_default_resolver
            else Property(slot.field_name, arguments)
        )
    return overrides.unwrap(field, slot) or Resolver(resolve, arguments)
