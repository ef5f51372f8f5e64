"""Counts weeks in the background: one process of an installation, or of a cell, at a time.

Without cells, the back office's own tables are the store of what was counted.
"""

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from backoffice.figures import repository
from backoffice.figures.week_figures import LIABLE, WeekFigures
from backoffice.global_events.models import OUTBOX
from backoffice.risk.figures.counting import BrandWeeks, WeekCounter
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.kit.records.leases import Lease

NEWEST: Final = 2
"""The current week and the one before are counted each time."""

EARLIER_EVERY: Final = timedelta(minutes=10)
EARLIER_PER_ROUND: Final = 4
FINISHED_AFTER: Final = timedelta(days=35)
"""How long after its end a closed week with nothing due is still counted."""

SHARE_OF_TIME: Final = 10
"""Counting takes at most one part in eleven of the time."""

_log = structlog.get_logger("backoffice.risk")


class FigureStore(Protocol):
    """Where counted weeks go: the back office's tables, or, from a cell, the topic of cells."""

    async def hold(self) -> bool:
        """Take or renew the right to count; return False while another process has it."""

    async def leave(self) -> None:
        """Give the right up."""

    async def counted(self, brand: str) -> Mapping[str, tuple[bool, datetime]]:
        """Return which counted weeks can no longer change, and when each was counted."""

    async def store(self, figures: WeekFigures, *, finished: bool) -> None:
        """Replace the figures of a week."""


@dataclass(slots=True)
class FigureCollector:
    """Counts weeks and stores their figures.

    Attributes:
        every: How long after one round the next one begins.
    """

    figures: FigureStore
    counter: WeekCounter
    every: timedelta

    async def run(self, stop: asyncio.Event) -> None:
        """Count until the event is set; what goes wrong is logged and tried again."""
        while not stop.is_set():
            loop = asyncio.get_running_loop()
            begun = loop.time()
            try:
                if await self.figures.hold():
                    await self.count_due()
            except Exception:  # noqa: BLE001 - a database that is unavailable is back later
                _log.exception("risk_figures_not_counted")
            pause = max(self.every.total_seconds(), SHARE_OF_TIME * (loop.time() - begun))
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
        await self.figures.leave()

    async def count_due(self) -> int:
        """Count the weeks of all brands that may have changed; return how many were counted."""
        counted = 0
        for brand in await self.counter.brands():
            if (known := await self.counter.weeks(brand)) is None:
                continue
            for week in await self._due(known):
                await self.count(known, week)
                counted += 1
                await self.figures.hold()
        return counted

    async def count(self, known: BrandWeeks, week: Week) -> WeekFigures:
        """Count one week, and store its figures."""
        figures = await self.counter.count(known.brand, week)
        over = figures.as_of >= week.ends_at + FINISHED_AFTER and figures.closed
        await self.figures.store(figures, finished=over and figures.customers(LIABLE) == 0)
        return figures

    async def _due(self, known: BrandWeeks) -> list[Week]:
        counted = await self.figures.counted(known.brand.id)
        now, earlier = self.counter.clock.now(), []
        for week in known.weeks[NEWEST:]:
            finished, as_of = counted.get(week.iso, (False, None))
            if not finished and (as_of is None or now - as_of >= EARLIER_EVERY):
                earlier.append((as_of is not None, as_of or now, week))
        waiting = [week for *_, week in sorted(earlier, key=lambda counted: counted[:2])]
        return [*known.weeks[:NEWEST], *waiting[:EARLIER_PER_ROUND]]


LEASE: Final = timedelta(seconds=60)
"""How long others wait for a process that was killed while it counted."""


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """Stores figures in the back office's tables.

    Attributes:
        database: The back office's.
        clock: The machine's, for the lease.
        every: How often weeks are counted.
        holder: This process, for the lease.
    """

    database: Database
    clock: Clock
    every: timedelta
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def hold(self) -> bool:
        """Take or renew the lease; return False while another process has it."""
        async with self.database.write() as connection:
            now = await self.clock.at(connection)
            return await self._lease.hold(connection, now, max(LEASE, 2 * self.every))

    async def leave(self) -> None:
        """End the lease."""
        async with self.database.write() as connection:
            await self._lease.end(connection)

    async def counted(self, brand: str) -> Mapping[str, tuple[bool, datetime]]:
        """Return which counted weeks can no longer change, and when each was counted."""
        async with self.database.read() as connection:
            return await repository.finished(connection, brand)

    async def store(self, figures: WeekFigures, *, finished: bool) -> None:
        """Replace the figures of a week."""
        async with self.database.write() as connection:
            await repository.store(connection, figures, finished=finished)

    @property
    def _lease(self) -> Lease:
        return Lease(OUTBOX.lease, "risk-figures", self.holder)
