"""Records who was shown the tracker, in batches in the background, so that no read waits for it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

import structlog

from foundation.storage.database import Database
from subgraphs.club.customer_club import CustomerClub
from subgraphs.club.impressions import repository
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.domain.schemes import WeekState

DELAY_SECONDS: Final = 1.0
"""How long an impression waits for others before they are written together."""

RETRY_SECONDS: Final = 10.0
ROWS_PER_BATCH: Final = 500
REMEMBERED: Final = 100_000
"""How many customers this process remembers as recorded, in each of two generations of some 8 MB."""

WAITING_AT_MOST: Final = 50_000
"""How many impressions wait while the database cannot be reached; others are recorded at a later read."""

_log = structlog.get_logger("club.impressions")


@dataclass(slots=True)
class ImpressionRecorder:
    """Records the first time in a week that a customer is shown the tracker.

    Impressions that are not written yet are lost if the process is killed; a customer who returns in that
    week is recorded then.
    """

    database: Database
    _recorded: set[int] = field(default_factory=set)
    _recorded_before: set[int] = field(default_factory=set)
    _waiting: dict[ClubKey, datetime] = field(default_factory=dict)
    _writing: asyncio.Task[None] | None = None

    def shown(self, club: CustomerClub, now: datetime) -> None:
        """Note that a customer is shown the tracker of the current week.

        Customers who cannot take part are not counted: they are shown no tracker.
        """
        if club.ineligible is not None or club.state is not WeekState.OPEN:
            return
        mark = hash(club.key)  # a hash takes a fifth of a key's memory
        if mark in self._recorded or mark in self._recorded_before or len(self._waiting) >= WAITING_AT_MOST:
            return
        if len(self._recorded) >= REMEMBERED:
            self._recorded_before, self._recorded = self._recorded, set()
        self._recorded.add(mark)
        self._waiting.setdefault(club.key, now)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_waiting())

    async def close(self) -> None:
        """Try once to write the waiting impressions."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        try:
            await self._write()
        except Exception as error:  # noqa: BLE001 - a figure is lost, and the process still has to end
            _log.warning("impressions_lost", customers=len(self._waiting), error=type(error).__name__)

    async def _write_waiting(self) -> None:
        pause = DELAY_SECONDS
        try:
            while self._waiting:
                await asyncio.sleep(pause)
                try:
                    await self._write()
                    pause = DELAY_SECONDS
                except Exception as error:  # noqa: BLE001 - whatever is wrong, reads go on
                    pause = RETRY_SECONDS
                    _log.warning("impressions_wait", customers=len(self._waiting), error=type(error).__name__)
        finally:
            self._writing = None

    async def _write(self) -> None:
        while self._waiting:
            batch = dict(islice(self._waiting.items(), ROWS_PER_BATCH))
            async with self.database.write() as connection:
                await repository.record(connection, batch)
            for key in batch:
                del self._waiting[key]
