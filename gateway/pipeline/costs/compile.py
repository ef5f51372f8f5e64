"""Compiles an operation's normal form to a cost function that depends on variables alone.

Fields that several types share are counted once, so the work is linear in the normal form, whose size is
bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from graphql import FieldNode

from gateway.pipeline.costs.operation_cost import (
    CountedField,
    CountedFields,
    OperationCost,
    TypeCase,
)
from gateway.pipeline.costs.rules import CostRules, FieldRule
from gateway.supergraph import Field, Selections

KIND_COSTS: Final = {"mutation": 10, "subscription": 10}
"""The cost of an operation in addition to its fields, by kind; a query costs nothing in addition.

A subscription lasts, and would cost nothing else if its events were scalars.
"""

Sized: TypeAlias = tuple[tuple[tuple[str, ...], int], ...]
"""Lists whose size an ancestor field sets: the path to each, with that field's position."""


def operation_cost(
    rules: CostRules, kind: str, root: str, wanted: Selections, introspected: Mapping[str, Selections]
) -> OperationCost:
    """Compile the cost of an operation in normal form.

    Args:
        rules: How fields are counted.
        kind: Query, mutation or subscription.
        root: The name of the root type.
        wanted: The operation's selections.
        introspected: The selections below introspection fields, by response name.
    """
    compiler = _Compiler(rules, introspected)
    case = compiler.case(root, wanted.of(root), ())
    counted = CountedFields(
        tuple(counted_field for counted_field in compiler.fields if counted_field is not None),
        tuple(compiler.order),
        tuple(compiler.dynamic),
    )
    return OperationCost(rules, KIND_COSTS.get(kind, 0), case, counted)


@dataclass(slots=True)
class _Compiler:
    """Collects the fields of an operation, each at a position of its own.

    Attributes:
        fields: The fields by position; None while a field's own selections are being collected.
        order: The positions, each after those of the fields below it.
        dynamic: The positions of fields with variables in their arguments.
    """

    rules: CostRules
    introspected: Mapping[str, Selections]
    fields: list[CountedField | None] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    dynamic: list[int] = field(default_factory=list)
    _known: dict[tuple[int, int, Sized], int] = field(default_factory=dict)
    _known_cases: dict[tuple[int, frozenset[str], Sized], tuple[TypeCase, ...]] = field(default_factory=dict)

    def case(self, concrete: str, fields: tuple[Field, ...], sized: Sized) -> TypeCase:
        """Return the selections on objects of a concrete type."""
        positions: list[int] = []
        typename = None
        for wanted in fields:
            rule = self.rules.field(concrete, wanted.name)
            if wanted.name == "__typename":
                typename = wanted.response
            elif rule is not None and wanted.node is not None and not rule.is_free:
                positions.append(self._position(rule, wanted, wanted.node, sized))
        return TypeCase(
            types=frozenset({concrete}),
            weight=self.rules.weight(concrete),
            fields=tuple(positions),
            keys=frozenset(wanted.response or "" for wanted in fields),
            typename=typename,
        )

    def _position(self, rule: FieldRule, wanted: Field, node: FieldNode, sized: Sized) -> int:
        """Return the position of a field, which is assigned once."""
        below = tuple((path[1:], by) for path, by in sized if path[0] == wanted.name)
        key = (id(wanted), id(rule), below)
        if key in self._known:
            return self._known[key]
        position = self._known[key] = len(self.fields)
        self.fields.append(None)
        size = rule.size
        named_above = tuple(by for path, by in below if not path)
        own = (position,) if size is not None and not size.sized else ()
        sizes = () if size is None else tuple((tuple(path.split(".")), position) for path in size.sized)
        further = tuple((path, by) for path, by in below if path)
        self.fields[position] = CountedField(
            response=wanted.response or wanted.name,
            node=replace(node, selection_set=None, loc=None),  # its selections are in the cases
            rule=rule,
            cases=self._cases(rule.types, wanted, (*sizes, *further)),
            sized_by=(*named_above, *own),
        )
        self.order.append(position)
        if wanted.variables and rule.heeds_arguments:
            self.dynamic.append(position)
        return position

    def _cases(self, types: frozenset[str], wanted: Field, sized: Sized) -> tuple[TypeCase, ...]:
        """Return the selections on a field's values, by their types; none for a leaf."""
        if not types:
            return ()
        key = (id(wanted), types, sized)
        if key not in self._known_cases:
            self._known_cases[key] = self._new_cases(types, wanted, sized)
        return self._known_cases[key]

    def _new_cases(self, types: frozenset[str], wanted: Field, sized: Sized) -> tuple[TypeCase, ...]:
        children = wanted.children or self.introspected.get(wanted.response or "", Selections(()))
        cases = [
            self.case(concrete, group.fields, sized)
            for group in children.groups
            for concrete in sorted(group.types)
        ]
        covered = frozenset(concrete for group in children.groups for concrete in group.types)
        cases += [self.case(concrete, (), ()) for concrete in sorted(types - covered)]
        # Types with equal counts share a case.
        merged: dict[tuple[int, tuple[int, ...], frozenset[str], str | None], set[str]] = {}
        for case in cases:
            alike = (case.weight, case.fields, case.keys, case.typename)
            merged.setdefault(alike, set()).update(case.types)
        return tuple(
            TypeCase(frozenset(types), weight, fields, keys, typename)
            for (weight, fields, keys, typename), types in merged.items()
        )
