"""Cached responses in the memory of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from gateway.caching import WeightedCache
from gateway.features.response_cache.stores.store import Entry, Found, Generations, Lookup

TAGS: Final = 100_000
"""The most invalidated tags that are remembered individually; beyond that, everything becomes invalid."""


class _Kept(msgspec.Struct, frozen=True, gc=False):
    content: bytes
    generations: Generations
    expires: float


@dataclass(slots=True)
class MemoryStore:
    """Keeps entries in memory, bounded by bytes.

    Attributes:
        size: The most bytes of all entries.
        now: A clock, in seconds.
    """

    size: int
    now: Callable[[], float] = time.monotonic
    cache: WeightedCache[bytes, _Kept] = field(init=False)
    _generations: dict[str, str] = field(default_factory=dict)
    _invalidations: int = 0
    _first: str = "0"

    def __post_init__(self) -> None:
        self.cache = WeightedCache(self.size)

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Return the result of each look-up."""
        return [self._found(each) for each in lookups]

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Store entries, unless others are used more often."""
        now = self.now()
        for each in entries:
            kept = _Kept(each.content, each.generations, now + each.seconds)
            self.cache.put(each.key, kept, len(each.key) + len(each.content))

    async def invalidate(self, tags: Collection[str]) -> None:
        """Invalidate all entries that have one of the tags."""
        self._invalidations += 1
        generation = str(self._invalidations)
        if len(self._generations) + len(tags) > TAGS:
            self._generations.clear()
            self._first = generation
            return
        self._generations.update(dict.fromkeys(tags, generation))

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def _found(self, lookup: Lookup) -> Found:
        known = self._generations
        generations = tuple([known.get(tag, self._first) for tag in lookup.tags])
        kept = self.cache.get(lookup.key)
        if kept is None or kept.generations != generations or kept.expires <= self.now():
            return Found(None, generations)
        return Found(kept.content, generations)
