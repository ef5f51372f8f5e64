"""The interface of stores of cached responses; invalidating a tag begins a new generation of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from gateway.errors import GatewayError

Generations: TypeAlias = tuple[str, ...]
"""The generation of each tag of an entry, in the order of its tags."""


class StoreUnavailable(GatewayError):
    """An invalidation did not reach the store."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up.

    Attributes:
        key: The key of the entry.
        tags: The tags that invalidate it.
    """

    key: bytes
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a look-up.

    Attributes:
        content: The cached value as JSON; None if there is no valid value.
        generations: The generations of the tags at the time of the look-up. A value that is fetched after
            that and stored with them is not served if it has been invalidated in the meantime.
    """

    content: bytes | None
    generations: Generations


@dataclass(frozen=True, slots=True)
class Entry:
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
