"""Remembers what was asked for before, in little memory: what is asked for once need not be kept."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from msgspec import Struct, field

SLOTS: Final = 2**22
MAX_SIGHTINGS: Final = SLOTS // 32
"""After so many keys all are forgotten, because one in 32 new ones would seem to have been seen."""


class Sightings(Struct):
    """Keys that were seen since the last time that all were forgotten; a few others count as seen too.

    Attributes:
        count: How many keys were seen first since then.
    """

    count: int = 0
    _slots: bytearray = field(default_factory=lambda: bytearray(SLOTS))

    def again(self, key: Hashable) -> bool:
        """Note a key; return whether it was seen before."""
        slot = hash(key) % SLOTS
        if self._slots[slot]:
            return True
        if self.count >= MAX_SIGHTINGS:
            self.forget()
        self._slots[slot] = 1
        self.count += 1
        return False

    def forget(self) -> None:
        """Forget all keys."""
        self._slots[:] = bytes(SLOTS)
        self.count = 0
