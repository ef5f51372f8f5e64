"""Determines whether a plan writes into fetched lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.plan import Fetch, Path, ProvidedFields, RootFields


def writes_into_lists(fetches: Sequence[Fetch]) -> bool:
    """Return whether entities are in lists, or two fetches may return the same list, which is then merged.

    Lists that no fetch writes into may be shared with other responses.
    """
    seen: set[str] = set()
    for fetch in fetches:
        for paths, provided_fields in _parts(fetch):
            names = set(_lists(provided_fields))
            if names & seen or any(step.lists for path in paths for step in path):
                return True
            seen |= names
    return False


def _parts(fetch: Fetch) -> list[tuple[Sequence[Path], ProvidedFields]]:
    """Return the paths of a fetch, each set with the fields that are fetched there."""
    match fetch.returns:
        case RootFields(path, provided_fields):
            return [([path], provided_fields)]
        case fields:
            return [(each.paths, each.provided_fields) for each in fields]


def _lists(provided_fields: ProvidedFields) -> Iterator[str]:
    """Yield the response keys of all lists of objects, at any depth."""
    for fields in provided_fields.values():
        for name, below in fields.items():
            if below is not None:
                if below.lists:
                    yield name
                yield from _lists(below.provided_fields)
