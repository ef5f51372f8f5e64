"""Remembers refusals, so that a request is not analysed again only to be refused again."""

from __future__ import annotations

from typing import Final

from gateway.caching.weighted_cache import WeightedCache
from gateway.errors import InvalidDocument, RequestError, fresh

REFUSAL_BYTES: Final = 1_000
"""The bytes of an error without its message; an entry of `errors` takes about as much."""


class Refusals:
    """Refusals by key, bounded by bytes.

    Attributes:
        cache: The errors, without the frames of the requests that they were raised for.
    """

    __slots__ = ("cache",)

    def __init__(self, size: int) -> None:
        self.cache: WeightedCache[bytes, RequestError] = WeightedCache(size)

    def check(self, key: bytes) -> None:
        """Raise the error of an earlier refusal.

        Raises:
            RequestError: The key was refused before. The error has no locations, which depend on white space.
        """
        refused = self.cache.get(key)
        if refused is not None:
            raise fresh(refused)

    def remember(self, key: bytes, error: RequestError) -> None:
        """Remember a refusal."""
        kept = _without_locations(error)
        entries = len(kept.entries) if isinstance(kept, InvalidDocument) else 0
        self.cache.put(key, kept, len(key) + REFUSAL_BYTES * (1 + entries) + 4 * len(kept.message))


def _without_locations(error: RequestError) -> RequestError:
    if not isinstance(error, InvalidDocument):
        return fresh(error)
    entries = [{name: value for name, value in each.items() if name != "locations"} for each in error.entries]
    return InvalidDocument(entries, error.code)
