"""The interface of stores of cached responses, and the store in the memory of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from gateway.caching import WeightedCache
from gateway.errors import GatewayError

Generations: TypeAlias = tuple[str, ...]
"""The generation of each tag of an entry, in the order of its tags."""
TAGS: Final = 100_000
"""The most invalidated tags that are remembered individually; beyond that, everything becomes invalid."""


class StoreUnavailable(GatewayError):
    """An invalidation did not reach the store."""


class Lookup(Struct, frozen=True):
    """A look-up.

    Attributes:
        key: The key of the entry.
        tags: The tags that invalidate it.
    """

    key: bytes
    tags: tuple[str, ...]


class Found(Struct, frozen=True):
    """The result of a look-up.

    Attributes:
        content: The cached value as JSON; None if there is no valid value.
        generations: The generations of the tags at the time of the look-up. A value that is fetched after
            that and stored with them is not served if it has been invalidated in the meantime.
    """

    content: bytes | None
    generations: Generations


class Entry(Struct, frozen=True):
    """An entry of the cache.

    Attributes:
        key: The key of the entry.
        generations: The generations that the look-up found.
        content: The value as JSON.
        seconds: How long the entry is valid.
    """

    key: bytes
    generations: Generations
    content: bytes
    seconds: int


class Store(Protocol):
    """Stores entries. A failure counts as not found, except in invalidations."""

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Return the result of each look-up, in order."""
        ...

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Store entries, if there is room."""
        ...

    async def invalidate(self, tags: Collection[str]) -> None:
        """Invalidate all entries that have one of the tags.

        Raises:
            StoreUnavailable: The entries may still be served.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


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
        return [self._found(lookup) for lookup in lookups]

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Store entries, unless others are used more often."""
        now = self.now()
        for entry in entries:
            kept = _Kept(entry.content, entry.generations, now + entry.seconds)
            self.cache.put(entry.key, kept, len(entry.key) + len(entry.content))

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
