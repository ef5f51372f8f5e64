"""The cost of an operation: estimated before it is planned, and counted in its response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from graphql import FieldNode, GraphQLError, GraphQLField, VariableNode
from graphql.execution.values import VariableValues, get_argument_values
from msgspec import Struct

from gateway.pipeline.costs.rules import CostRules, FieldRule
from gateway.pipeline.preparation.costs import Estimate
from gateway.supergraph import ListSize

MAX_COST: Final = 1_000_000_000
"""Costs are capped here: nested lists multiply, and no limit is this high."""


class TypeCase(Struct, frozen=True):
    """The selections on an object if it has one of these types.

    Attributes:
        types: The concrete types; types with equal costs share a case.
        weight: The weight of an object of these types.
        fields: The positions of the fields that may have a cost.
        keys: The response keys of such an object.
        typename: The response key of `__typename`, if it is selected.
    """

    types: frozenset[str]
    weight: int
    fields: tuple[int, ...]
    keys: frozenset[str]
    typename: str | None


class CountedField(Struct, frozen=True):
    """A field of an operation.

    Attributes:
        response: The field's response key.
        node: The field's node in the document.
        rule: How it is counted.
        cases: The selections on its values, by their types; empty for a leaf.
        sized_by: The positions of the fields whose `@listSize` may determine the length of its list:
            ancestors that name it in `sizedFields`, then itself.
    """

    response: str
    node: FieldNode
    rule: FieldRule
    cases: tuple[TypeCase, ...]
    sized_by: tuple[int, ...]


class CountedFields(Struct, frozen=True):
    """The fields of an operation, each at a position of its own.

    Attributes:
        fields: The fields.
        order: Their positions, each after those of the fields below it.
        dynamic: The positions of the fields whose arguments have variables.
    """

    fields: tuple[CountedField, ...]
    order: tuple[int, ...]
    dynamic: tuple[int, ...]


class OperationCost:
    """The cost function of an operation, for given values of its conditions.

    Attributes:
        fixed: The estimate, if it does not depend on variables.
    """

    def __init__(self, rules: CostRules, base: int, root: TypeCase, fields: CountedFields) -> None:
        """Estimate the part that does not depend on variables.

        Args:
            rules: The schema's rules.
            base: The cost of the operation itself.
            root: The selections on the root.
            fields: The operation's fields.
        """
        self._rules = rules
        self._base = base
        self._root = root
        self._fields = fields.fields
        self._order = fields.order
        self._dynamic = fields.dynamic
        variable = frozenset(fields.dynamic)
        self._calls = [
            FieldCall() if position in variable else field_call(rules, field.rule, field.node, None)
            for position, field in enumerate(self._fields)
        ]
        self.fixed = None if self._dynamic else self._estimate(self._calls)

    @property
    def counted(self) -> int:
        """The number of fields that are counted."""
        return len(self._fields)

    def estimate(self, variables: VariableValues) -> Estimate:
        """Estimate what the operation may cost.

        Args:
            variables: The coerced variables.
        """
        return self.fixed or self._estimate(self._called(variables))

    def actual(self, data: object, variables: VariableValues | None) -> int:
        """Return the actual cost of a response: the same sum, with the actual lengths of its lists.

        A null value costs only its arguments.

        Args:
            data: The response's data.
            variables: The coerced variables; None if `fixed` shows that they do not matter.
        """
        if not isinstance(data, dict):
            return self._base
        return self._base + self._in_case(self._root, data, self._called(variables))

    def _called(self, variables: VariableValues | None) -> list[FieldCall]:
        if not self._dynamic or variables is None:
            return self._calls
        calls = list(self._calls)
        for position in self._dynamic:
            field = self._fields[position]
            calls[position] = field_call(self._rules, field.rule, field.node, variables)
        return calls

    def _estimate(self, calls: Sequence[FieldCall]) -> Estimate:
        costs = [0] * len(self._fields)
        # Fields of many types share their cases; the costliest case is searched once.
        costliest: dict[int, tuple[int, int]] = {}
        for position in self._order:
            field, call = self._fields[position], calls[position]
            weight = field.rule.weight
            item_cost = weight or 0
            if field.cases:
                known = costliest.get(id(field.cases))
                if known is None:
                    known = costliest[id(field.cases)] = _costliest(field.cases, costs)
                item_cost = known[0] if weight is None else weight + known[1]
            size = _size(field, calls, self._rules.list_size)
            costs[position] = min(MAX_COST, max(0, call.cost + size * max(0, item_cost)))
        cost = min(MAX_COST, self._base + sum(costs[position] for position in self._root.fields))
        return Estimate(cost, next((call.fault for call in calls if call.fault is not None), None))

    def _in_case(self, case: TypeCase, data: dict[str, Any], calls: Sequence[FieldCall]) -> int:
        """Return the cost of the selections on an object."""
        cost = 0
        for position in case.fields:
            field = self._fields[position]
            cost += calls[position].cost + self._value(field, data.get(field.response), calls)
        return cost

    def _value(self, field: CountedField, value: object, calls: Sequence[FieldCall]) -> int:
        """Return the cost of a field's value, without its arguments."""
        if value is None:
            return 0
        if not field.cases:
            return max(0, field.rule.weight or 0) * _leaves(value, field.rule.dimensions)
        if isinstance(value, list):
            return sum(self._value(field, item, calls) for item in value)
        if not isinstance(value, dict):
            return 0
        weight, most = field.rule.weight, 0
        for case in field.cases if len(field.cases) == 1 else _possible(field.cases, value):
            cost = (case.weight if weight is None else weight) + self._in_case(case, value, calls)
            most = max(most, cost)
        return most


def _costliest(cases: tuple[TypeCase, ...], costs: Sequence[int]) -> tuple[int, int]:
    """Return the cost of the costliest case, with and without the weight of its type."""
    below = [sum(costs[position] for position in case.fields) for case in cases]
    weighed = [case.weight + cost for case, cost in zip(cases, below, strict=True)]
    return max(weighed), max(below)


def _size(field: CountedField, calls: Sequence[FieldCall], default: int) -> int:
    """Return how many values a field has in all its lists."""
    if not field.rule.dimensions:
        return 1
    said = (calls[position].size for position in field.sized_by)
    size = next((size for size in said if size is not None), default)
    for _ in range(field.rule.dimensions - 1):
        size *= default
    return size


def _leaves(value: object, dimensions: int) -> int:
    if dimensions and isinstance(value, list):
        return sum(_leaves(item, dimensions - 1) for item in value)
    return int(value is not None)


def _possible(cases: tuple[TypeCase, ...], value: dict[str, Any]) -> Iterable[TypeCase]:
    """Return the possible cases of an object: by its type if the client selected it, else by its keys."""
    for case in cases:
        if case.typename is not None and value.get(case.typename) in case.types:
            return (case,)
    return [case for case in cases if case.keys == value.keys()] or cases


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
                single = GraphQLField(definition.type, {name: argument})
                values |= get_argument_values(single, node, variables)
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
    by_path = {path: _length(values, path) for path in size.slicing}
    by_path = {path: length for path, length in by_path.items() if length is not None}
    lengths = [length for length in by_path.values() if length is not None and length >= 0]
    length = max(1, *lengths) if lengths else size.assumed
    if not size.slicing or not size.one_slicing:
        return length, None
    written = sum(path.split(".")[0] in given for path in by_path)
    if written == 1 or (by_path and not written):
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
