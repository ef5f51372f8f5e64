"""Finds the objects that fetches read from: a list of them must be complete before the fetch is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from gateway.plan.nodes import Entities, Fetch, Path, RepresentationField, RootFields

Keys: TypeAlias = tuple[str, ...]


def objects_read(fetches: Iterable[Fetch]) -> frozenset[Keys]:
    """Return the paths, in response keys, of the objects that representations and arguments are read from."""
    return frozenset(
        read
        for fetch in fetches
        if not isinstance(fetch.returns, RootFields)
        for entities in fetch.returns
        for path in entities.paths
        for read in _read(entities, path)
    )


def _read(entities: Entities, path: Path) -> Iterator[Keys]:
    keys = tuple(step.response_key for step in path)
    for fields in entities.representations.values():
        yield from _below(fields, keys)
    for variable in entities.context_variables:
        for source in variable.sources:
            for fields in source.fields.values():
                yield from _below(fields, keys[: len(keys) - source.levels_up])


def _below(fields: Iterable[RepresentationField], above: Keys) -> Iterator[Keys]:
    for each in fields:
        if each.below is not None:
            path = (*above, each.response_key)
            yield path
            for group in each.below:
                yield from _below(group.fields, path)
