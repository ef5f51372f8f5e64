"""How a field's value is read before it is completed, and the code that reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from keyword import iskeyword
from typing import Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType, TypeNameMetaFieldDef

from jit.compile.reading.arguments import ConstantArguments, FieldArguments, VariableArguments, plan_arguments
from jit.compile.source import Lines, Source, checked
from jit.runtime.execution import Execution
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


def read(source: Source, reader: FieldReader, slot: str, key: str) -> Lines:
    """Write statements that set `value`, from the parent's `source` and `path`."""
    match reader:
        case Property():
            return _read_property(source, reader)
        case Attribute(name):
            return [f"value = {attribute(name)}"]
        case Resolver():
            return _call_resolver(source, reader, slot, key)
        case DirectCall():
            return _call_direct(source, reader, slot, key)
    raise AssertionError(reader)


def attribute(name: str) -> str:
    """Write an expression for an attribute of the source."""
    return f'getattr(source, "{checked(name)}")' if iskeyword(name) else f"source.{checked(name)}"


def has_arguments(arguments: FieldArguments) -> bool:
    """Tell whether the field may have arguments."""
    return isinstance(arguments, VariableArguments) or bool(arguments.values)


def call_if_callable(
    execution: Execution, slot: FieldSlot, value: Any, here: Any, arguments: dict[str, Any]
) -> Any:
    """Write the end of the default resolver: a callable value is called."""
    return value(execution.info(slot, here[0], here[1]), **arguments) if callable(value) else value


def _read_property(source: Source, reader: Property) -> Lines:
    lines = [f"arguments = {_arguments(source, reader.arguments)}"] if has_arguments(reader.arguments) else []
    return [
        *lines,
        "if mapped:",
        f'    value = source.get("{checked(reader.name)}")',
        "else:",
        "    try:",
        f"        value = {attribute(reader.name)}",
        "    except AttributeError:",
        "        value = None",
    ]


def _call_resolver(source: Source, reader: Resolver, slot: str, key: str) -> Lines:
    resolver = "(execution.settings.field_resolver or default_field_resolver)"
    if reader.resolve is not None:
        resolver = source.constant("resolve", reader.resolve)
    if reader.through_middleware:
        resolver = f"execution.settings.middleware.get_field_resolver({resolver})"
    given = ["source", f'execution.info({slot}, path, "{key}")']
    return _call(source, resolver, given, reader.arguments)


def _call_direct(source: Source, reader: DirectCall, slot: str, key: str) -> Lines:
    function = source.constant("resolve", reader.function)
    given = ["source"] if reader.with_source else []
    given += [f"{checked(name)}=source" for name in reader.source_names]
    given += [f"{checked(name)}=info" for name in reader.info_names]
    made = reader.write_info(source, source.names[slot], key) if reader.info_names else []
    return [*made, *_call(source, function, given, reader.arguments)]


def _call(source: Source, function: str, given: list[str], arguments: FieldArguments) -> Lines:
    """Write a call with the given arguments and the field's own."""
    if not has_arguments(arguments):
        return [f"value = {function}({', '.join(given)})"]
    general = f"value = {function}({', '.join([*given, f'**{_arguments(source, arguments)}'])})"
    inline = arguments.inline if isinstance(arguments, VariableArguments) else None
    taken = {argument.partition("=")[0] for argument in given}
    if inline is None or not taken.isdisjoint(inline.arguments):
        return [general]
    tests = [
        f'(a_{checked(name)} := variables.get("{checked(variable)}")) is not None'
        for name, variable in inline.variables.items()
    ]
    keywords = [
        f"{name}=" + (f"a_{name}" if name in inline.variables else source.constant("argument", value))
        for name, value in inline.arguments.items()
    ]
    return [
        "variables = execution.variables.coerced",
        f"if {' and '.join(tests)}:",
        f"    value = {function}({', '.join(given + keywords)})",
        "else:",
        f"    {general}",
    ]


def _arguments(source: Source, arguments: FieldArguments) -> str:
    if isinstance(arguments, ConstantArguments):
        return source.constant("arguments", arguments.values)
    return f"{source.constant('arguments', arguments.values)}(execution)"
