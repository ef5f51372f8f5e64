"""Wakes streams in groups, spread over time: few read the databases at once, and together."""

import asyncio
import random
from collections.abc import Callable, Iterable
from contextvars import Context
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


class WakingOrder:
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


TICK_SECONDS: Final = 0.05


class Spreading:
    """Delivers keys in random order at a limited rate; a waiting key is queued only once."""

    def __init__(self, deliver: Callable[[Iterable[bytes]], None], per_second: int) -> None:
        """Create it with nothing to deliver.

        Args:
            deliver: Called on each tick with the keys to deliver.
            per_second: The number of keys delivered per second.
        """
        self._deliver = deliver
        self._at_once = max(1, round(per_second * TICK_SECONDS))
        self._pause = self._at_once / per_second
        self._waiting: dict[bytes, None] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, keys: Iterable[bytes]) -> None:
        """Queue keys for delivery."""
        fresh = [key for key in keys if key not in self._waiting]
        random.shuffle(fresh)
        self._waiting.update(dict.fromkeys(fresh))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run(), context=Context())

    async def settled(self) -> None:
        """Wait until everything has been delivered."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """Discard the keys that were not delivered."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._pause)
            keys = list(islice(self._waiting, self._at_once))
            for key in keys:
                del self._waiting[key]
            self._deliver(keys)
