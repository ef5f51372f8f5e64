"""End a benchmark in which nothing moves for a minute, and say what it waits for.

The alarm of the process is set again with each thing that a benchmark says that it waits for. If it rings,
`SystemExit` is raised in the main thread, which event loops let pass and no `except Exception` holds. What no
signal interrupts ends a minute later, with the place where it hangs.
"""

import faulthandler
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

PATIENCE_SECONDS: Final = 60.0
CLEANING_SECONDS: Final = 60.0
TOLD_LINES: Final = 25


@dataclass(slots=True)
class _Alarm:
    """What rings, with what is said then."""

    patience: float
    awaited: str = "its start"
    log: Path | None = None

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        said = f"bench: nothing has moved for {self.patience:g} s while it waited for {self.awaited}"
        if self.log is not None and self.log.exists():
            lines = self.log.read_text(errors="replace").splitlines()[-TOLD_LINES:]
            said += "\n".join((f"\nThe last lines of {self.log.name}:", *lines))
        raise SystemExit(said)


def wait_for(awaited: str, log: Path | None = None, seconds: float = 0.0) -> None:
    """Say what the benchmark waits for from now on; what it waited for before has come.

    Args:
        awaited: What has to come, or one step further of what has to come.
        log: The output of whoever lets it wait.
        seconds: How long it takes by itself, beyond the time without progress that ends the benchmark.
    """
    alarm = signal.getsignal(signal.SIGALRM)
    if isinstance(alarm, _Alarm):
        alarm.awaited, alarm.log = awaited, log
        _set(alarm.patience + seconds)


@contextmanager
def watched(patience: float) -> Iterator[None]:
    """End this program if nothing that it waits for in the block comes for so many seconds."""
    before = signal.signal(signal.SIGALRM, _Alarm(patience))
    _set(patience)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _set(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + CLEANING_SECONDS, exit=True)
