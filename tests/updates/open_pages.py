"""Many open pages in one process of Node: the widget's own client, without screens."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0


@dataclass
class OpenPages:
    """What the pages have reported so far; see `tests/node/club-pages.mjs`.

    Attributes:
        states: The state that each page's stream brought last.
        asks: The times of all requests and connections, in seconds since the epoch.
        waits: How long pages chose to wait before a request, in milliseconds.
    """

    process: subprocess.Popen[bytes]
    states: dict[int, str | None] = field(default_factory=dict)
    asks: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def open(self, tokens: Iterable[str]) -> None:
        """Open a page for each session."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{token}\n" for token in tokens).encode())
        self.process.stdin.flush()

    def forget(self) -> None:
        """Forget everything, so that what is reported next is new."""
        self.states.clear()
        self.asks.clear()
        self.waits.clear()

    def read(self) -> None:
        """Read reports until the process ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            match json.loads(line):
                case {"state": state, "page": page}:
                    self.states[page] = state
                case {"ask": _, "at": at}:
                    self.asks.append(at / 1000)
                case {"waits": wait}:
                    self.waits.append(wait)

    def figures(self) -> dict[str, int]:
        """Return how busy the pages were."""
        return {
            "requests": len(self.asks),
            "most requests in a second": most_at_once(self.asks, 1.0),
            "different waits": len(set(self.waits)),
            "waits": len(self.waits),
        }

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for a condition, with patience."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f"did not happen: {what}; {len(self.states)} pages are live")
            time.sleep(0.05)


def most_at_once(moments: Iterable[float], seconds: float) -> int:
    """Return the greatest number of moments within a window of this width."""
    ordered = sorted(moments)
    first, most = 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] > seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextmanager
def open_pages(folder: Path, url: str) -> Iterator[OpenPages]:
    """Bundle the client's sources, and run them until the end of the block; no page is open yet."""
    bundle = [str(ROOT / "web" / "node_modules" / ".bin" / "rolldown"), "tests/node/club-pages.mjs"]
    options = ["--dir", str(folder), "--format", "esm", "--platform", "node"]
    subprocess.run([*bundle, *options], cwd=ROOT, check=True, capture_output=True)
    program = folder / "club-pages.mjs"
    (folder / "club-pages.js").rename(program)
    process = subprocess.Popen(["node", str(program), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    pages = OpenPages(process)
    reader = threading.Thread(target=pages.read)
    reader.start()
    try:
        yield pages
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
