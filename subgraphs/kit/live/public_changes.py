"""Detects changes that concern all customers of a brand: new rules, new rewards, and their start and end."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

import structlog

from foundation.storage.clock import Clock
from foundation.storage.error_codes import is_unavailable
from subgraphs.kit.reads.stale_cache import StaleCache

log = structlog.get_logger(__name__)
PAUSE_SECONDS: Final = 1.0


@runtime_checkable
class Timed(Protocol):
    """Public data whose effect changes at certain instants."""

    def changes_between(self, since: datetime, until: datetime) -> bool:
        """Return whether anything changes after one instant and up to another."""
        ...


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
        return now != before or (isinstance(value, Timed) and value.changes_between(since, self._looked_at))
