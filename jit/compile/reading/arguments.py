"""The arguments of a field: computed once if they are constant, otherwise as cheaply as possible."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from keyword import iskeyword
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, coerce_argument, get_argument_values

from jit.compile.source import NAME
from jit.runtime.execution import Execution

Arguments: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConstantArguments:
    """Arguments with the same immutable values in every execution; `values` must not be changed."""

    values: Arguments


@dataclass(frozen=True, slots=True)
class InlineArguments:
    """Arguments that generated code writes out, used when each of their variables has a value.

    Attributes:
        arguments: All arguments, in order; None stands for a variable's value.
        variables: The variable of each argument that takes a variable's value as it is.
    """

    arguments: Arguments
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class VariableArguments:
    """Arguments that depend on variables, or must be made for each execution.

    Attributes:
        values: Returns the arguments for an execution; raises GraphQLError whenever graphql-core does.
        inline: The usual case, if generated code can write it out; then all names are identifiers.
    """

    values: Callable[[Execution], Arguments]
    inline: InlineArguments | None = None


FieldArguments: TypeAlias = ConstantArguments | VariableArguments


def plan_arguments(field: GraphQLField, node: FieldNode) -> FieldArguments:
    """Decide how a field's arguments are computed."""
    if not field.args:
        return ConstantArguments({})
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    constant: Arguments = {}
    variables: list[tuple[str, str, bool]] = []
    for name, definition in field.args.items():
        value = given.get(name)
        if isinstance(value, VariableNode):
            must_be = is_non_null_type(definition.type)
            variables.append((definition.out_name or name, value.name.value, must_be))
            constant[definition.out_name or name] = None  # keeps its slot in the order
        elif not _add_constant(constant, node, name, definition):
            return VariableArguments(_general(field, node))
    if not variables:
        return ConstantArguments(constant)
    names = [definition.out_name or name for name, definition in field.args.items()]
    inline = InlineArguments(constant, {name: variable for name, variable, _ in variables})
    can_be_written = len(set(names)) == len(names) and are_keywords(inline)
    return VariableArguments(
        _from_variables(field, node, constant, variables), inline if can_be_written else None
    )


def are_keywords(inline: InlineArguments) -> bool:
    """Tell whether the arguments' names can be keyword arguments in source."""
    return all(NAME.fullmatch(name) and not iskeyword(name) for name in inline.arguments)


def _add_constant(constant: Arguments, node: FieldNode, name: str, definition: GraphQLArgument) -> bool:
    argument = next((argument for argument in node.arguments or () if argument.name.value == name), None)
    if argument is not None and _has_variables(argument.value):
        return False
    arguments: Arguments = {}
    try:
        coerce_argument(arguments, node, name, definition, argument, VariableValues({}, {}), None)
    except GraphQLError:
        return False  # each execution raises it for the field
    if not all(_is_immutable(value) for value in arguments.values()):
        return False
    constant.update(arguments)
    return True


def _has_variables(node: ValueNode) -> bool:
    match node:
        case VariableNode():
            return True
        case ListValueNode():
            return any(_has_variables(value) for value in node.values)
        case ObjectValueNode():
            return any(_has_variables(field.value) for field in node.fields)
        case _:
            return False


def _is_immutable(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | Enum)


def _general(field: GraphQLField, node: FieldNode) -> Callable[[Execution], Arguments]:
    def values(execution: Execution) -> Arguments:
        return get_argument_values(
            field, node, execution.variables, None, execution.settings.hide_suggestions
        )

    return values


def _from_variables(
    field: GraphQLField, node: FieldNode, constant: Arguments, variables: list[tuple[str, str, bool]]
) -> Callable[[Execution], Arguments]:
    general = _general(field, node)

    def values(execution: Execution) -> Arguments:
        coerced = execution.variables.coerced
        arguments = constant.copy()
        for name, variable, must_be in variables:
            value = arguments[name] = coerced.get(variable)
            if value is None and (must_be or variable not in coerced):
                return general(execution)  # a default, or an error
        return arguments

    return values
