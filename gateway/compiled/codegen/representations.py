"""Generates the functions that find the objects of an entity fetch and build their representations.

A function returns the variable with the representations, without duplicates, and the objects that each of
them identifies. If a value is missing, it raises before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

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
        source: The source that the functions are written to.
        names: The root of the tree of data.
        trusted: Whether nulls are known to be where the schema allows them.
    """

    source: Source
    names: Names
    trusted: bool = False
    _variants: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

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
        parents = frozenset[str]().union(*(each.parents for each in names.types))
        below = {each: _names(names.types_below(each)) for each in sorted(parents)}
        possible = f'{self.source.constant("below", below)}.get({parent}.get("{TYPENAME}"), {{}})'
        return [
            f"if concrete not in {possible.format(self.source.constant('every', every))}:",
            "    raise Deoptimize",
        ]

    def _represented(
        self, entities: Entities, concrete: str, data: str, names: Names, *, alone: bool
    ) -> list[str]:
        sent_as, fields = entities.sent_as.get(concrete, concrete), entities.representations[concrete]
        lines: list[str] = []
        values: dict[str, str] = {}
        for number, each in enumerate(fields):
            if alone and each.below is None and not self._may_not_be_null(each):
                values[each.name] = f'{data}["{checked(each.response_key)}"]'
                continue
            value = values[each.name] = f"v{number}"
            lines.append(f'{value} = {data}["{checked(each.response_key)}"]')
            if each.below is not None:
                lines += self._part_of(value, each, names.below[each.response_key], concrete)
            elif self._may_not_be_null(each):
                lines += [f"if {value} is None:", "    raise Deoptimize"]
        pairs = [f'"{TYPENAME}": "{checked(sent_as)}"', *(f'"{checked(n)}": {v}' for n, v in values.items())]
        representation = f"{{{', '.join(pairs)}}}"
        if alone:
            sent = f'{{"{checked(entities.variable)}": [{representation}]}}'
            return [*lines, f"return {sent}, [[{data}]]"]
        flat = all(each.below is None for each in fields)
        return lines + self._indexed(sent_as, values, representation, data, flat=flat)

    def _indexed(
        self, sent_as: str, values: Mapping[str, str], representation: str, data: str, *, flat: bool
    ) -> list[str]:
        """Return the lines that send equal representations once."""
        names = tuple(sorted(values))
        variant = self._variants.setdefault((sent_as, names), len(self._variants))
        lines = [f"known = as_json({representation})"]
        if flat:
            exact = " and ".join(f"{values[each]}.__class__ in EXACT" for each in names) or "True"
            key = ", ".join(values[name] for name in names)
            lines = [f"if {exact}:", f"    known = ({variant}, {key})", "else:", f"    {lines[0]}"]
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

    def _may_not_be_null(self, wanted: RepresentationField) -> bool:
        """Return whether the interpreter decides what it means if a value is null."""
        return not self.trusted if wanted.non_null else wanted.key

    def _part_of(self, value: str, wanted: RepresentationField, names: Names, parent: str) -> list[str]:
        """Return the lines that replace a value by the part that is sent; usually an object with leaves."""
        groups = wanted.below or ()
        # The function for a part raises for null.
        taken = f"{value} = {self._part(groups, names, parent)}({value})"
        may_be_null = not self._may_not_be_null(wanted)
        if not groups[0].only or any(each.below is not None for each in groups[0].fields):
            return [f"if {value} is not None:", f"    {taken}"] if may_be_null else [taken]
        pairs, lines = _typename(groups[0]), list[str]()
        for number, each in enumerate(groups[0].fields):
            leaf = f'{value}["{checked(each.response_key)}"]'
            if self._may_not_be_null(each):
                name = f"{value}_{number}"
                lines += [f"{name} = {leaf}", f"if {name} is None:", "    raise Deoptimize"]
                leaf = name
            pairs.append(f'"{checked(each.name)}": {leaf}')
        lines.append(f"{value} = {{{', '.join(pairs)}}}")
        other = f"elif {value} is not None:" if may_be_null else "else:"
        return [f"if {value}.__class__ is dict:", *indent(lines), other, f"    {taken}"]

    def _part(self, groups: tuple[RepresentationGroup, ...], names: Names, parent: str) -> str:
        """Return the name of the function for the part of an object, or of a list of them, that is sent."""
        types = names.types_below(parent)
        name = self.source.name("part")
        lines = [
            f"def {name}(value):",
            "    if value.__class__ is list:",
            f"        return [None if item is None else {name}(item) for item in value]",
            "    if value.__class__ is not dict:",
            "        raise Deoptimize",
        ]
        if groups[0].only:
            lines += indent(self._group(groups[0], names))
        else:
            lines.append(f'    concrete = value.get("{TYPENAME}")')
            by_type = {group.concrete: group for group in groups}
            for concrete in _possible(by_type, types):
                lines.append(f'    if concrete == "{checked(concrete)}":')
                lines += indent(self._group(by_type[concrete], names), 2)
            possible = self.source.constant("types", _names(types))
            lines += [
                f"    if concrete not in {possible}:",
                "        raise Deoptimize",
                f'    return {{"{TYPENAME}": concrete}}',
            ]
        self.source.function(lines)
        return name

    def _group(self, group: RepresentationGroup, names: Names) -> list[str]:
        pairs = _typename(group)
        pairs += [f'"{checked(name)}": {value}' for name, value in self._values(group, names)]
        keys = [each.response_key for each in group.fields if self._may_not_be_null(each)]
        lines = [
            line
            for response_key in keys
            for line in (f'if value["{checked(response_key)}"] is None:', "    raise Deoptimize")
        ]
        return [*lines, f"return {{{', '.join(pairs)}}}"]

    def _values(self, group: RepresentationGroup, names: Names) -> Iterator[tuple[str, str]]:
        for each in group.fields:
            taken = f'value["{checked(each.response_key)}"]'
            if each.below is not None:
                part = self._part(each.below, names.below[each.response_key], group.concrete)
                taken = f"None if {taken} is None else {part}({taken})"
            yield each.name, taken


def _typename(group: RepresentationGroup) -> list[str]:
    return [f'"{TYPENAME}": "{checked(group.concrete)}"'] if group.typename else []


def _names(types: Iterable[ObjectTypes]) -> frozenset[str]:
    """Return the type names that objects may have."""
    return frozenset[str]().union(*(each.possible for each in types))


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
