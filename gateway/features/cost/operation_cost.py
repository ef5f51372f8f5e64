"""The cost of an operation: estimated before it is planned, and counted in its response."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import FieldNode
from graphql.execution.values import VariableValues

from gateway.features.cost.field_call import FieldCall, field_call
from gateway.features.cost.rules import CostRules, FieldRule
from gateway.pipeline.preparation.costs import Estimate

MAX_COST: Final = 1_000_000_000
"""Costs are capped here: nested lists multiply, and no limit is this high."""


@dataclass(frozen=True, slots=True)
class TypeCase:
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


@dataclass(frozen=True, slots=True)
class CountedField:
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


@dataclass(frozen=True, slots=True)
class CountedFields:
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
            FieldCall() if position in variable else field_call(rules, each.rule, each.node, None)
            for position, each in enumerate(self._fields)
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
            each = self._fields[position]
            calls[position] = field_call(self._rules, each.rule, each.node, variables)
        return calls

    def _estimate(self, calls: Sequence[FieldCall]) -> Estimate:
        costs = [0] * len(self._fields)
        # Fields of many types share their cases; the costliest case is searched once.
        costliest: dict[int, tuple[int, int]] = {}
        for position in self._order:
            each, call = self._fields[position], calls[position]
            weight = each.rule.weight
            one = weight or 0
            if each.cases:
                known = costliest.get(id(each.cases))
                if known is None:
                    known = costliest[id(each.cases)] = _costliest(each.cases, costs)
                one = known[0] if weight is None else weight + known[1]
            size = _size(each, calls, self._rules.list_size)
            costs[position] = min(MAX_COST, max(0, call.cost + size * max(0, one)))
        cost = min(MAX_COST, self._base + sum(costs[position] for position in self._root.fields))
        return Estimate(cost, next((call.fault for call in calls if call.fault is not None), None))

    def _in_case(self, case: TypeCase, data: dict[str, Any], calls: Sequence[FieldCall]) -> int:
        """Return the cost of the selections on an object."""
        cost = 0
        for position in case.fields:
            each = self._fields[position]
            cost += calls[position].cost + self._value(each, data.get(each.response), calls)
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
    size = next((each for each in said if each is not None), default)
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
