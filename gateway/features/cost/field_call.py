"""Evaluates the arguments of one field in a document: the length of its list, and the arguments' own cost."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLError, GraphQLField, VariableNode
from graphql.execution.values import VariableValues, get_argument_values

from gateway.features.cost.rules import CostRules, FieldRule
from gateway.supergraph import ListSize


class FieldCall(NamedTuple):
    """The effect of a field's arguments on its cost.

    Attributes:
        size: The length of the list according to `@listSize`; None if it does not say.
        cost: The cost of the arguments.
        fault: What is wrong with the slicing arguments, if anything.
    """

    size: int | None = None
    cost: int = 0
    fault: str | None = None


def field_call(
    rules: CostRules, rule: FieldRule, node: FieldNode, variables: VariableValues | None
) -> FieldCall:
    """Evaluate a field's arguments.

    Args:
        rules: The schema's rules.
        rule: The rule of the field.
        node: The field's node in the document.
        variables: The coerced variables; None if the arguments use none.
    """
    if not rule.heeds_arguments:
        return FieldCall(size=None if rule.size is None else rule.size.assumed)
    values = _values(rule.definition, node, variables)
    given = _given(node, variables)
    cost = sum(
        rules.input_cost(values.get(name), rule.definition.args[name].type, rule.arguments.get(name))
        for name in given
        if name in rule.definition.args
    )
    if rule.size is None:
        return FieldCall(cost=cost)
    size, fault = _list_size(rule.size, rule.coordinate, values, given)
    return FieldCall(size, cost, fault)


def _values(definition: GraphQLField, node: FieldNode, variables: VariableValues | None) -> Mapping[str, Any]:
    """Return the values of arguments, without those that the subgraph will refuse."""
    try:
        return get_argument_values(definition, node, variables)
    except GraphQLError:
        values: dict[str, Any] = {}
        for name, argument in definition.args.items():
            with suppress(GraphQLError):
                one = GraphQLField(definition.type, {name: argument})
                values |= get_argument_values(one, node, variables)
        return values


def _given(node: FieldNode, variables: VariableValues | None) -> frozenset[str]:
    """Return the arguments given in the document, except by variables without a value."""
    coerced = {} if variables is None else variables.coerced
    return frozenset(
        argument.name.value
        for argument in node.arguments or ()
        if not isinstance(argument.value, VariableNode) or argument.value.name.value in coerced
    )


def _list_size(
    size: ListSize, coordinate: str, values: Mapping[str, Any], given: frozenset[str]
) -> tuple[int | None, str | None]:
    """Return the length of the list, and the fault of the slicing arguments.

    The largest slicing argument counts, including defaults. A null argument counts as absent, and a negative
    one does not determine the length. An empty slice counts as one value, because the field is executed.
    """
    found = {path: _length(values, path) for path in size.slicing}
    found = {path: length for path, length in found.items() if length is not None}
    lengths = [length for length in found.values() if length is not None and length >= 0]
    length = max(1, *lengths) if lengths else size.assumed
    if not size.slicing or not size.one_slicing:
        return length, None
    written = sum(path.split(".")[0] in given for path in found)
    if written == 1 or (found and not written):
        return length, None
    names = ", ".join(size.slicing)
    return length, f"{coordinate} needs exactly one of the arguments {names}, but has {written}."


def _length(values: Mapping[str, Any], path: str) -> int | None:
    """Return the number, or the number of items, at the end of a path through input objects."""
    value: Any = values
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
