"""Tells of a plan whether anything is written into lists once they have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.plan import Fetch, Path, RootFields, Supplies


def writes_into_lists(fetches: Sequence[Fetch]) -> bool:
    """Whether entities lie in lists, or the same list may come from two fetches and be merged.

    Lists that no fetch writes into may be shared with other answers.
    """
    seen: set[str] = set()
    for fetch in fetches:
        for paths, supplies in _parts(fetch):
            names = set(_lists(supplies))
            if names & seen or any(step.lists for path in paths for step in path):
                return True
            seen |= names
    return False


def _parts(fetch: Fetch) -> list[tuple[Sequence[Path], Supplies]]:
    """Where something is brought, and what."""
    match fetch.brings:
        case RootFields(path, supplies):
            return [([path], supplies)]
        case fields:
            return [(each.paths, each.supplies) for each in fields]


def _lists(supplies: Supplies) -> Iterator[str]:
    """The storage names of lists of objects, wherever they lie."""
    for fields in supplies.values():
        for name, below in fields.items():
            if below is not None:
                if below.lists:
                    yield name
                yield from _lists(below.supplies)
