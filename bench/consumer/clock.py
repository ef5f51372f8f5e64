"""Times a contender from the moment it is warm: rate and processor time over the rest of its messages."""

import json
import resource
import time
from dataclasses import dataclass

WARM_SHARE = 0.2


@dataclass(slots=True)
class StopWatch:
    """Counts messages that are committed.

    Attributes:
        messages: how many there are in all.
    """

    messages: int
    done: int = 0
    _warm: tuple[int, float, float] | None = None

    def count(self, messages: int) -> bool:
        """Notes committed messages; tells whether these were the last."""
        self.done += messages
        if self._warm is None and self.done >= self.messages * WARM_SHARE:
            self._warm = (self.done, time.perf_counter(), _processor_seconds())
        return self.done >= self.messages

    def report(self) -> str:
        """One line for the benchmark."""
        if self._warm is None:
            raise RuntimeError("not enough messages came")
        before, began, used = self._warm
        counted, seconds = self.done - before, time.perf_counter() - began
        cpu = _processor_seconds() - used
        return json.dumps(
            {"messages": counted, "seconds": seconds, "cpu_seconds": cpu, "mebibytes": _mebibytes()}
        )


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
