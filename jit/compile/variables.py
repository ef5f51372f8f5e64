"""Compiled coercion of variables; graphql-core coerces unusual values, and reports errors."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
    specified_scalar_types,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from jit.compile.source import Lines, Source, checked, indent

FastCoercion: TypeAlias = Callable[[Mapping[str, Any]], VariableValues | None]
EXPECTED: Final[Mapping[str, str]] = {
    "String": "{0}.__class__ is str",
    "ID": "{0}.__class__ is str",
    "Boolean": "{0}.__class__ is bool",
    "Int": "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
}
"""Tests for values of built-in scalars that coerce to themselves; graphql-core coerces all others."""

GIVE_UP: Final[Lines] = ["return None"]
MAX_LIST_DEPTH: Final = 8
"""The deepest nesting of lists: Python nests at most twenty loops, and clients choose variables' types."""

NAMES: Final[Mapping[str, Any]] = {
    "Undefined": Undefined,
    "VariableValueSource": VariableValueSource,
    "VariableValues": VariableValues,
    "new_tuple": tuple.__new__,
}


class _FastVariable(NamedTuple):
    """A variable whose usual values are coerced without graphql-core.

    Attributes:
        is_needed: Whether a missing value is left to graphql-core.
        absent: The source that is recorded for a missing value.
    """

    name: str
    signature: GraphQLVariableSignature
    is_needed: bool
    absent: VariableValueSource


class Variables:
    """The variables of an operation, whose coercion is compiled once.

    Values given to `coerce` are not changed. Coerced lists are new lists; custom scalars have the values that
    their parsers return.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        """Compile the coercion of an operation's variables.

        Args:
            schema: The schema, which must not be changed afterwards.
            operation: An operation that was validated against the schema.
        """
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self.coerce_fast: FastCoercion = _never_fast
        """Returns the coerced values if all are usual; None when `coerce` must be called."""
        coerce_fast: list[_FastVariable] = []
        for node in self._definitions:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                return
            needed = bool(node.default_value) or is_non_null_type(signature.type)
            absent = VariableValueSource(signature)
            coerce_fast.append(_FastVariable(signature.name, signature, is_needed=needed, absent=absent))
        self._source = Source("variables", dict(NAMES))  # kept for tracebacks
        self.coerce_fast = _write_fast(self._source, coerce_fast)

    def coerce(
        self, inputs: Mapping[str, Any], max_errors: int = 50, *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """Return the coerced values, or graphql-core's errors.

        Args:
            inputs: The values as the caller sent them.
            max_errors: The maximum number of errors that are returned.
            hide_suggestions: Whether errors leave out names of the schema.
        """
        return self.coerce_fast(inputs) or get_variable_values(
            self._schema, self._definitions, dict(inputs), max_errors, hide_suggestions
        )


def _write_fast(source: Source, variables: list[_FastVariable]) -> FastCoercion:
    """Write the function that coerces usual values of all variables, and returns None for others."""
    write = _as_displays if all(variable.is_needed for variable in variables) else _as_statements
    lines, made = write(source, variables)
    guarded = ["try:", *indent(lines or ["pass"]), "except Exception:", "    return None"]
    made = f"return new_tuple(VariableValues, {made})"
    name = source.name("coerce_fast")
    source.function([f"def {name}(inputs):", *indent([*guarded, made])])
    source.load()
    return cast("FastCoercion", source.names[name])


def _as_displays(source: Source, variables: list[_FastVariable]) -> tuple[Lines, str]:
    """Write the lines and expressions that coerce variables which all have values."""
    lines: Lines = []
    sources: list[str] = []
    coerced: list[str] = []
    for number, variable in enumerate(variables):
        given, name = f"given_{number}", f'"{checked(variable.name)}"'
        statements, value = _coercion(source, variable.signature.type, given)
        lines += [f"{given} = inputs.get({name}, Undefined)", *statements]
        sources.append(f"{name}: {_noted(source, variable, given)}")
        coerced.append(f"{name}: {value}")
    return lines, f"({{{', '.join(sources)}}}, {{{', '.join(coerced)}}})"


def _as_statements(source: Source, variables: list[_FastVariable]) -> tuple[Lines, str]:
    """Write the same for variables that may have no value."""
    lines: Lines = ["sources, coerced = {}, {}"]
    for variable in variables:
        name = f'"{checked(variable.name)}"'
        absent = source.constant("absent", variable.absent)
        statements, value = _coercion(source, variable.signature.type, "given")
        stored = [f"sources[{name}] = {_noted(source, variable, 'given')}", f"coerced[{name}] = {value}"]
        lines += [
            f"given = inputs.get({name}, Undefined)",
            "if given is Undefined:",
            "    return None" if variable.is_needed else f"    sources[{name}] = {absent}",
            "else:",
            *indent([*statements, *stored]),
        ]
    return lines, "(sources, coerced)"


def _noted(source: Source, variable: _FastVariable, given: str) -> str:
    """Write an expression for the source of a value."""
    return f"new_tuple(VariableValueSource, ({source.constant('signature', variable.signature)}, {given}))"


def _coercion(source: Source, type_: GraphQLInputType, given: str, depth: int = 0) -> tuple[Lines, str]:
    """Write lines that coerce usual values of a type or give up, and an expression for the result.

    `Undefined` is not usual for any type.
    """
    if is_non_null_type(type_):
        return _coercion_of_present(source, type_.of_type, given, depth)
    coerced = source.name("coerced")
    present, value = _coercion_of_present(source, type_, given, depth)
    return [
        f"{coerced} = None",
        f"if {given} is not None:",
        *indent([*present, f"{coerced} = {value}"]),
    ], coerced


def _coercion_of_present(source: Source, type_: Any, given: str, depth: int) -> tuple[Lines, str]:
    """Write the same for values that are not null."""
    if is_list_type(type_) and depth < MAX_LIST_DEPTH:
        return _coercion_of_list(source, type_.of_type, given, depth)
    if not is_scalar_type(type_):
        return GIVE_UP, "None"
    if type_ is specified_scalar_types.get(type_.name):
        expected = EXPECTED.get(type_.name)
        if expected is None:
            return GIVE_UP, "None"
        return [f"if not ({expected.format(given)}):", *indent(GIVE_UP)], given
    parsed = source.name("parsed")
    parse = source.constant("parse", type_.coerce_input_value)
    return [
        f"if {given} is None or {given} is Undefined:",
        *indent(GIVE_UP),
        f"{parsed} = {parse}({given})",
        f"if {parsed} is Undefined:",
        *indent(GIVE_UP),
    ], parsed


def _coercion_of_list(
    source: Source, item_type: GraphQLInputType, given: str, depth: int
) -> tuple[Lines, str]:
    coerced, item = source.name("coerced"), source.name("item")
    lines, value = _coercion(source, item_type, item, depth + 1)
    return [
        f"if {given}.__class__ is not list:",
        *indent(GIVE_UP),
        f"{coerced} = []",
        f"for {item} in {given}:",
        *indent([*lines, f"{coerced}.append({value})"]),
    ], coerced


def _never_fast(_inputs: Mapping[str, Any]) -> None:
    """Leave all variables to graphql-core."""
