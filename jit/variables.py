"""Coercion of variables: compiled for what usually comes; for the rest, and errors, graphql-core's own."""

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

from jit.source import Lines, Source, checked, indent

Usual: TypeAlias = Callable[[Mapping[str, Any]], VariableValues | None]
EXPECTED: Final[Mapping[str, str]] = {
    "String": "{0}.__class__ is str",
    "ID": "{0}.__class__ is str",
    "Boolean": "{0}.__class__ is bool",
    "Int": "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
}
"""When a value of a built-in scalar is its own result; other values, and scalars, are graphql-core's."""

GIVE_UP: Final[Lines] = ["return None"]
MOST_LISTS: Final = 8
"""Lists within lists: Python nests twenty loops at most, and clients choose the types of variables."""

NAMES: Final[Mapping[str, Any]] = {
    "Undefined": Undefined,
    "VariableValueSource": VariableValueSource,
    "VariableValues": VariableValues,
    "new_tuple": tuple.__new__,
}


class _Usual(NamedTuple):
    """A variable whose values need not be looked at by graphql-core, as a rule.

    Attributes:
        is_needed: whether it is unusual that there is no value.
        absent: what is noted where there is none.
    """

    name: str
    signature: GraphQLVariableSignature
    is_needed: bool
    absent: VariableValueSource


class Variables:
    """The variables of an operation, whose coercion is compiled once.

    Values given to `coerce` are not changed; lists among the coerced ones are new, and what custom
    scalars parse is what their parsers give.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        """Compiles the coercion of an operation's variables.

        Args:
            schema: must not be changed afterwards.
            operation: validated against the schema.
        """
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self.usual: Usual = _nothing_is_usual
        """Gives the coerced values, if all are as they usually are; None when `coerce` must look at them."""
        usual: list[_Usual] = []
        for node in self._definitions:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                return
            needed = bool(node.default_value) or is_non_null_type(signature.type)
            absent = VariableValueSource(signature)
            usual.append(_Usual(signature.name, signature, is_needed=needed, absent=absent))
        self._source = Source("variables", dict(NAMES))  # kept for tracebacks
        self.usual = _write_usual(self._source, usual)

    def coerce(
        self, inputs: Mapping[str, Any], max_errors: int = 50, *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """The coerced values, or what is wrong with them: exactly graphql-core's.

        Args:
            inputs: the values as the caller sent them.
            max_errors: how many errors are told.
            hide_suggestions: whether errors propose names of the schema.
        """
        return self.usual(inputs) or get_variable_values(
            self._schema, self._definitions, dict(inputs), max_errors, hide_suggestions
        )


def _write_usual(source: Source, variables: list[_Usual]) -> Usual:
    """Writes the function that coerces usual values of all variables, and gives None for others."""
    write = _as_displays if all(each.is_needed for each in variables) else _as_statements
    lines, made = write(source, variables)
    guarded = ["try:", *indent(lines or ["pass"]), "except Exception:", "    return None"]
    made = f"return new_tuple(VariableValues, {made})"
    name = source.name("usual")
    source.function([f"def {name}(inputs):", *indent([*guarded, made])])
    source.load()
    return cast("Usual", source.names[name])


def _as_displays(source: Source, variables: list[_Usual]) -> tuple[Lines, str]:
    """For variables of which each has a value: lines, and an expression for sources and coerced values."""
    lines: Lines = []
    sources: list[str] = []
    coerced: list[str] = []
    for number, each in enumerate(variables):
        given, name = f"given_{number}", f'"{checked(each.name)}"'
        coercing, value = _coercing(source, each.signature.type, given)
        lines += [f"{given} = inputs.get({name}, Undefined)", *coercing]
        sources.append(f"{name}: {_noted(source, each, given)}")
        coerced.append(f"{name}: {value}")
    return lines, f"({{{', '.join(sources)}}}, {{{', '.join(coerced)}}})"


def _as_statements(source: Source, variables: list[_Usual]) -> tuple[Lines, str]:
    """The same for variables that may have none."""
    lines: Lines = ["sources, coerced = {}, {}"]
    for each in variables:
        name = f'"{checked(each.name)}"'
        absent = source.constant("absent", each.absent)
        coercing, value = _coercing(source, each.signature.type, "given")
        stored = [f"sources[{name}] = {_noted(source, each, 'given')}", f"coerced[{name}] = {value}"]
        lines += [
            f"given = inputs.get({name}, Undefined)",
            "if given is Undefined:",
            "    return None" if each.is_needed else f"    sources[{name}] = {absent}",
            "else:",
            *indent([*coercing, *stored]),
        ]
    return lines, "(sources, coerced)"


def _noted(source: Source, variable: _Usual, given: str) -> str:
    """An expression for where a value came from."""
    return f"new_tuple(VariableValueSource, ({source.constant('signature', variable.signature)}, {given}))"


def _coercing(source: Source, type_: GraphQLInputType, given: str, depth: int = 0) -> tuple[Lines, str]:
    """Lines that coerce usual values of a type, and give up for others; and an expression for the result.

    `Undefined` is unusual, whatever the type.
    """
    if is_non_null_type(type_):
        return _coercing_present(source, type_.of_type, given, depth)
    coerced = source.name("coerced")
    present, value = _coercing_present(source, type_, given, depth)
    return [
        f"{coerced} = None",
        f"if {given} is not None:",
        *indent([*present, f"{coerced} = {value}"]),
    ], coerced


def _coercing_present(source: Source, type_: Any, given: str, depth: int) -> tuple[Lines, str]:
    """The same for values that are not null."""
    if is_list_type(type_) and depth < MOST_LISTS:
        return _coercing_list(source, type_.of_type, given, depth)
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


def _coercing_list(source: Source, item_type: GraphQLInputType, given: str, depth: int) -> tuple[Lines, str]:
    coerced, item = source.name("coerced"), source.name("item")
    lines, value = _coercing(source, item_type, item, depth + 1)
    return [
        f"if {given}.__class__ is not list:",
        *indent(GIVE_UP),
        f"{coerced} = []",
        f"for {item} in {given}:",
        *indent([*lines, f"{coerced}.append({value})"]),
    ], coerced


def _nothing_is_usual(_inputs: Mapping[str, Any]) -> None:
    """For variables of which graphql-core has something to say each time."""
