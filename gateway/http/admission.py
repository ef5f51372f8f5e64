"""Admission control: bounds concurrent requests by how busy the processor is; refuses the rest at once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

STATISTICS: Final = Path("/proc/thread-self/schedstat")
"""On Linux: nanoseconds on a processor, nanoseconds waiting for one, and a count."""


class CpuSeconds(NamedTuple):
    """CPU time of a thread since it started, in seconds.

    Attributes:
        used: Time on a CPU.
        wanted: `used` plus the time spent waiting for a CPU.
    """

    used: float
    wanted: float


ZERO: Final = CpuSeconds(0.0, 0.0)


def cpu_seconds() -> CpuSeconds:
    """Return the CPU time of this thread.

    Where the system does not report waiting time, `wanted` equals `used`, and a thread on a busy machine
    seems idler than it is.
    """
    try:
        used, waited, _ = map(int, STATISTICS.read_bytes().split())
    except (OSError, ValueError):
        return CpuSeconds(time.thread_time(), time.thread_time())
    return CpuSeconds(used / 1e9, (used + waited) / 1e9)


RETRY_AFTER: Final = b"1"
"""Seconds after which a refused client may retry."""

INITIAL_LIMIT: Final = 192
"""The limit after a quiet time, which lets a single burst through, if a little late."""

MIN_LIMIT: Final = 64
"""The lowest limit, unless the settings set a lower one: requests that share reads are cheaper each."""

MIN_LIMIT_SHARED_CPU: Final = 128
"""The lowest limit where other processes use the CPU too: requests queue up while those run."""

RESET_SECONDS: Final = 1.0
"""The limit is reset after this time without a refusal."""

SAMPLE_SECONDS: Final = 0.1
"""How long CPU usage is measured before the limit changes."""

BUSY: Final = 0.95
"""A thread that wants a CPU for more than this share of the time is saturated."""

ALONE: Final = 0.85
"""A saturated thread that uses a CPU for more than this share has it to itself."""


@dataclass(slots=True)
class Admission:
    """Counts requests from their arrival until their response.

    A queued request costs as much later as now, and its client may have disconnected by then; a refusal costs
    next to nothing. The right limit depends on what requests wait for. While the CPU has idle time, they wait
    for something else, such as remote subgraphs, and more can be admitted. When it has none, more requests
    would only wait for each other. Therefore, while requests are refused, the limit rises if this process
    leaves a CPU idle, and falls if it does not.

    Attributes:
        most: The highest limit, regardless of what requests wait for.
        clock: Returns the time in seconds.
        spent: Returns the CPU time used and wanted so far.
        limit: How many requests may be in progress at present.
        inside: How many requests are in progress.
        idle: How many of them are only waiting for a slow subgraph; their slots are free for others.
        refused: How many requests were refused so far.
    """

    most: int
    clock: Callable[[], float] = time.monotonic
    spent: Callable[[], CpuSeconds] = cpu_seconds
    limit: int = field(init=False)
    inside: int = 0
    idle: int = 0
    refused: int = 0
    _sampled_at: float = -math.inf
    _spent: CpuSeconds = ZERO

    def __post_init__(self) -> None:
        self.limit = min(INITIAL_LIMIT, self.most)

    @property
    def is_full(self) -> bool:
        """Whether a request would be refused now."""
        return self.inside - self.idle >= self.limit and not self._has_room_again()

    def enter(self) -> bool:
        """Admit a request if there is room; after an admitted request, the caller must call `leave`."""
        if self.inside - self.idle >= self.limit and not self._has_room_again():
            self.refuse()
            return False
        self.inside += 1
        return True

    def refuse(self) -> None:
        """Count a refused request."""
        self.refused += 1
        now = self.clock()
        if now - self._sampled_at >= SAMPLE_SECONDS:
            self._sample(now)

    def leave(self) -> None:
        """Release the slot of an admitted request."""
        self.inside -= 1

    def _has_room_again(self) -> bool:
        if self.limit < INITIAL_LIMIT and self.clock() - self._sampled_at > RESET_SECONDS:
            self.limit = min(INITIAL_LIMIT, self.most)
        return self.inside - self.idle < self.limit

    def _sample(self, now: float) -> None:
        spent, passed = self.spent(), now - self._sampled_at
        # CPU usage from a time without refusals says nothing about the present load.
        if passed < 2 * SAMPLE_SECONDS:
            if spent.wanted - self._spent.wanted > BUSY * passed:
                is_alone = spent.used - self._spent.used > ALONE * passed
                fewest = MIN_LIMIT if is_alone else MIN_LIMIT_SHARED_CPU
                self.limit = max(min(fewest, self.most), self.limit - self.limit // 4)
            else:
                self.limit = min(self.most, self.limit + 1 + self.limit // 8)
        self._sampled_at, self._spent = now, spent
