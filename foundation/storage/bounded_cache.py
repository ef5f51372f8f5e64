"""A bounded cache that evicts the oldest entry."""

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(OrderedDict[K, V]):
    """A dict of at most `size` entries; reading one costs as much as reading a dict.

    It evicts the entry that was added first, whether or not it is still used.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def add(self, key: K, value: V) -> V:
        """Add a value, evict the oldest if there are too many, and return the value."""
        self[key] = value
        while len(self) > self.size:
            self.popitem(last=False)
        return value
