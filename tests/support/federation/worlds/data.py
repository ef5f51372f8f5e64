"""The data of a world: derived from its schema, so that a counter-example stays small and readable."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from federation.worlds.fields import is_text
from federation.worlds.presence import HUES, TONES
from federation.worlds.workshop import FieldFact, ObjectFact, Workshop, named

Make = Callable[[int], Any]


def objects(workshop: Workshop) -> dict[str, dict[str, Any]]:
    """All objects with their stored values, by key."""
    count = workshop.pick((2, 1, 3))
    found: dict[str, dict[str, Any]] = {}
    for fact in workshop.objects.values():
        root = fact.name in ("Query", "Mutation")
        for number in range(1 if root else count):
            key = fact.name if root else f"{fact.name}/{number}"
            found[key] = {"__typename": fact.name}
        for field in fact.fields.values():
            pattern = 0 if field.key else workshop.pick((0, 1, 2, 3))
            for number in range(1 if root else count):
                key = fact.name if root else f"{fact.name}/{number}"
                found[key][field.name] = _value(workshop, fact, field, number, pattern, count)
    return found


def _value(
    workshop: Workshop, fact: ObjectFact, field: FieldFact, number: int, pattern: int, count: int
) -> Any:
    """What one object holds in one field."""
    if field.name in ("id", "code", "north", "east", "serial", "spec", "parts", "twin") and (
        field.key or field.name in ("serial", "id")
    ):
        return _of_key(fact, field, number, count)
    if field.name == "seq":
        return {"$moment": True}
    if field.named == "Query":
        return {"$ref": "Query"}
    make = _maker(workshop, fact, field, number, count)
    if (field.arguments or field.requires) and not is_text(field):
        return {"$choose": [_shaped(field.type, make, number, pattern + each) for each in range(2)]}
    return _shaped(field.type, make, number, pattern)


def _of_key(fact: ObjectFact, field: FieldFact, number: int, count: int) -> Any:
    """Keys are different for every object of a type; only ids are different for every object."""
    match field.name:
        case "id":
            return f"{fact.name.lower()}{number}"
        case "code":
            return f"C{number}"
        case "north":
            return number // 2
        case "east":
            return f"e{number % 2}"
        case "serial":
            return f"s{number}"
        case "parts":
            return [{"$ref": f"{field.named}/{each % count}"} for each in range(number, number + 2)]
        case _:
            return {"$ref": f"{field.named}/{number}"}


def _maker(workshop: Workshop, fact: ObjectFact, field: FieldFact, number: int, count: int) -> Make:
    """Makes one item of a field, by a number that tells items apart."""
    seed = zlib.crc32(f"{fact.name}.{field.name}".encode()) % 90
    kind = field.named
    if kind in workshop.objects or kind in workshop.abstracts:
        keys = [f"{name}/{each}" for name in _concrete(workshop, fact, field) for each in range(count)]
        return lambda item: {"$ref": keys[(number + item) % len(keys)]} if keys else None
    match kind:
        case "Int":
            return lambda item: seed * 10 + number * 3 + item
        case "Float":
            return lambda item: seed + number + item + 0.5
        case "Boolean":
            return lambda item: (number + item) % 2 == 0
        case "Hue":
            return lambda item: HUES[(number + item) % len(HUES)]
        case "Tone":
            values = _tones(workshop, fact, field)
            return lambda item: values[(number + item) % len(values)] if values else None
        case _:
            return lambda item: f"{fact.name}{number}.{field.name}{item or ''}"


def _concrete(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> list[str]:
    """The types that a field may hold: those that every subgraph which has the field knows there."""
    abstract = workshop.abstracts.get(field.named)
    if abstract is None:
        return [field.named]
    graphs = [*workshop.defined(fact.name, field.name)]
    return [each for each in abstract.members if all(each in abstract.within[graph] for graph in graphs)]


def _tones(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> list[str]:
    """The values that every subgraph knows which has the field, here or through an interface object."""
    graphs = [*workshop.defined(fact.name, field.name)]
    if workshop.interface_graph is not None and workshop.interface_graph in field.owners:
        graphs.append(workshop.interface_graph)
    known = [workshop.graphs[graph].types["Tone"].members for graph in graphs]
    return [each for each in TONES if all(each in values for values in known)]


def _shaped(kind: str, make: Make, number: int, pattern: int) -> Any:
    """An item wrapped as the type says, null here and there where it may be."""
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
