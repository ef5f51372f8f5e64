"""Determines which subgraph a field comes from, according to the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gateway.plan.nodes import Fetch, Names, Path, ProvidedFields, QueryPlan
from gateway.supergraph.selections import TYPENAME

NO_DATA: Mapping[str, Any] = {}


def providing_subgraph(
    plan: QueryPlan, path: Sequence[str | int], data: Mapping[str, Any] = NO_DATA
) -> str | None:
    """Return the subgraph that provides the field at a path of the response.

    Args:
        plan: The plan that was executed.
        path: The client's names and list indexes.
        data: The tree of data, by which fields of different types are told apart.

    Returns:
        The subgraph's name, or None if several subgraphs may have provided the field.
    """
    subgraphs = {
        subgraph
        for stored in _stored(plan.names, path)
        for subgraph in providing_subgraphs(plan.fetches, data, _with_type(stored, data))
    }
    return subgraphs.pop() if len(subgraphs) == 1 else None


def providing_subgraphs(
    fetches: Sequence[Fetch], data: Mapping[str, Any], stored: Sequence[str | int]
) -> list[str]:
    """Return the subgraphs that provide the field at a path of the tree of data.

    Args:
        fetches: The plan's fetches, each after those that it waits for.
        data: The tree of data.
        stored: Response keys and list indexes; of an object whose type is meant, with its `__typename`.

    Returns:
        The subgraphs of the fetches that select the field on the types of the objects: of those that wait for
        each other only the first, whose value is kept. If nobody selects it on these, those that were asked
        for the type of the object, or else those that select the field on another type.
    """
    place = _Place.of(stored, data)
    if place.keys[-1:] == (TYPENAME,):
        named = _providing(fetches, place) if place.types[-1] is not None else []
        return named or providing_subgraphs(fetches, data, stored[:-1])
    return (
        _providing(fetches, place)
        or _providing(fetches, replace(place, keys=(*place.keys[:-1], TYPENAME)))
        or _providing(fetches, replace(place, types=(None,) * len(place.types)))
    )


class _Place(Struct, frozen=True):
    """A place in the tree of data.

    Attributes:
        keys: The response keys that lead to it.
        types: For each key, the type of the object that has it; None if it is not known.
        lists: For each key, in how many nested lists the next object is.
    """

    keys: tuple[str, ...]
    types: tuple[str | None, ...]
    lists: tuple[int, ...]

    @classmethod
    def of(cls, stored: Sequence[str | int], data: object) -> _Place:
        """Return the place at a path, with the types that the data names."""
        keys, types, lists = [], [], []
        for part in stored:
            if isinstance(part, str):
                name = data.get(TYPENAME) if isinstance(data, Mapping) else None
                keys.append(part)
                types.append(name if isinstance(name, str) else None)
                lists.append(0)
            else:
                lists[-1] += 1
            data = _part(data, part)
        return cls(tuple(keys), tuple(types), tuple(lists))

    def is_at(self, path: Path) -> bool:
        """Return whether it is below the objects at a path."""
        return len(path) < len(self.keys) and all(
            step.response_key == key and step.lists == lists
            for step, key, lists in zip(path, self.keys, self.lists, strict=False)
        )


def _part(data: object, part: str | int) -> object:
    """Return what the data has at one part of a path; None if there is nothing."""
    match data, part:
        case Mapping(), str():
            return data.get(part)
        case list(), int() if part < len(data):
            return data[part]
        case _:
            return None


def _providing(fetches: Sequence[Fetch], place: _Place) -> list[str]:
    providing = {
        fetch.number: fetch.subgraph
        for fetch in fetches
        if any(
            place.is_at(path)
            and _provides(provided_fields, place.keys[len(path) :], place.types[len(path) :])
            for path, provided_fields in fetch.places()
        )
    }
    if len(set(providing.values())) > 1:
        providing = {
            fetch.number: fetch.subgraph
            for fetch in fetches
            if fetch.number in providing
            and not any(before.number in providing for before in preceding(fetches, fetch))
        }
    return list(dict.fromkeys(providing.values()))


def preceding(fetches: Sequence[Fetch], fetch: Fetch) -> list[Fetch]:
    """Return those of a plan's fetches that must have finished before one of them begins."""
    by_number = {other.number: other for other in fetches}
    numbers, waiting = set[int](), list(fetch.depends_on)
    while waiting:
        number = waiting.pop()
        if number not in numbers:
            numbers.add(number)
            waiting += by_number[number].depends_on
    return [by_number[number] for number in sorted(numbers)]


def _with_type(stored: tuple[str | int, ...], data: object) -> tuple[str | int, ...]:
    """Return the path of the value that is wrong: of an object with a type, it is the type."""
    for part in stored:
        data = _part(data, part)
    return (*stored, TYPENAME) if stored and _part(data, TYPENAME) is not None else stored


def _provides(provided_fields: ProvidedFields, keys: Sequence[str], types: Sequence[str | None]) -> bool:
    """Return whether a fetch selects the field at some keys; an unknown type is any of its."""
    (key, *rest), (concrete, *below) = keys, types
    for name, fields in provided_fields.items():
        if concrete in (None, name) and key in fields:
            selected = fields[key]
            if not rest or (selected is not None and _provides(selected.provided_fields, rest, below)):
                return True
    return False


def _stored(names: Names | None, path: Sequence[str | int]) -> Iterator[tuple[str | int, ...]]:
    """Yield all paths in the tree of data that the client sees under the given names."""
    if not path:
        yield ()
    elif isinstance(path[0], int):
        yield from ((path[0], *below) for below in _stored(names, path[1:]))
    elif names is not None:
        for response_key, response in names.responses.items():
            if response == path[0]:
                for below in _stored(names.below.get(response_key), path[1:]):
                    yield (response_key, *below)
