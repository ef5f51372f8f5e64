"""What a store of cached responses does; tags have generations, and an invalidation begins a new one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from gateway.errors import GatewayError

Generations: TypeAlias = tuple[str, ...]
"""The generation of each tag of an entry, in the order of its tags."""


class StoreUnavailable(GatewayError):
    """The store cannot be told that something is invalid."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is looked up.

    Attributes:
        key: The key of the entry.
        tags: The tags that invalidate it.
    """

    key: bytes
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        content: The cached value as JSON; None if there is none that is valid.
        generations: The generations of the tags when it was looked up. What is fetched then and kept under
            them is not served if it is invalidated in the meantime.
    """

    content: bytes | None
    generations: Generations


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept.

    Attributes:
        key: The key of the entry.
        generations: The generations that were found when it was looked up.
        content: The value as JSON.
        seconds: For how long it is valid.
    """

    key: bytes
    generations: Generations
    content: bytes
    seconds: int


class Store(Protocol):
    """Keeps entries. Failures count as not found, except for those of invalidations."""

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Return what is found for each look-up, in their order."""
        ...

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Keep entries, if there is room."""
        ...

    async def invalidate(self, tags: Collection[str]) -> None:
        """Make all entries invalid that have one of the tags.

        Raises:
            StoreUnavailable: They may still be served.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
