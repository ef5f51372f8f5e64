"""Records who was shown the tracker, and who is in which group of a comparison, in batches in the background.

No read waits for it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.dependencies import uncover
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.club import control_draws
from subgraphs.club.control_draws import ControlDraw, TrialDraw
from subgraphs.club.customer_club import CustomerClub
from subgraphs.club.models import IMPRESSION, REFERENCE
from subgraphs.club_kit.domain.accounts import IneligibleReason
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.club_kit.records.reference import ReferenceRepository


async def record(connection: AsyncConnection, impressions: Mapping[ClubKey, datetime]) -> None:
    """Record impressions in the caller's write transaction; those already recorded stay unchanged.

    Customers without an account are left out: they have been erased since.
    """
    if not impressions:
        return
    owners = {key.owner for key in impressions}
    accounts = await ReferenceRepository(REFERENCE).accounts(connection, owners, held=True)
    rows = [
        {"brand_id": key.brand, "iso_week": key.iso_week, "customer_id": key.customer, "shown_at": at}
        for key, at in sorted(impressions.items())
        if key.owner in accounts
    ]
    if rows:
        await connection.execute(upsert(connection.dialect.name, IMPRESSION, rows))


async def count(connection: AsyncConnection, brand: str, iso_week: str) -> int:
    """Return how many customers were shown the tracker in a week."""
    c = IMPRESSION.c
    query = select(func.count()).select_from(IMPRESSION).where(c.brand_id == brand, c.iso_week == iso_week)
    return int(await connection.scalar(query) or 0)


async def shown_after(
    connection: AsyncConnection, brand: str, iso_week: str, after: str, limit: int
) -> Sequence[tuple[str, datetime]]:
    """Return customers who were shown the tracker in a week, each with the first time: a page by id.

    Only customers after the given one are returned.
    """
    c = IMPRESSION.c
    query = select(c.customer_id, c.shown_at).where(
        c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after
    )
    rows = await connection.execute(query.order_by(c.customer_id).limit(limit))
    return [(row.customer_id, row.shown_at) for row in rows]


DELAY_SECONDS: Final = 1.0
"""How long an impression waits for others before they are written together."""

RETRY_SECONDS: Final = 10.0
ROWS_PER_BATCH: Final = 500
REMEMBERED: Final = 100_000
"""How many customers this process remembers as recorded, in each of two generations of some 8 MB."""

WAITING_AT_MOST: Final = 50_000
"""How many impressions wait while the database cannot be reached; others are recorded at a later read."""

_log = structlog.get_logger("club.impressions")


class _Visit(NamedTuple):
    """A customer's first look of a week.

    Attributes:
        draw: The draw of a customer whose scheme has a control group or a trial.
        is_shown: Whether the tracker was shown: not to the control group.
    """

    at: datetime
    draw: ControlDraw | None
    is_shown: bool


@dataclass(slots=True)
class ImpressionRecorder:
    """Records the first time in a week that a customer is shown the tracker.

    Impressions that are not written yet are lost if the process is killed; a customer who returns in that
    week is recorded then.
    """

    database: Database
    groups: ControlGroups
    _recorded: set[int] = field(default_factory=set)
    _recorded_before: set[int] = field(default_factory=set)
    _waiting: dict[ClubKey, _Visit] = field(default_factory=dict)
    _writing: asyncio.Task[None] | None = None

    def shown(self, club: CustomerClub, now: datetime) -> None:
        """Note that a customer is shown the tracker of the current week.

        Customers who cannot take part are not counted: they are shown no tracker. Of the control group only
        the draw is recorded.
        """
        is_shown = club.ineligible is None
        if club.state is not WeekState.OPEN or not (
            is_shown or club.ineligible is IneligibleReason.NOT_OFFERED
        ):
            return
        mark = hash(club.key)  # a hash takes a fifth of a key's memory
        if mark in self._recorded or mark in self._recorded_before:
            return
        if len(self._waiting) >= WAITING_AT_MOST:
            uncover()  # so that the same answer comes here again
            return
        if len(self._recorded) >= REMEMBERED:
            self._recorded_before, self._recorded = self._recorded, set()
        self._recorded.add(mark)
        self._waiting.setdefault(club.key, _Visit(now, self._draw_of(club, now), is_shown))
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
                await record(
                    connection,
                    {key: impression.at for key, impression in batch.items() if impression.is_shown},
                )
                await control_draws.record(
                    connection,
                    [impression.draw for impression in batch.values() if impression.draw is not None],
                )
            for key in batch:
                del self._waiting[key]

    def _draw_of(self, club: CustomerClub, now: datetime) -> ControlDraw | None:
        scheme, owner, trial = club.scheme, club.key.owner, None
        if club.ineligible is None and (draw := self.groups.trial_draw(owner, scheme)) is not None:
            trial = TrialDraw(str(scheme.trial_reward_id), draw, scheme.trial_per_mille, now)
        if not scheme.control_per_mille and trial is None:
            return None
        territory, share = (scheme.jurisdiction, scheme.currency), scheme.control_per_mille
        return ControlDraw(owner, *territory, self.groups.draw(owner, scheme), share, now, trial)
