"""Counts weeks in the background: one process of an installation at a time."""

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from backoffice.global_events.models import OUTBOX
from backoffice.risk.figures import repository
from backoffice.risk.figures.counting import BrandWeeks, WeekCounter
from backoffice.risk.figures.week_figures import LIABLE, WeekFigures
from storage.database import Database
from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.records.leases import Lease

LEASE: Final = timedelta(seconds=60)
NEWEST: Final = 2
"""The present week and the one before are counted each time."""

EARLIER_EVERY: Final = timedelta(minutes=10)
EARLIER_AT_ONCE: Final = 4
FINISHED_AFTER: Final = timedelta(days=35)
"""So long after its end a closed week of which nothing is due is not counted again."""

SHARE_OF_TIME: Final = 10
"""Counting takes at most one part in eleven of the time."""

_log = structlog.get_logger("backoffice.risk")


@dataclass(slots=True)
class FigureCollector:
    """Counts weeks and stores their figures.

    Attributes:
        database: the back office's.
        every: how long after one round the next one begins.
        holder: this process, for the lease.
    """

    database: Database
    counter: WeekCounter
    every: timedelta
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def run(self, stop: asyncio.Event) -> None:
        """Count until the event is set; what goes wrong is logged and tried again."""
        while not stop.is_set():
            loop = asyncio.get_running_loop()
            begun = loop.time()
            try:
                if await self._hold():
                    await self.count_due()
            except Exception:  # noqa: BLE001 - a database that is away is back later
                _log.exception("the figures of risk cannot be counted")
            pause = max(self.every.total_seconds(), SHARE_OF_TIME * (loop.time() - begun))
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
        async with self.database.home.write() as connection:
            await self._lease.end(connection)

    async def count_due(self) -> int:
        """Count the weeks of all brands that may have changed; return how many were counted."""
        counted = 0
        for brand in await self.counter.brands():
            if (known := await self.counter.weeks(brand)) is None:
                continue
            for week in await self._due(known):
                await self.count(known, week)
                counted += 1
                await self._hold()
        return counted

    async def count(self, known: BrandWeeks, week: Week) -> WeekFigures:
        """Count one week, and store its figures."""
        figures = await self.counter.count(known.brand, week)
        over = figures.as_of >= week.ends_at + FINISHED_AFTER and figures.closed
        async with self.database.home.write() as connection:
            finished = over and figures.customers(LIABLE) == 0
            await repository.store(connection, figures, finished=finished)
        return figures

    async def _due(self, known: BrandWeeks) -> list[Week]:
        async with self.database.home.read() as connection:
            counted = await repository.finished(connection, known.brand.id)
        now, earlier = self.counter.clock.now(), []
        for week in known.weeks[NEWEST:]:
            finished, as_of = counted.get(week.iso, (False, None))
            if not finished and (as_of is None or now - as_of >= EARLIER_EVERY):
                earlier.append((as_of is not None, as_of or now, week))
        waiting = [week for *_, week in sorted(earlier, key=lambda one: one[:2])]
        return [*known.weeks[:NEWEST], *waiting[:EARLIER_AT_ONCE]]

    @property
    def _lease(self) -> Lease:
        return Lease(OUTBOX.lease, "risk-figures", self.holder)

    async def _hold(self) -> bool:
        now = self.counter.clock.machine.now()
        async with self.database.home.write() as connection:
            return await self._lease.hold(connection, now, max(LEASE, 2 * self.every))
