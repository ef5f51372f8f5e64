"""What is read again at intervals, so that no change is lost: watched customers, brands' public data."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final, TypeAlias, TypeVar

import structlog

from foundation.dependencies import Timed
from foundation.storage.clock import Clock
from foundation.storage.errors import is_unavailable
from subgraphs.kit.live.watches import Watches
from subgraphs.kit.reads.stale_cache import StaleCache

log = structlog.get_logger(__name__)
TICK_SECONDS: Final = 0.25
IDLE_SECONDS: Final = 1.0

ReadStates: TypeAlias = Callable[[Sequence[bytes]], Awaitable[Sequence[object]]]
"""Reads what is stored under watched keys; the states are hashable, and equal while nothing is written."""

K = TypeVar("K")


def states_of(load: Callable[[K], Awaitable[object]], key_of: Callable[[bytes], K | None]) -> ReadStates:
    """Return a reader of what a block has stored under watched keys.

    Args:
        load: Starts to read the data of a key of the block.
        key_of: Returns the block's key of a watched one; None if the block has nothing to do with that.
    """

    async def read(watched: Sequence[bytes]) -> list[object]:
        pending = [None if key is None else load(key) for key in map(key_of, watched)]
        return [None if state is None else await state for state in pending]

    return read


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


PAUSE_SECONDS: Final = 1.0


class PublicChanges:
    """Checks every second whether public data has changed or one of its instants has passed.

    This detects the end of a week, the lock of its choices and the start of a reward, which no commit
    announces.
    """

    def __init__(
        self,
        caches: Sequence[StaleCache[Any]],
        brands: Callable[[], Iterable[str]],
        changed: Callable[[str], None],
        clock: Clock,
    ) -> None:
        """Create it; nothing has been checked yet.

        Args:
            caches: The caches of public data.
            brands: Returns the brands to check.
            changed: Called with each brand whose customers are affected by a change.
            clock: The product's clock.
        """
        self._caches, self._brands, self._changed, self._clock = caches, brands, changed, clock
        self._seen: dict[tuple[int, str], int] = {}
        self._looked_at = clock.now()

    async def run(self) -> None:
        """Check until cancelled."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Check once."""
        since, self._looked_at = self._looked_at, self._clock.now()
        brands = tuple(self._brands())
        changed = [[await self._differs(cache, brand, since) for cache in self._caches] for brand in brands]
        for brand, differs in zip(brands, changed, strict=True):
            if any(differs):
                self._changed(brand)
        # Record the state of other brands, too, so that later streams are notified only of later changes.
        for cache in self._caches:
            for brand in cache.replaced.keys() - set(brands):
                self._seen[id(cache), brand] = cache.replaced[brand]

    async def _differs(self, cache: StaleCache[Any], brand: str, since: datetime) -> bool:
        try:
            value = await cache.get(brand)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("public_data_not_seen", brand=brand, error=type(error).__name__)
            return False
        before = self._seen.get((id(cache), brand), 0)
        now = self._seen[id(cache), brand] = cache.replaced[brand]
        return now != before or (isinstance(value, Timed) and value.next_change(since) <= self._looked_at)
