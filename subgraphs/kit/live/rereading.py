"""Rereads watched customers periodically, so that a lost notice delays a stream but loses no change."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from typing import Final, TypeAlias

import structlog

from foundation.storage.error_codes import is_unavailable
from subgraphs.kit.live.watches import Watches

log = structlog.get_logger(__name__)
TICK_SECONDS: Final = 0.25
IDLE_SECONDS: Final = 1.0

ReadStates: TypeAlias = Callable[[Sequence[bytes]], Awaitable[Sequence[object]]]
"""Reads the stored data of customers by key; the returned states are hashable."""


class Rereading:
    """Compares the stored data of each watched customer with the previous round's.

    If the data differs or there is no previous round, the customer's streams are notified. Only a hash of
    the data is kept.
    """

    def __init__(
        self, watches: Watches, read: ReadStates | None, every_seconds: float, per_second: int
    ) -> None:
        """Create it; nothing has been read.

        Args:
            watches: The watches of this process.
            read: Reads the stored data; None if this process cannot read all of it, in which case all watched
                streams are notified in each round.
            every_seconds: The minimum duration of a round.
            per_second: The maximum number of customers read per second.
        """
        self._watches, self._read = watches, read
        self._every, self._per_second = every_seconds, per_second
        self._known: dict[bytes, int] = {}

    async def run(self) -> None:
        """Run rounds until cancelled."""
        while True:
            keys = self._watches.keys
            self._known = {key: self._known[key] for key in keys if key in self._known}
            if not keys:
                await asyncio.sleep(min(self._every, IDLE_SECONDS))
                continue
            seconds = max(self._every, len(keys) / self._per_second)
            size = ceil(len(keys) * min(1.0, TICK_SECONDS / seconds))
            starts = range(0, len(keys), size)
            for start in starts:
                await asyncio.sleep(seconds / len(starts))
                await self.look(keys[start : start + size])

    async def look(self, keys: Sequence[bytes]) -> None:
        """Read some customers, and notify the streams of changed ones."""
        if self._read is None:
            self._watches.customers_reread(keys)
            return
        try:
            states = await self._read(keys)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("live_customers_not_reread", error=type(error).__name__)
            return
        hashes = dict(zip(keys, map(hash, states), strict=True))
        self._watches.customers_reread([key for key in keys if self._known.get(key) != hashes[key]])
        self._known.update(hashes)
