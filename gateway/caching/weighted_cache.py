"""A cache bounded by bytes that keeps frequently used values, its metrics, and what it keeps of refusals.

The policy is Moka's W-TinyLFU, which weighs each entry; see docs/decisions/caches-by-bytes.md.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from gateway.errors import InvalidDocument, RequestError, fresh

# Otherwise Moka's allocator takes 4 MB when it is loaded.
os.environ.setdefault("MIMALLOC_ARENA_EAGER_COMMIT", "0")
from moka_py import Moka

K = TypeVar("K")
V = TypeVar("V")

Cause: TypeAlias = Literal["explicit", "size", "expired", "replaced"]

ENTRY_BYTES: Final = 400
"""The bytes of an entry besides its key and value: in the table of values and in the policy's structures."""


class WeightedCache(Generic[K, V]):
    """A thread-safe cache of values by key, bounded by their bytes.

    While there is room, every new value is kept. After that, a new value replaces others only if its key has
    been looked up more often recently than theirs, whether or not it was found. A look-up counts as a use of
    the key.

    The policy knows only keys and weights. It reports what it evicts, and the values are dropped at once.

    Attributes:
        size: The most bytes of all values that are not pinned.
        pinned_size: The most bytes of all pinned values.
        hits: How many look-ups found a value.
        misses: How many look-ups found none.
    """

    __slots__ = (
        "_evictions",
        "_last_hit",
        "_pinned",
        "_policy",
        "_values",
        "hits",
        "misses",
        "pinned_size",
        "size",
    )

    def __init__(self, size: int, pinned_size: int = 0) -> None:
        self.size = size
        self.pinned_size = pinned_size
        self.hits = self.misses = 0
        self._last_hit: K | None = None
        self._values: dict[K, V] = {}
        self._pinned: dict[K, int] = {}
        self._evictions = _Evictions(self._values)
        self._policy: Moka[K, int] = Moka(
            size, eviction_listener=self._evictions, weigher=lambda _, weight: weight
        )

    def get(self, key: K) -> V | None:
        """Return a cached value or None; both count as a use of the key."""
        value = self._values.get(key)
        if value is None:
            self.misses += 1
            self._last_hit = None
            self._policy.get(key)
            return None
        self.hits += 1
        # The policy counts only up to fifteen uses of a key; counting every use of a hot key takes a
        # microsecond.
        if key != self._last_hit:
            self._last_hit = key
            self._policy.get(key)
        return value

    def put(self, key: K, value: V, size: int) -> None:
        """Cache or replace a value of the given bytes, unless others are used more often."""
        if key in self._pinned:
            self._values[key] = value
            self.resize(key, size)
            return
        self._values[key] = value
        self._policy.set(key, size + ENTRY_BYTES)
        # The policy decides when it is idle; values must not wait for that.
        self._policy.run_pending_tasks()

    def pin(self, key: K, value: V, size: int) -> bool:
        """Cache a value that is never evicted, or cache it like any other if pinned values have no room.

        Returns:
            Whether it is pinned.
        """
        others = sum(self._pinned.values()) - self._pinned.get(key, 0)
        if others + size + ENTRY_BYTES > self.pinned_size:
            self.put(key, value, size)
            return key in self._pinned
        self._policy.remove(key)
        self._pinned[key] = size + ENTRY_BYTES
        self._values[key] = value
        return True

    def is_pinned(self, key: K) -> bool:
        """Return whether a key has a value that is never evicted."""
        return key in self._pinned

    def resize(self, key: K, size: int) -> None:
        """Record the new size of a value; this may evict values, including the value itself.

        A pinned value that has become too large for pinning is cached like any other.
        """
        if key in self._pinned:
            self._pinned[key] = size + ENTRY_BYTES
            if sum(self._pinned.values()) <= self.pinned_size:
                return
            del self._pinned[key]
        if key in self._values:
            self._policy.set(key, size + ENTRY_BYTES)
            self._policy.run_pending_tasks()

    def clear(self) -> None:
        """Drop all values that are not pinned."""
        for key in [key for key in self._values if key not in self._pinned]:
            del self._values[key]
            self._policy.remove(key)

    def items(self) -> list[tuple[K, V]]:
        """Return all keys with their values; this does not count as a use."""
        return list(self._values.items())

    @property
    def evictions(self) -> int:
        """How many values were evicted, or not admitted in the first place."""
        return self._evictions.count

    @property
    def held(self) -> int:
        """The bytes of all values, including pinned ones."""
        return self._policy.weighted_size() + sum(self._pinned.values())

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)


@dataclass(slots=True, eq=False)
class _Evictions(Generic[K, V]):
    """Drops the values of evicted keys; called by the policy, which must not refer to the cache (a cycle)."""

    values: dict[K, V]
    count: int = 0

    def __call__(self, key: K, _weight: int, cause: Cause) -> None:
        if cause == "size":
            self.count += 1
            self.values.pop(key, None)


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
    entries = [
        {name: value for name, value in entry.items() if name != "locations"} for entry in error.entries
    ]
    return InvalidDocument(entries, error.code)
