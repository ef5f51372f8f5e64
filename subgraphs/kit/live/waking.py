"""Wakes streams in groups: they read the databases together, and a limited number of them at once."""

import asyncio
from itertools import islice
from typing import Final, Protocol

GATHER_SECONDS: Final = 0.05
"""The minimum time between two groups. A change after a quiet time is a group of its own, without delay."""

MAX_READING: Final = 256
"""The maximum number of woken streams that have not read yet; meanwhile changes of the others are merged."""


class Sleeper(Protocol):
    """A stream that waits for changes."""

    def wake(self) -> bool:
        """Wake the stream; return False if it does not wait."""
        ...


class Waking:
    """Wakes the streams that have changes, those that have waited longest first.

    One event of many changes costs as much as one of a single change, and one SELECT reads many customers. If
    changes come faster than they can be read, streams wait here, where a stream takes no memory, and their
    changes are merged.
    """

    def __init__(self) -> None:
        self._due: dict[Sleeper, None] = {}
        self._reading: set[Sleeper] = set()
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, stream: Sleeper) -> None:
        """Wake a stream with the next group; call `begin` afterwards."""
        self._due[stream] = None

    def begin(self) -> None:
        """Wake the next group now, or as soon as it may be woken."""
        if self._timer is not None or not self._due:
            return
        loop = asyncio.get_running_loop()
        pause = self._next_at - loop.time()
        if pause > 0:
            self._timer = loop.call_later(pause, self._wake, loop)
        else:
            self._wake(loop)

    def has_read(self, stream: Sleeper) -> None:
        """Record that a woken stream has read."""
        self._reading.discard(stream)

    def forget(self, stream: Sleeper) -> None:
        """Forget a stream that has ended."""
        self._due.pop(stream, None)
        self._reading.discard(stream)

    def stop(self) -> None:
        """Wake no more streams."""
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for stream in list(islice(self._due, MAX_READING - len(self._reading))):
            del self._due[stream]
            if stream.wake():
                self._reading.add(stream)
        self._next_at = loop.time() + GATHER_SECONDS
        if self._due:
            self._timer = loop.call_later(GATHER_SECONDS, self._wake, loop)
