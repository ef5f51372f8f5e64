"""CPU time that this thread has used and waited for."""

from __future__ import annotations

import time
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
