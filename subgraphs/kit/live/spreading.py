"""Spreads notices for very many customers over time, so that not all are read at once."""

import asyncio
import random
from collections.abc import Callable, Iterable
from contextvars import Context
from itertools import islice
from typing import Final

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
