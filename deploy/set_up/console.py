"""Tells people what the set-up does: one line a finished step, and on a terminal one that moves meanwhile."""

import sys
import threading
import time
from types import TracebackType
from typing import Final, Self, TextIO

REFRESH_SECONDS: Final = 0.2
CLEAR: Final = "\r\033[K"


class Console:
    """Prints steps as they end, while the running ones are shown on a terminal. Steps run in threads."""

    def __init__(self, steps: int, out: TextIO | None = None) -> None:
        """Begin with no running step.

        Args:
            steps: How many steps there are in all.
            out: Where to print; None for the standard output.
        """
        self._out = out or sys.stdout
        self._steps = steps
        self._done = 0
        self._running: dict[str, float] = {}
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._live = threading.Thread(target=self._refresh, daemon=True) if self._out.isatty() else None

    def __enter__(self) -> Self:
        """Begin to refresh the terminal."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal without the line that moves."""
        self._ended.set()
        if self._live is not None:
            self._live.join()
            self._write(CLEAR)

    def began(self, title: str) -> None:
        """Note that a step runs."""
        with self._guard:
            self._running[title] = time.monotonic()

    def ended(self, title: str) -> None:
        """Print that a step is done, with its number and its seconds."""
        with self._guard:
            seconds = time.monotonic() - self._running.pop(title)
            self._done += 1
            clear = CLEAR if self._live is not None else ""
            self._write(f"{clear}{self._done}/{self._steps} {title} … {seconds:.1f} s\n")

    def _refresh(self) -> None:
        while not self._ended.wait(REFRESH_SECONDS):
            with self._guard:
                now = time.monotonic()
                running = " · ".join(f"{title} {now - began:.0f} s" for title, began in self._running.items())
                self._write(f"{CLEAR}    {running}")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
