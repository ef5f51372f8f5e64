"""How much of a processor this thread has wanted so far."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final, NamedTuple

STATISTICS: Final = Path("/proc/thread-self/schedstat")
"""Linux: nanoseconds on a processor, nanoseconds that it waited for one, and a count."""


class Seconds(NamedTuple):
    """Seconds of a thread so far.

    Attributes:
        used: On a processor.
        wanted: Those, and what it waited for a processor while others had it.
    """

    used: float
    wanted: float


NOTHING: Final = Seconds(0.0, 0.0)


def seconds() -> Seconds:
    """Those of this thread.

    Where the system does not tell how long it waited, only what it used: on a machine that others fill, it
    then seems idler than it is.
    """
    try:
        used, waited, _ = map(int, STATISTICS.read_bytes().split())
    except (OSError, ValueError):
        return Seconds(time.thread_time(), time.thread_time())
    return Seconds(used / 1e9, (used + waited) / 1e9)
