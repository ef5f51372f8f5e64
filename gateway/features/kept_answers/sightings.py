"""Remembers what was asked for before, in little memory: what is asked for once need not be kept."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from msgspec import Struct, field

SLOTS: Final = 2**22
MAX_SIGHTINGS: Final = SLOTS // 32
"""The new keys of a generation: beside two full ones, one in 16 other keys would seem to have been seen."""

GENERATIONS: Final = 255


class Sightings(Struct):
    """Keys that were seen in this generation or the one before; a few others count as seen too.

    Attributes:
        count: How many keys were seen first in this generation.
        generation: Its number, from 1 to `GENERATIONS`, by which its keys are marked.
    """

    count: int = 0
    generation: int = 1
    _slots: bytearray = field(default_factory=lambda: bytearray(SLOTS))

    def again(self, key: Hashable) -> bool:
        """Note a key; return whether it was seen before."""
        slot = hash(key) % SLOTS
        seen = self._slots[slot]
        if self.count >= MAX_SIGHTINGS:
            self._begin_generation()
        self._slots[slot] = self.generation
        if seen and seen >= self.generation - 1:
            return True
        self.count += 1
        return False

    def forget(self) -> None:
        """Forget all keys."""
        self._slots = bytearray(SLOTS)
        self.count, self.generation = 0, 1

    def _begin_generation(self) -> None:
        if self.generation == GENERATIONS:
            self.forget()  # the numbers begin again
        else:
            self.count, self.generation = 0, self.generation + 1
