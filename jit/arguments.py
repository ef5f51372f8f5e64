"""The arguments of a field: worked out once where they are constant, else as cheaply as they allow."""

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

from jit.run import Run
from jit.source import NAME

Arguments: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """The same immutable values in every execution; `values` must not be changed."""

    values: Arguments


@dataclass(frozen=True, slots=True)
class Usual:
    """What the arguments are where all variables among them have values, and none is null.

    Attributes:
        arguments: all of them, in their order; those that are variables are None here.
        variables: the variables whose values are arguments as they are, by the argument's name.
    """

    arguments: Arguments
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Varying:
    """Values that depend on variables, or must be made anew each time.

    Attributes:
        values: gives them for an execution; raises GraphQLError where graphql-core does.
        usual: what it gives as a rule, if that can be written down; all names are identifiers then.
    """

    values: Callable[[Run], Arguments]
    usual: Usual | None = None


def plan_arguments(field: GraphQLField, node: FieldNode) -> Constant | Varying:
    """How a field's arguments are had."""
    if not field.args:
        return Constant({})
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    constant: Arguments = {}
    variables: list[tuple[str, str, bool]] = []
    for name, definition in field.args.items():
        value = given.get(name)
        if isinstance(value, VariableNode):
            must_be = is_non_null_type(definition.type)
            variables.append((definition.out_name or name, value.name.value, must_be))
            constant[definition.out_name or name] = None  # keeps its place in the order
        elif not _add_constant(constant, node, name, definition):
            return Varying(_general(field, node))
    if not variables:
        return Constant(constant)
    names = [definition.out_name or name for name, definition in field.args.items()]
    usual = Usual(constant, {name: variable for name, variable, _ in variables})
    can_be_written = len(set(names)) == len(names) and are_keywords(usual)
    return Varying(_from_variables(field, node, constant, variables), usual if can_be_written else None)


def are_keywords(usual: Usual) -> bool:
    """Whether the arguments' names can stand in source."""
    return all(NAME.fullmatch(name) and not iskeyword(name) for name in usual.arguments)


def _add_constant(constant: Arguments, node: FieldNode, name: str, definition: GraphQLArgument) -> bool:
    argument = next((each for each in node.arguments or () if each.name.value == name), None)
    if argument is not None and _has_variables(argument.value):
        return False
    found: Arguments = {}
    try:
        coerce_argument(found, node, name, definition, argument, VariableValues({}, {}), None)
    except GraphQLError:
        return False  # it is to be raised for the field, in each execution
    if not all(_is_immutable(value) for value in found.values()):
        return False
    constant.update(found)
    return True


def _has_variables(node: ValueNode) -> bool:
    match node:
        case VariableNode():
            return True
        case ListValueNode():
            return any(_has_variables(each) for each in node.values)
        case ObjectValueNode():
            return any(_has_variables(each.value) for each in node.fields)
        case _:
            return False


def _is_immutable(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | Enum)


def _general(field: GraphQLField, node: FieldNode) -> Callable[[Run], Arguments]:
    def values(run: Run) -> Arguments:
        return get_argument_values(field, node, run.variables, None, run.settings.hide_suggestions)

    return values


def _from_variables(
    field: GraphQLField, node: FieldNode, constant: Arguments, variables: list[tuple[str, str, bool]]
) -> Callable[[Run], Arguments]:
    general = _general(field, node)

    def values(run: Run) -> Arguments:
        coerced = run.variables.coerced
        found = constant.copy()
        for name, variable, must_be in variables:
            value = found[name] = coerced.get(variable)
            if value is None and (must_be or variable not in coerced):
                return general(run)  # a default, or an error
        return found

    return values
