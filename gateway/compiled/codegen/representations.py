"""Generates the functions that find the objects of an entity fetch and build their representations.

A function returns the variable with the representations, without duplicates, and the objects that each of
them identifies. If a value is missing, it raises before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_nullable_type,
)

from gateway.compiled.codegen.leaf_tests import LeafTests
from gateway.compiled.deopt import Deoptimize
from gateway.plan import (
    Entities,
    Names,
    ObjectTypes,
    Path,
    RepresentationField,
    RepresentationGroup,
    only_type,
)
from gateway.supergraph.selections import TYPENAME
from jit.codegen import Source, checked, indent

EXACT: Final = frozenset({str, int, type(None)})
"""Classes whose values are equal only if their JSON is equal, unlike `True == 1` and `1 == 1.0`."""

ITEM: Final = "_item"
"""The suffix of an item's variable, after the name of its list."""


@dataclass(slots=True)
class RepresentationCodegen:
    """Generates functions for entity fetches.

    Attributes:
        leaves: Writes the tests of leaves.
        names: The root of the tree of data.
        trusted: Whether all values are known to be valid for their types.
    """

    leaves: LeafTests
    names: Names
    trusted: bool = False
    _variants: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The source that the functions are written to."""
        return self.leaves.functions.source

    def function(self, entities: Entities) -> str:
        """Return the name of the function `(root) -> Found` that finds the entities of a fetch."""
        self.source.names |= {"Deoptimize": Deoptimize, "EXACT": EXACT, "as_json": as_json}
        name, variable = self.source.name("find"), checked(entities.variable)
        if len(entities.paths) == 1 and not any(step.lists for step in entities.paths[0]):
            lines = self._objects(entities.paths[0], entities, "root", self.names, alone=True)
            lines.append("return {}, []")
        else:
            lines = ["sent, groups, index = [], [], {}"]
            for path in entities.paths:
                lines += self._objects(path, entities, "root", self.names, alone=False)
            lines.append(f'return {{"{variable}": sent}} if sent else {{}}, groups')
        self.source.function([f"def {name}(root):", *indent(lines)])
        return name

    def _objects(self, path: Path, entities: Entities, data: str, names: Names, *, alone: bool) -> list[str]:
        """Return the lines that follow a path from the object in `data` to its end."""
        step, *rest = path
        value = f"{'below' if rest else 'entity'}{len(rest) or ''}"
        there = names.below[step.response_key]
        if rest:
            below = self._objects(tuple(rest), entities, value + ITEM * step.lists, there, alone=alone)
        else:
            below = self._taken(entities, value + ITEM * step.lists, there, data, alone=alone)
        key = checked(step.response_key)
        # An object has no entity's fields if its entity is null; the root has all fields that were selected.
        taken = f'{data}["{key}"]' if names is self.names else f'{data}.get("{key}")'
        inner = [f"{value} = {taken}", *_each(value, step.lists, below)]
        if step.types is None:
            return inner
        types = self.source.constant("types", step.types)
        return [f'if {data}.get("{TYPENAME}") in {types}:', *indent(inner)]

    def _taken(self, entities: Entities, data: str, names: Names, parent: str, *, alone: bool) -> list[str]:
        """Return the lines that represent an object, which a field of its parent has led to."""
        only = only_type(names.types)
        if only is not None:
            if only not in entities.representations:
                return ["pass"]
            return [
                f'if {data}.get("{TYPENAME}") != "{checked(only)}":',
                "    raise Deoptimize",
                *self._represented(entities, only, data, names, alone=alone),
            ]
        lines = [f'concrete = {data}.get("{TYPENAME}")']
        word = "if"
        if len(names.types) > 1:
            lines += self._check_type(names, parent)
        for concrete in _possible(entities.representations, names.types):
            lines += [f'{word} concrete == "{checked(concrete)}":']
            lines += indent(self._represented(entities, concrete, data, names, alone=alone))
            word = "elif"
        return lines

    def _check_type(self, names: Names, parent: str) -> list[str]:
        """Return the lines that raise unless the type of an object is possible below its parent's type."""
        every = _names(names.types)
        parents = frozenset[str]().union(*(object_types.parents for object_types in names.types))
        below = {concrete: _names(names.types_below(concrete)) for concrete in sorted(parents)}
        possible = f'{self.source.constant("below", below)}.get({parent}.get("{TYPENAME}"), {{}})'
        return [
            f"if concrete not in {possible.format(self.source.constant('every', every))}:",
            "    raise Deoptimize",
        ]

    def _represented(
        self, entities: Entities, concrete: str, data: str, names: Names, *, alone: bool
    ) -> list[str]:
        sent_as, fields = entities.sent_as.get(concrete, concrete), entities.representations[concrete]
        lines, values = self._read(fields, data, "v", names, concrete, kept=not alone)
        representation = _written([f'"{TYPENAME}": "{checked(sent_as)}"'], values)
        if alone:
            sent = f'{{"{checked(entities.variable)}": [{representation}]}}'
            return [*lines, f"return {sent}, [[{data}]]"]
        return lines + self._indexed(sent_as, fields, values, representation, data)

    def _indexed(
        self,
        sent_as: str,
        fields: Sequence[RepresentationField],
        values: Mapping[str, str],
        representation: str,
        data: str,
    ) -> list[str]:
        """Return the lines that send equal representations once."""
        names = tuple(sorted(values))
        variant = self._variants.setdefault((sent_as, names), len(self._variants))
        lines = [f"known = as_json({representation})"]
        if all(wanted.below is None for wanted in fields):
            inexact = [values[wanted.name] for wanted in fields if not _is_exact(wanted.type)]
            exact = " and ".join(f"{value}.__class__ in EXACT" for value in inexact)
            known = f"known = ({variant}, {', '.join(values[name] for name in names)})"
            lines = [f"if {exact}:", *indent([known]), "else:", *indent(lines)] if exact else [known]
        return [
            *lines,
            "group = index.get(known)",
            "if group is None:",
            f"    index[known] = group = [{data}]",
            f"    sent.append({representation})",
            "    groups.append(group)",
            "else:",
            f"    group.append({data})",
        ]

    def _read(
        self,
        fields: Sequence[RepresentationField],
        data: str,
        stem: str,
        names: Names,
        parent: str,
        *,
        kept: bool = False,
    ) -> tuple[list[str], dict[str, str]]:
        """Return the lines that read and check an object's fields, and by name, the expression of each value.

        Args:
            fields: The fields.
            data: The variable of the object.
            stem: The beginning of the names of the values' variables.
            names: The object's place.
            parent: The object's type.
            kept: Whether all values are needed in variables.
        """
        lines: list[str] = []
        values: dict[str, str] = {}
        for number, wanted in enumerate(fields):
            taken, value = f'{data}["{checked(wanted.response_key)}"]', f"{stem}{number}"
            checks = self._checks(value, wanted, names, parent)
            values[wanted.name] = value if kept or checks else taken
            lines += [f"{value} = {taken}", *checks] if kept or checks else []
        return lines, values

    def _checks(self, value: str, wanted: RepresentationField, names: Names, parent: str) -> list[str]:
        """Return the lines that leave a value to the interpreter unless it can be sent."""
        if wanted.below is not None:
            return self._part_of(value, wanted, names.below[wanted.response_key], parent)
        if self._may_not_be_null(wanted):
            unfit = None if self.trusted else self.leaves.unfit(wanted.type)
            failed: str | None = (unfit or "{0} is None").format(value)
        else:
            failed = None if self.trusted else self.leaves.failed(wanted.type, value)
        return [] if failed is None else [f"if {failed}:", "    raise Deoptimize"]

    def _may_not_be_null(self, wanted: RepresentationField) -> bool:
        """Return whether the interpreter decides what it means if a value is null."""
        return not self.trusted if wanted.non_null else wanted.key

    def _part_of(self, value: str, wanted: RepresentationField, names: Names, parent: str) -> list[str]:
        """Return the lines that replace a value by the part that is sent; usually an object with leaves."""
        groups = wanted.below or ()
        may_be_null = not self._may_not_be_null(wanted)
        is_list = isinstance(get_nullable_type(wanted.type), GraphQLList)
        if is_list or not groups[0].only or any(inner.below is not None for inner in groups[0].fields):
            # The function for a part raises for null.
            taken = f"{value} = {self._part(groups, names, parent, wanted.type)}({value})"
            return [f"if {value} is not None:", f"    {taken}"] if may_be_null else [taken]
        lines, values = self._read(groups[0].fields, value, f"{value}_", names, groups[0].concrete)
        lines.append(f"{value} = {_written(_typename(groups[0]), values)}")
        other = f"elif {value} is not None:" if may_be_null else "else:"
        return [f"if {value}.__class__ is dict:", *indent(lines), other, "    raise Deoptimize"]

    def _part(
        self, groups: tuple[RepresentationGroup, ...], names: Names, parent: str, output: GraphQLOutputType
    ) -> str:
        """Return the name of the function for the part of an object, or of a list of them, that is sent."""
        name, types = self.source.name("part"), names.types_below(parent)
        items = get_nullable_type(output)
        if isinstance(items, GraphQLList):
            part = f"{self._part(groups, names, parent, items.of_type)}(item)"
            made = part if isinstance(items.of_type, GraphQLNonNull) else f"None if item is None else {part}"
            body = ["if value.__class__ is not list:", "    raise Deoptimize"]
            body.append(f"return [{made} for item in value]")
        else:
            body = ["if value.__class__ is not dict:", "    raise Deoptimize"]
            body += self._group(groups[0], names) if groups[0].only else self._by_type(groups, names, types)
        self.source.function([f"def {name}(value):", *indent(body)])
        return name

    def _by_type(
        self, groups: Sequence[RepresentationGroup], names: Names, types: Iterable[ObjectTypes]
    ) -> list[str]:
        lines = [f'concrete = value.get("{TYPENAME}")']
        by_type = {group.concrete: group for group in groups}
        for concrete in _possible(by_type, types):
            lines.append(f'if concrete == "{checked(concrete)}":')
            lines += indent(self._group(by_type[concrete], names))
        possible = self.source.constant("types", _names(types))
        lines += [f"if concrete not in {possible}:", "    raise Deoptimize"]
        return [*lines, f'return {{"{TYPENAME}": concrete}}']

    def _group(self, group: RepresentationGroup, names: Names) -> list[str]:
        lines, values = self._read(group.fields, "value", "v", names, group.concrete)
        return [*lines, f"return {_written(_typename(group), values)}"]


def _written(pairs: Sequence[str], values: Mapping[str, str]) -> str:
    """Return the expression of an object with some pairs, and these values by name."""
    written = [*pairs, *(f'"{checked(name)}": {value}' for name, value in values.items())]
    return f"{{{', '.join(written)}}}"


def _is_exact(output: GraphQLOutputType) -> bool:
    """Return whether values of a type are equal only if their JSON is equal, unlike `1 == 1.0`."""
    named = get_nullable_type(output)
    return isinstance(named, GraphQLEnumType) or (
        isinstance(named, GraphQLScalarType) and named.name in {"ID", "Int", "String", "Boolean"}
    )


def _typename(group: RepresentationGroup) -> list[str]:
    return [f'"{TYPENAME}": "{checked(group.concrete)}"'] if group.typename else []


def _names(types: Iterable[ObjectTypes]) -> frozenset[str]:
    """Return the type names that objects may have."""
    return frozenset[str]().union(*(object_types.possible for object_types in types))


def _possible(names: Iterable[str], types: Iterable[ObjectTypes]) -> list[str]:
    """Return those of some type names that objects may have."""
    possible = _names(types)
    return [name for name in names if name in possible]


def _each(value: str, lists: int, body: list[str]) -> list[str]:
    """Return the lines that run a body for each object in so many nested lists; they skip nulls."""
    inner, expected = body, "dict"
    if lists:
        item, expected = value + ITEM, "list"
        inner = [f"for {item} in {value}:", *indent(_each(item, lists - 1, body))]
    return [
        f"if {value}.__class__ is {expected}:",
        *indent(inner),
        f"elif {value} is not None:",
        "    raise Deoptimize",
    ]


def as_json(representation: dict[str, Any]) -> bytes:
    """Return JSON that is equal for equal representations."""
    return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS)
