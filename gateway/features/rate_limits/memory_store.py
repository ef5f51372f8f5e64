"""Takes points from the buckets of this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic_ns

from gateway.features.rate_limits.buckets import Charges
from gateway.features.rate_limits.refusal import Shortage


@dataclass(slots=True)
class MemoryStore:
    """Charges the buckets of this process.

    Attributes:
        clock: Returns a monotonic time in nanoseconds.
        decisions: How many requests it has decided on.
    """

    clock: Callable[[], int] = monotonic_ns
    decisions: int = 0

    def take(self, charges: Charges, cost: int, *, keep: bool = False) -> Shortage | None:
        """Charge all buckets, or none if one has too few points.

        Args:
            charges: The buckets.
            cost: The points.
            keep: Whether the points stay in the buckets: then this only checks that all have enough.
        """
        self.decisions += 1
        now = self.clock()
        taken = []
        for buckets, key in charges:
            before = buckets.full_at(key, now)
            after = before + cost * buckets.interval
            wait = after - now - buckets.tolerance
            if wait > 0:
                buckets.put(key, before)
                return Shortage(buckets.rule, (buckets.tolerance - before + now) // buckets.interval, wait)
            taken.append((buckets, key, after))
        if not keep:
            for buckets, key, after in taken:
                buckets.put(key, after)
        return None
