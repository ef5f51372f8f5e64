"""Remembers a bounded number of values: those that were used last."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class LruCache(Generic[K, V]):
    """Remembers the values used last; any thread may ask.

    Attributes:
        size: How many.
    """

    size: int
    _values: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: K) -> V | None:
        """A remembered value, which counts as used."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Remember a value, and forget the one that was not used for longest."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self.size:
                self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(slots=True)
class LruBytesCache(Generic[V]):
    """Remembers the values used last by keys that are bytes, within a number of bytes as well.

    Attributes:
        size: How many.
        total: How long all keys may be together, in bytes; a key longer than an eighth is not remembered.
    """

    size: int
    total: int
    _values: OrderedDict[bytes, V] = field(default_factory=OrderedDict)
    _held: int = 0

    def get(self, key: bytes) -> V | None:
        """A remembered value, which counts as used."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: bytes, value: V) -> None:
        """Remember a value, and forget as many as it takes of those that were not used for longest."""
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
