"""Bounded caches that evict the least recently used value."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class LruCache(Generic[K, V]):
    """A cache bounded by the number of its values; threads may share it.

    Attributes:
        size: The most values.
    """

    size: int
    _values: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: K) -> V | None:
        """Return a cached value, which counts as used, or None."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Cache a value, and evict the least recently used one if there are too many."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self.size:
                self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(slots=True)
class LruBytesCache(Generic[V]):
    """A cache bounded by the number of its values and by the size of its keys, which are bytes.

    Attributes:
        size: The most values.
        total: The most bytes of all keys together; a value whose key is longer than an eighth is not cached.
    """

    size: int
    total: int
    _values: OrderedDict[bytes, V] = field(default_factory=OrderedDict)
    _held: int = 0

    def get(self, key: bytes) -> V | None:
        """Return a cached value, which counts as used, or None."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: bytes, value: V) -> None:
        """Cache a value, and evict the least recently used ones until both bounds hold."""
        if len(key) * 8 > self.total:
            return
        if key not in self._values:
            self._held += len(key)
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self.size or self._held > self.total:
            forgotten, _ = self._values.popitem(last=False)
            self._held -= len(forgotten)

    def __len__(self) -> int:
        return len(self._values)
