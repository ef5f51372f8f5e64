"""A cache of brands' public data, refreshed in the background, with a bound on staleness."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation.dependencies import RECORDED
from foundation.storage.clock import Clock
from foundation.storage.errors import DatabaseAway
from subgraphs.kit.settings import PublicDataSettings

T = TypeVar("T")
V = TypeVar("V")
log = structlog.get_logger(__name__)
NO_TIME: Final = timedelta()
PAUSES: Final = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between polls of the database after an announced change."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How stale cached data may be, measured from the start of their read.

    Attributes:
        renew: Older data are returned and refreshed in the background.
        stale: Older data are refreshed before they are returned.
        away: While the database is unavailable, data up to this age are returned anyway.
        pause: The pause between attempts while the database is unavailable.
    """

    renew: timedelta
    stale: timedelta
    away: timedelta
    pause: timedelta = timedelta(seconds=1)

    @classmethod
    def from_settings(cls, settings: PublicDataSettings) -> "Freshness":
        """Return the configured bounds; refreshing begins at half of them."""
        stale = timedelta(seconds=settings.stale_seconds)
        away = max(stale, timedelta(seconds=settings.away_seconds))
        return cls(renew=stale / 2, stale=stale, away=away)


@dataclass(frozen=True, slots=True)
class _Copy(Generic[V]):
    value: V
    read_at: datetime
    fresh_until: datetime


class StaleCache(Generic[V]):
    """Public data of the brands that were requested. An unknown brand is looked up each time.

    If a refresh finds equal data, the object stays the same, and so does what is memoized in it.

    Attributes:
        replaced: How often a brand's data were found to differ from those before.
    """

    def __init__(
        self, read: Callable[[str], Awaitable[V | None]], freshness: Freshness, clock: Clock
    ) -> None:
        """Create an empty cache.

        Args:
            read: Reads a brand's data from the database; returns None for an unknown brand.
            freshness: The bounds on staleness.
            clock: Measures age.
        """
        self._read = read
        self._freshness = freshness
        self._clock = clock
        self.replaced: Counter[str] = Counter()
        self._copies: dict[str, _Copy[V]] = {}
        self._failed: dict[str, datetime] = {}
        self._reading: dict[str, asyncio.Task[V | None]] = {}
        self._following: dict[str, asyncio.Task[None]] = {}

    @property
    def copies(self) -> dict[str, V]:
        """Return the cached data, however stale, by brand."""
        return {brand: copy.value for brand, copy in self._copies.items()}

    def age(self, brand: str) -> timedelta | None:
        """Return how long ago the read of a brand's data began; None if there are none."""
        copy = self._copies.get(brand)
        return None if copy is None else self._clock.now() - copy.read_at

    def get_fresh(self, brand: str, now: datetime) -> V | None:
        """Return the brand's data if they are fresh enough not to wait for a read; if None, use `get`.

        Args:
            brand: The brand.
            now: The instant of the request, which saves reading the clock.
        """
        copy = self._copies.get(brand)
        if copy is None:
            return None
        value = copy.value if copy.read_at <= now <= copy.fresh_until else self._usable(brand, copy)
        recorded = RECORDED.get()
        if recorded is not None and value is not None:
            recorded.hold(self, brand, value)
        return value

    async def get(self, brand: str) -> V | None:
        """Return the brand's data; None for an unknown brand.

        Raises:
            DatabaseAway: The database cannot be reached, and there are no data that are fresh enough.
            SQLAlchemyError: The same.
            OSError: The same.
        """
        value, recorded = await self._get(brand), RECORDED.get()
        if recorded is not None:
            recorded.hold(self, brand, value)
        return value

    async def _get(self, brand: str) -> V | None:
        copy = self._copies.get(brand)
        if copy is None:
            return await self._shared_read(brand)
        usable = self._usable(brand, copy)
        if usable is not None:
            return usable
        try:
            return await self._shared_read(brand)
        except (DatabaseAway, SQLAlchemyError, OSError):
            if NO_TIME <= self._clock.now() - copy.read_at <= self._freshness.away:
                return copy.value
            raise

    def _usable(self, brand: str, copy: _Copy[V]) -> V | None:
        """Return data that may be returned now, and refresh them in the background if they are not fresh."""
        age, freshness = self._clock.now() - copy.read_at, self._freshness
        if NO_TIME <= age <= freshness.renew:
            return copy.value
        if self._failed_lately(brand):
            return copy.value if NO_TIME <= age <= freshness.away else None
        if NO_TIME <= age <= freshness.stale:
            self._start_reading(brand)
            return copy.value
        return None

    def changed(self, brand: str) -> None:
        """Announce that a brand's data are changing; poll the database for some seconds to see it."""
        if brand not in self._copies:
            return
        earlier = self._following.pop(brand, None)
        if earlier is not None:
            earlier.cancel()
        task = self._following[brand] = asyncio.create_task(self._follow(brand), context=Context())
        task.add_done_callback(lambda done: self._forget(self._following, brand, done))

    async def renew(self) -> None:
        """Refresh all cached data.

        Raises:
            DatabaseAway: It cannot be read.
            SQLAlchemyError: The same.
            OSError: The same.
        """
        for brand in list(self._copies):
            await self._reread(brand)

    async def close(self) -> None:
        """Cancel the work in the background."""
        tasks = [*self._following.values(), *self._reading.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, brand: str) -> None:
        before = self._copies.get(brand)
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._reread(brand)
            except (DatabaseAway, SQLAlchemyError, OSError) as error:
                log.warning("public_data_change_not_seen", brand=brand, error=repr(error))
                continue
            now = self._copies.get(brand)
            if now is None or before is None or now.value is not before.value:
                return

    async def _reread(self, brand: str) -> None:
        """Read the database again: a read that is already running may have missed the change."""
        under_way = self._reading.get(brand)
        if under_way is not None:
            await asyncio.wait({under_way})
        await self._shared_read(brand)

    def _failed_lately(self, brand: str) -> bool:
        failed = self._failed.get(brand)
        return failed is not None and NO_TIME <= self._clock.now() - failed < self._freshness.pause

    async def _shared_read(self, brand: str) -> V | None:
        """Join the running read of a brand; cancelling one caller leaves it to the others."""
        return await asyncio.shield(self._start_reading(brand))

    def _start_reading(self, brand: str) -> "asyncio.Task[V | None]":
        task = self._reading.get(brand)
        if task is None:
            task = self._reading[brand] = asyncio.create_task(self._read_once(brand), context=Context())
            task.add_done_callback(lambda done: self._read_is_over(brand, done))
        return task

    async def _read_once(self, brand: str) -> V | None:
        began = self._clock.now()
        try:
            value = await self._read(brand)
        except (DatabaseAway, SQLAlchemyError, OSError):
            if brand in self._copies:
                self._failed[brand] = began
            raise
        self._failed.pop(brand, None)
        if value is None:
            self._copies.pop(brand, None)
            return None
        before = self._copies.get(brand)
        if before is not None and before.value == value:
            value = before.value
        elif before is not None:
            self.replaced[brand] += 1
        self._copies[brand] = _Copy(value, began, began + self._freshness.renew)
        return value

    def _read_is_over(self, brand: str, task: "asyncio.Task[V | None]") -> None:
        self._forget(self._reading, brand, task)
        error = None if task.cancelled() else task.exception()
        if error is not None and brand in self._copies:  # otherwise the caller gets the error
            log.warning("public_data_not_renewed", brand=brand, error=repr(error))

    @staticmethod
    def _forget(tasks: dict[str, asyncio.Task[T]], brand: str, task: "asyncio.Task[T]") -> None:
        if tasks.get(brand) is task:
            del tasks[brand]
