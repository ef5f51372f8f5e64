"""Upkeep: judges providers, lets those lead that are trusted, and forgets what is long over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.leaders import leaders
from subgraphs.events.models import LEADER_CHANGE, MARKET, OFFER, PICTURE, STATISTICS
from subgraphs.events.records.additions import end_void_additions
from subgraphs.events.records.matches import match_sports
from subgraphs.events.records.offers import end_void_offers
from subgraphs.events.records.providers import (
    read_leaders,
    read_reports,
    read_trusts,
    store_leaders,
    store_trusts,
)
from subgraphs.events.settings import EventsSettings
from subgraphs.events.trust import ProviderReport, judged
from subgraphs.kit.rounds import WorkerParts

VOID_AFTER_MS: Final = 120_000
"""So long after an adapter has told everything anew, what it did not tell is gone."""

KEPT: Final = timedelta(days=30)
"""How long events and markets are kept after they started or last changed."""

BATCH: Final = 500
"""How many rows of a table a round deletes at most."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Does all of it in each round; several processes may do so at the same time.

    Attributes:
        database: The events'.
        clock: Product time for events, machine time for providers.
    """

    database: Database
    clock: Clock
    settings: EventsSettings

    async def round(self) -> Mapping[str, int]:
        """Judge all providers, end what is void, and delete some of what is old."""
        async with self.database.write() as connection:
            reports = await read_reports(connection)
            await self._judge(connection, reports)
            await self._end_void(connection, reports)
        async with self.database.write() as connection:
            until = await self.clock.at(connection) - KEPT
            return {"deletion": await _delete_old(connection, until)}

    async def _judge(self, connection: AsyncConnection, reports: tuple[ProviderReport, ...]) -> None:
        now, limits = self.clock.machine.now(), self.settings.trust_limits
        before = await read_trusts(connection)
        trusts = {
            report.provider: judged(before.get(report.provider), limits.flaw(report, now), now)
            for report in reports
        }
        await store_trusts(connection, {name: one for name, one in trusts.items() if before.get(name) != one})
        led = await read_leaders(connection)
        await store_leaders(connection, led, leaders(led, reports, trusts, self.settings.preferred, now))

    async def _end_void(self, connection: AsyncConnection, reports: tuple[ProviderReport, ...]) -> None:
        """End what an adapter has not told since it began, once it has told everything."""
        now = int(self.clock.machine.now().timestamp() * 1000)
        for report in reports:
            if report.complete and now - report.first_revision > VOID_AFTER_MS:
                ended = await end_void_offers(connection, report.provider, report.first_revision)
                await match_sports(connection, ended.sports, self.clock.now(), ended.version)
                for table in (STATISTICS, PICTURE):
                    await end_void_additions(connection, table, report.provider, report.first_revision)

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()


async def _delete_old(connection: AsyncConnection, until: datetime) -> bool:
    """Delete some of what is older than an instant; return whether there may be more."""
    more = False
    for table, age in (
        (OFFER, OFFER.c.starts_at),
        (MARKET, MARKET.c.changed_at),
        (STATISTICS, STATISTICS.c.occurred_at),
        (PICTURE, PICTURE.c.ends_at),
        (LEADER_CHANGE, LEADER_CHANGE.c.changed_at),
    ):
        key = tuple(table.primary_key.columns)
        due = select(*key).where(age < until).order_by(age).limit(BATCH)
        keys = [tuple(row) for row in await connection.execute(due)]
        if keys:
            await connection.execute(delete(table).where(tuple_(*key).in_(keys), age < until))
        more = more or len(keys) == BATCH
    return more


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the database of events."""
    return Upkeep(Database.open(parts.database, "events"), parts.clock, EventsSettings())
