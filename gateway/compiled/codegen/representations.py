"""Generates the functions that find the objects of an entity fetch and build their representations.

A function returns the variable with the representations, without duplicates, and the objects that each of
them identifies. If a value is missing, it raises before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gateway.compiled.deopt import Deoptimize
from gateway.plan import Entities, Path, RepresentationField, RepresentationGroup
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
    """

    source: Source
    _variants: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    def function(self, entities: Entities) -> str:
        """Return the name of the function `(root) -> Found` that finds the entities of a fetch."""
        self.source.names |= {"Deoptimize": Deoptimize, "EXACT": EXACT, "as_json": as_json}
        name, variable = self.source.name("find"), checked(entities.variable)
        if len(entities.paths) == 1 and not any(step.lists for step in entities.paths[0]):
            lines = [*self._objects(entities.paths[0], entities, "root", alone=True), "return {}, []"]
        else:
            lines = ["sent, groups, index = [], [], {}"]
            for path in entities.paths:
                lines += self._objects(path, entities, "root", alone=False)
            lines.append(f'return {{"{variable}": sent}} if sent else {{}}, groups')
        self.source.function([f"def {name}(root):", *indent(lines)])
        return name

    def _objects(self, path: Path, entities: Entities, data: str, *, alone: bool) -> list[str]:
        """Return the lines that follow a path from the object in `data` to its end."""
        if not path:
            return self._taken(entities, data, alone=alone)
        step, *rest = path
        value = f"{'below' if rest else 'entity'}{len(rest) or ''}"
        below = self._objects(tuple(rest), entities, value + ITEM * step.lists, alone=alone)
        inner = [f'{value} = {data}.get("{checked(step.response_key)}")', *_each(value, step.lists, below)]
        if step.types is None:
            return inner
        types = self.source.constant("types", step.types)
        return [f'if {data}.get("{TYPENAME}") in {types}:', *indent(inner)]

    def _taken(self, entities: Entities, data: str, *, alone: bool) -> list[str]:
        lines = [f'concrete = {data}.get("{TYPENAME}")']
        word = "if"
        for concrete in entities.representations:
            lines += [f'{word} concrete == "{checked(concrete)}":']
            lines += indent(self._represented(entities, concrete, data, alone=alone))
            word = "elif"
        return lines

    def _represented(self, entities: Entities, concrete: str, data: str, *, alone: bool) -> list[str]:
        sent_as, fields = entities.sent_as.get(concrete, concrete), entities.representations[concrete]
        lines: list[str] = []
        values: dict[str, str] = {}
        for number, each in enumerate(fields):
            if alone and not each.key and each.below is None:
                values[each.name] = f'{data}["{checked(each.response_key)}"]'
                continue
            value = values[each.name] = f"v{number}"
            lines.append(f'{value} = {data}["{checked(each.response_key)}"]')
            if each.key:
                lines += [f"if {value} is None:", "    raise Deoptimize"]
            if each.below is not None:
                lines += self._part_of(value, each.below)
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

    def _part_of(self, value: str, groups: tuple[RepresentationGroup, ...]) -> list[str]:
        """Return the lines that replace a value by the part that is sent; usually an object with leaves."""
        part = self._part(groups)
        if len(groups) > 1 or groups[0].typename or any(each.key or each.below for each in groups[0].fields):
            return [f"if {value} is not None:", f"    {value} = {part}({value})"]
        pairs = [
            f'"{checked(each.name)}": {value}["{checked(each.response_key)}"]' for each in groups[0].fields
        ]
        return [
            f"if {value}.__class__ is dict:",
            f"    {value} = {{{', '.join(pairs)}}}",
            f"elif {value} is not None:",
            f"    {value} = {part}({value})",
        ]

    def _part(self, groups: tuple[RepresentationGroup, ...]) -> str:
        """Return the name of the function for the part of an object, or of a list of them, that is sent."""
        name = self.source.name("part")
        lines = [
            f"def {name}(value):",
            "    if value.__class__ is list:",
            f"        return [None if item is None else {name}(item) for item in value]",
            "    if value.__class__ is not dict:",
            "        raise Deoptimize",
        ]
        if len(groups) == 1 and not groups[0].typename:
            lines += indent(self._group(groups[0], None))
        else:
            lines.append(f'    concrete = value.get("{TYPENAME}")')
            for group in groups:
                lines.append(f'    if concrete == "{checked(group.concrete)}":')
                lines += indent(self._group(group, "concrete" if group.typename else None), 2)
            lines.append(f'    return {{"{TYPENAME}": concrete}}')
        self.source.function(lines)
        return name

    def _group(self, group: RepresentationGroup, typename: str | None) -> list[str]:
        pairs = [] if typename is None else [f'"{TYPENAME}": {typename}']
        pairs += [f'"{checked(name)}": {value}' for name, value in self._values(group.fields)]
        keys = [each.response_key for each in group.fields if each.key]
        lines = [
            line
            for response_key in keys
            for line in (f'if value["{checked(response_key)}"] is None:', "    raise Deoptimize")
        ]
        return [*lines, f"return {{{', '.join(pairs)}}}"]

    def _values(self, fields: tuple[RepresentationField, ...]) -> Iterator[tuple[str, str]]:
        for each in fields:
            taken = f'value["{checked(each.response_key)}"]'
            if each.below is not None:
                taken = f"None if {taken} is None else {self._part(each.below)}({taken})"
            yield each.name, taken


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
