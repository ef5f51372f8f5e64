"""Measure a contender's rate and processor time from the moment it is warm."""

import json
import resource
import time
from dataclasses import dataclass
from math import inf

WARM_SHARE = 0.2
TOLD_EACH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Messages committed and processor time used at a moment."""

    done: int
    at: float
    used: float

    @classmethod
    def now(cls, done: int) -> "_Snapshot":
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(done, time.perf_counter(), used.ru_utime + used.ru_stime)


@dataclass(slots=True)
class ThroughputMeter:
    """Measures committed messages after a warm-up.

    Attributes:
        messages: How many messages there are.
        warm_after: Number of committed messages after which measuring starts.
        seconds: Maximum duration; for a slow contender, a part of the messages is enough for a rate.
    """

    messages: int
    warm_after: int
    seconds: float = inf
    done: int = 0
    _warm: _Snapshot | None = None
    _told_at: float = 0.0

    @classmethod
    def after_warm_up(cls, messages: int) -> "ThroughputMeter":
        """Return a meter that measures all messages but the first fifth."""
        return cls(messages, round(messages * WARM_SHARE))

    def count(self, messages: int) -> bool:
        """Count committed messages, and print their number at times; return whether measuring is complete."""
        self.done += messages
        if self.done >= self.messages or time.perf_counter() - self._told_at >= TOLD_EACH_SECONDS:
            print(self.done, flush=True)
            self._told_at = time.perf_counter()
        if self._warm is None:
            if self.done >= self.warm_after:
                self._warm = _Snapshot.now(self.done)
            return False
        return self.done >= self.messages or time.perf_counter() - self._warm.at >= self.seconds

    def report(self) -> str:
        """Return the figures as one line of JSON."""
        if self._warm is None:
            raise RuntimeError("not enough messages came")
        before, now = self._warm, _Snapshot.now(self.done)
        return json.dumps(
            {
                "messages": now.done - before.done,
                "seconds": now.at - before.at,
                "cpu_seconds": now.used - before.used,
                "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
