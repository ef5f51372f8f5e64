"""Bounds how many requests are answered at once: the rest is told at once to come again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gateway.processor import NOTHING, Seconds, seconds

RETRY_AFTER: Final = b"1"
"""Seconds, for who was not let in."""

FIRST: Final = 192
"""As many come in at once after a quiet time: a crowd that comes once is answered, if a little late."""

FEWEST: Final = 64
"""As many may always be inside, unless the settings say less: what they share makes each of them cheaper."""

FEWEST_IN_TURNS: Final = 128
"""The same where others use the processor as well: while they have it, requests gather."""

QUIET_SECONDS: Final = 1.0
"""Who has refused nobody for as long is as good as new."""

LOOK_SECONDS: Final = 0.1
"""How long the processor is looked at before more or fewer are let in."""

BUSY: Final = 0.95
"""The share of that time in which a processor is wanted by who cannot do more."""

ALONE: Final = 0.85
"""The share of that time in which who has a processor to itself, and cannot do more, uses it."""


@dataclass(slots=True)
class Admission:
    """Counts requests from when they have arrived until they are answered.

    A request that waits for its turn costs as much later as now, and its client may be gone by then; what is
    refused at once costs next to nothing. How many should be inside depends on what they wait for. While the
    processor has time left, they wait for others, as for subgraphs far away, and more can be let in. When it
    has none, more would only wait for each other. So the limit rises and falls while requests are refused, by
    whether this process leaves a processor idle.

    Attributes:
        most: How many at once, whatever they wait for.
        clock: In seconds.
        spent: Seconds of a processor that were used and wanted so far.
        limit: How many at once for now.
        inside: How many now.
        refused: How many so far were not let in.
    """

    most: int
    clock: Callable[[], float] = time.monotonic
    spent: Callable[[], Seconds] = seconds
    limit: int = field(init=False)
    inside: int = 0
    refused: int = 0
    _looked: float = -math.inf
    _spent: Seconds = NOTHING

    def __post_init__(self) -> None:
        self.limit = min(FIRST, self.most)

    @property
    def is_full(self) -> bool:
        """Whether nobody is let in now."""
        return self.inside >= self.limit and not self._has_room_again()

    def enter(self) -> bool:
        """Let a request in if there is room; whoever was let in calls `leave` in the end."""
        if self.inside >= self.limit and not self._has_room_again():
            self.refuse()
            return False
        self.inside += 1
        return True

    def refuse(self) -> None:
        """Note that somebody was not let in."""
        self.refused += 1
        now = self.clock()
        if now - self._looked >= LOOK_SECONDS:
            self._look(now)

    def leave(self) -> None:
        """A request is answered."""
        self.inside -= 1

    def _has_room_again(self) -> bool:
        if self.limit < FIRST and self.clock() - self._looked > QUIET_SECONDS:
            self.limit = min(FIRST, self.most)
        return self.inside < self.limit

    def _look(self, now: float) -> None:
        spent, passed = self.spent(), now - self._looked
        # What was wanted while nobody was refused says nothing about now.
        if passed < 2 * LOOK_SECONDS:
            if spent.wanted - self._spent.wanted > BUSY * passed:
                is_alone = spent.used - self._spent.used > ALONE * passed
                fewest = FEWEST if is_alone else FEWEST_IN_TURNS
                self.limit = max(min(fewest, self.most), self.limit - self.limit // 4)
            else:
                self.limit = min(self.most, self.limit + 1 + self.limit // 8)
        self._looked, self._spent = now, spent
