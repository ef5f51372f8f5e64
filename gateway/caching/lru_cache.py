"""A cache of a few values that evicts the least recently used one."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class LruCache(Generic[K, V]):
    """A thread-safe cache bounded by the number of its values.

    Attributes:
        size: The most values.
    """

    size: int
    _values: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: K) -> V | None:
        """Return a cached value and mark it as used, or return None."""
        values = self._values
        value = values.get(key)
        if value is not None and len(values) > 1:
            with self._lock:
                if key in values:
                    values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Cache a value, and evict the least recently used one if there are too many."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self.size:
                self._values.popitem(last=False)

    def values(self) -> list[V]:
        """Return all values."""
        with self._lock:
            return list(self._values.values())

    def items(self) -> list[tuple[K, V]]:
        """Return all keys with their values."""
        with self._lock:
            return list(self._values.items())

    def __len__(self) -> int:
        return len(self._values)
