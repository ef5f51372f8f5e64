"""Slices: which items of streamed lists are fetched and projected together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.plan import Fetch, Path

Keys: TypeAlias = tuple[str, ...]
"""Response keys from the root."""


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """The initial items of all streamed lists, or later items of one of them.

    Attributes:
        windows: By path of a streamed list, the index of its first item here and of the first after them.
        list: The path of the list whose later items these are; None for the initial items of all lists.
        parent: The slice in which the list itself is; None for the initial items of all lists.
    """

    windows: Mapping[Keys, tuple[int, int]]
    list: Keys | None = None
    parent: Slice | None = None
    _later: dict[tuple[Keys, int], Slice] = field(default_factory=dict)

    def later(self, path: Keys, start: int, stop: int) -> Slice:
        """Return the slice of later items of a list: the same one for equal lists of several objects."""
        known = self._later.get((path, start))
        if known is None:
            windows = {**self.windows, path: (start, stop)}
            known = self._later[path, start] = Slice(windows, path, self)
        return known

    def home(self, fetch: Fetch) -> Slice:
        """Return the slice in which a fetch belongs: its own items do not depend on later slices."""
        if self.list is None or self.parent is None or is_below(fetch, self.list):
            return self
        return self.parent.home(fetch)


def is_below(fetch: Fetch, path: Keys) -> bool:
    """Return whether a fetch adds to the items of a list."""
    return any(leads_through(each, path) for each, _ in fetch.places())


def leads_through(path: Path, through: Keys) -> bool:
    """Return whether a path leads to the items of a list or below them."""
    return tuple(step.response_key for step in path[: len(through)]) == through
