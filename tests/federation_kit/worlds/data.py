"""The data of a world: derived from its schema, so that a counter-example stays small and readable."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.federation_kit.worlds.fields import is_text
from tests.federation_kit.worlds.presence import HUES, TONES
from tests.federation_kit.worlds.workshop import FieldFact, ObjectFact, Workshop, named

Make = Callable[[int], Any]
ROOTS = ("Query", "Mutation")


@dataclass(frozen=True, slots=True)
class _Column:
    """One field of all objects of a type.

    Attributes:
        workshop: The world.
        fact: The type.
        field: The field.
        pattern: Which of them are null, how long lists are, and where references lead.
        count: How many objects every type has.
    """

    workshop: Workshop
    fact: ObjectFact
    field: FieldFact
    pattern: int
    count: int


def objects(workshop: Workshop) -> dict[str, dict[str, Any]]:
    """Return all objects with their stored values, by key."""
    count = workshop.pick((2, 1, 3))
    found: dict[str, dict[str, Any]] = {}
    for fact in workshop.objects.values():
        keys = [fact.name] if fact.name in ROOTS else [f"{fact.name}/{number}" for number in range(count)]
        found |= {key: {"__typename": fact.name} for key in keys}
        for field in fact.fields.values():
            pattern = 0 if field.key else workshop.pick((0, 1, 2, 3))
            column = _Column(workshop, fact, field, pattern, count)
            for number, key in enumerate(keys):
                found[key][field.name] = _value(column, number)
    return found


def _value(column: _Column, number: int) -> Any:
    """Return what one object holds in a field."""
    field = column.field
    if field.name == "nobody":
        return []
    if field.key or field.name in ("serial", "stamp", "id"):
        return _of_key(column, number)
    if field.name == "seq":
        return {"$moment": True}
    if field.named == "Query":
        return {"$ref": "Query"}
    make = _maker(column, number)
    if (field.arguments or field.requires) and not is_text(field):
        return {"$choose": [_shaped(field.type, make, number, column.pattern + each) for each in range(2)]}
    return _shaped(field.type, make, number, column.pattern)


def _of_key(column: _Column, number: int) -> Any:
    """Keys are different for every object of a type; only ids are different for every object."""
    name, kind = column.field.name, column.field.named
    if name == "parts":
        return [{"$ref": f"{kind}/{each % column.count}"} for each in (number, number + 1)]
    leaves = {
        "id": f"{column.fact.name.lower()}{number}",
        "code": f"C{number}",
        "nick": None if number % 2 == 0 else f"n{number}",
        "row": None if number % 2 else number,
        "column": f"k{number}",
        "badge": None if number % 3 == 0 else {"$ref": f"{kind}/{number}"},
        "stamp": None if number % 3 == 1 else f"b{number}",
        "north": number // 2,
        "east": f"e{number % 2}",
        "serial": f"s{number}",
    }
    return leaves.get(name, {"$ref": f"{kind}/{number}"})


def _maker(column: _Column, number: int) -> Make:
    """Make one item of a field, by a number that tells items apart."""
    fact, field = column.fact, column.field
    seed = zlib.crc32(f"{fact.name}.{field.name}".encode()) % 90
    choices = _choices(column)
    if choices is not None:
        return lambda item: choices[(number + item) % len(choices)] if choices else None
    match field.named:
        case "Int":
            return lambda item: seed * 10 + number * 3 + item
        case "Float":
            return lambda item: seed + number + item + 0.5
        case "Moment":
            # A custom scalar may be any JSON, also such as looks like an object with a type.
            return lambda item: (f"t{number}", {"at": number, "__typename": "T"}, [number, [item]])[item % 3]
        case _:
            return lambda item: f"{fact.name}{number}.{field.name}{item or ''}"


def _choices(column: _Column) -> list[Any] | None:
    """Return the values that there are for a field, if they can be counted."""
    workshop, fact, field = column.workshop, column.fact, column.field
    match field.named:
        case "Boolean":
            return [True, False]
        case "Hue":
            return list(HUES)
        case "Tone":
            return list(_tones(workshop, fact, field))
        case name if name in workshop.objects or name in workshop.abstracts:
            names = _concrete(workshop, fact, field)
            return [{"$ref": f"{each}/{number}"} for each in names for number in range(column.count)]
        case _:
            return None


def _concrete(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> list[str]:
    """Return the types that a field may hold: those that every subgraph which has the field knows there."""
    abstract = workshop.abstracts.get(field.named)
    if abstract is None:
        return [field.named]
    graphs = [*workshop.defined(fact.name, field.name)]
    known = [frozenset(abstract.within[graph]) for graph in graphs]
    widest = max(known, key=len, default=frozenset[str]())
    has_gap = any(each != widest for each in known) and all(each <= widest for each in known)
    if has_gap and workshop.features.member_gaps and _is_read_by_clients_only(workshop, fact, field):
        workshop.made.add("member_gaps")
        return [member for member in abstract.members if member in widest]
    return [member for member in abstract.members if all(member in names for names in known)]


def _is_read_by_clients_only(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> bool:
    """Return whether every subgraph with a field resolves it, and no other field is computed from it."""
    drafts = [
        workshop.graphs[graph].types[fact.name].fields[field.name]
        for graph in workshop.defined(fact.name, field.name)
    ]
    directives = [
        directive
        for graph in workshop.graphs.values()
        for kind in graph.types.values()
        for each in kind.fields.values()
        for directive in each.directives
    ]
    used = any(
        re.search(rf"\b{field.name}\b", directive) for directive in directives if "@requires" in directive
    )
    return not used and all(
        not draft.external and "@override" not in str(draft.directives) for draft in drafts
    )


def _tones(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> list[str]:
    """Return the values that all subgraphs with the field know, directly or through an interface object."""
    graphs = [*workshop.defined(fact.name, field.name)]
    if workshop.interface_graph is not None and workshop.interface_graph in field.owners:
        graphs.append(workshop.interface_graph)
    members = [workshop.graphs[graph].types["Tone"].members for graph in graphs]
    return [tone for tone in TONES if all(tone in values for values in members)]


def _shaped(kind: str, make: Make, number: int, pattern: int) -> Any:
    """Return an item wrapped as the type says, null here and there where it may be."""
    if not kind.endswith("!") and pattern and (number + pattern) % 3 == 0:
        return None
    bare = kind.removesuffix("!")
    if not bare.startswith("["):
        made = make(pattern)
        if made is None and kind.endswith("!"):
            raise AssertionError(f"there is nothing for {named(kind)}, which must not be null")
        return made
    inner = bare[1:-1]
    return [
        _shaped(inner, lambda item, each=each: make(item + each), number + each, pattern)  # type: ignore[misc]  # a default binds the loop's value
        for each in range((number + pattern) % 3 if pattern else 2)
    ]
