"""Determines which subgraph a field comes from, according to the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.plan.nodes import Fetch, Names, ProvidedFields, QueryPlan
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
    found = {
        subgraph
        for stored in _stored(plan.names, path)
        for subgraph in providing_subgraphs(plan.fetches, data, stored)
    }
    return found.pop() if len(found) == 1 else None


def providing_subgraphs(
    fetches: Iterable[Fetch], data: Mapping[str, Any], stored: Sequence[str | int]
) -> list[str]:
    """Return the subgraphs that provide the field at a path of the tree of data.

    Args:
        fetches: The plan's fetches.
        data: The tree of data.
        stored: Response keys and list indexes.

    Returns:
        The subgraphs of the fetches that select the field, from the objects that are nearest to it: on the
        types of the objects, or on any if none of them selects it on these.
    """
    keys = [part for part in stored if isinstance(part, str)]
    types = _types(stored, data)
    return _providing(fetches, keys, types) or _providing(fetches, keys, [None] * len(types))


def _providing(fetches: Iterable[Fetch], keys: Sequence[str], types: Sequence[str | None]) -> list[str]:
    providing = [
        (len(path), fetch.subgraph)
        for fetch in fetches
        for path, provided_fields in fetch.places()
        if len(path) < len(keys)
        and all(step.response_key == key for step, key in zip(path, keys, strict=False))
        and _provides(provided_fields, keys[len(path) :], types[len(path) :])
    ]
    deepest = max((length for length, _ in providing), default=0)
    return list(dict.fromkeys(subgraph for length, subgraph in providing if length == deepest))


def preceding(fetches: Sequence[Fetch], fetch: Fetch) -> list[Fetch]:
    """Return those of a plan's fetches that must have finished before one of them begins."""
    numbers, waiting = set[int](), list(fetch.depends_on)
    while waiting:
        number = waiting.pop()
        if number not in numbers:
            numbers.add(number)
            waiting += fetches[number].depends_on
    return [fetches[number] for number in sorted(numbers)]


def _types(stored: Sequence[str | int], data: object) -> list[str | None]:
    """Return the type of each object on a path, as far as the data names it."""
    types: list[str | None] = []
    for part in stored:
        if isinstance(part, str):
            name = data.get(TYPENAME) if isinstance(data, Mapping) else None
            types.append(name if isinstance(name, str) else None)
            data = data.get(part) if isinstance(data, Mapping) else None
        else:
            data = data[part] if isinstance(data, list) and part < len(data) else None
    return types


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
