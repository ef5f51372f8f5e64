"""How the value of a field is had before it is completed: one of four ways, chosen when it is compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType, TypeNameMetaFieldDef

from jit.arguments import Constant, Varying, plan_arguments
from jit.place import Place
from jit.source import Lines, Source


@dataclass(frozen=True, slots=True)
class TypeName:
    """`__typename`: the name of the type."""

    name: str


@dataclass(frozen=True, slots=True)
class Property:
    """What graphql-core's default resolver finds: a mapping's key, or an attribute, or what those return."""

    name: str
    arguments: Constant | Varying


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that must be there."""

    name: str


@dataclass(frozen=True, slots=True)
class Resolver:
    """A resolver as graphql-core calls it.

    Attributes:
        resolve: None for the caller's own default resolver.
        through_middleware: whether the execution's middleware stands before it.
    """

    resolve: Callable[..., Any] | None
    arguments: Constant | Varying
    through_middleware: bool = False

    @property
    def is_async(self) -> bool:
        """Whether it surely gives a coroutine."""
        return not self.through_middleware and iscoroutinefunction(self.resolve)


WriteInfo: TypeAlias = Callable[[Source, Place, str], Lines]
"""(source, place, key) → statements that set `info`; `run` and the parent's `steps` are there."""


@dataclass(frozen=True, slots=True)
class Direct:
    """A function called without the wrapper that a library put around it.

    Attributes:
        with_source: whether the source is its first argument.
        source_names: keyword arguments that get the source.
        info_names: keyword arguments that get the library's info.
        write_info: writes how that is made.
        is_async: whether it surely gives a coroutine.
    """

    function: Callable[..., Any]
    with_source: bool
    source_names: tuple[str, ...]
    info_names: tuple[str, ...]
    write_info: WriteInfo
    arguments: Constant | Varying
    is_async: bool


Reading: TypeAlias = TypeName | Property | Attribute | Resolver | Direct
Shortcut: TypeAlias = Callable[[GraphQLField, Place], Reading | None]
"""How a library's resolver may be called without its wrapper; None when that is not provably the same."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the caller's arguments change about reading.

    Attributes:
        own_default: the caller gave a default resolver.
        middleware: the caller gave middleware.
        shortcut: the schema's library's.
    """

    own_default: bool
    middleware: bool
    shortcut: Shortcut


def choose_reading(
    field: GraphQLField, parent: GraphQLObjectType, place: Place, surroundings: Surroundings
) -> Reading:
    """How a field's value is had."""
    arguments = plan_arguments(field, place.nodes[0])
    resolve = field.resolve
    if surroundings.middleware:
        return Resolver(resolve, arguments, through_middleware=True)
    if field is TypeNameMetaFieldDef:
        return TypeName(parent.name)
    if resolve is None:
        return (
            Resolver(None, arguments) if surroundings.own_default else Property(place.field_name, arguments)
        )
    return surroundings.shortcut(field, place) or Resolver(resolve, arguments)
