"""Tells of a plan whether anything is written into lists once they have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.plan import Fetch, Path, ProvidedFields, RootFields


def writes_into_lists(fetches: Sequence[Fetch]) -> bool:
    """Whether entities lie in lists, or the same list may come from two fetches and be merged.

    Lists that no fetch writes into may be shared with other answers.
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
    """Where something is brought, and what."""
    match fetch.returns:
        case RootFields(path, provided_fields):
            return [([path], provided_fields)]
        case fields:
            return [(each.paths, each.provided_fields) for each in fields]


def _lists(provided_fields: ProvidedFields) -> Iterator[str]:
    """The response keys of lists of objects, wherever they lie."""
    for fields in provided_fields.values():
        for name, below in fields.items():
            if below is not None:
                if below.lists:
                    yield name
                yield from _lists(below.provided_fields)
