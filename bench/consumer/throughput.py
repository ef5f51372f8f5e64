"""Times a contender from the moment it is warm: rate and processor time over what it commits from then on."""

import json
import resource
import time
from dataclasses import dataclass
from math import inf

WARM_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What had been done, and used, at a moment."""

    done: int
    at: float
    used: float

    @classmethod
    def now(cls, done: int) -> "_Snapshot":
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(done, time.perf_counter(), used.ru_utime + used.ru_stime)


@dataclass(slots=True)
class ThroughputMeter:
    """Counts messages that are committed.

    Attributes:
        messages: how many there are in all.
        warm_after: committed messages from which on it is timed.
        seconds: for how long, at most: a rate needs no more of those who are slow.
    """

    messages: int
    warm_after: int
    seconds: float = inf
    done: int = 0
    _warm: _Snapshot | None = None

    @classmethod
    def after_warm_up(cls, messages: int) -> "ThroughputMeter":
        """One that times all messages but the first fifth."""
        return cls(messages, round(messages * WARM_SHARE))

    def count(self, messages: int) -> bool:
        """Notes committed messages; tells whether enough was seen."""
        self.done += messages
        if self._warm is None:
            if self.done >= self.warm_after:
                self._warm = _Snapshot.now(self.done)
            return False
        return self.done >= self.messages or time.perf_counter() - self._warm.at >= self.seconds

    def report(self) -> str:
        """One line for the benchmark."""
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
