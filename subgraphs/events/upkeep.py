"""Upkeep: judges providers, lets those lead that are trusted, and forgets what is long over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.leaders import leaders
from subgraphs.events.models import (
    LEADER_CHANGE,
    MARKET,
    MAX_LENGTH,
    OFFER,
    OVER,
    PICTURE,
    POSTPONED,
    STATISTICS,
)
from subgraphs.events.records import results
from subgraphs.events.records.additions import end_void_additions
from subgraphs.events.records.announcements import announce, announce_end
from subgraphs.events.records.matches import match_sports
from subgraphs.events.records.offers import end_void_offers
from subgraphs.events.records.providers import (
    read_leaders,
    read_reports,
    read_trusts,
    store_leaders,
    store_trusts,
)
from subgraphs.events.records.results import announce_results, markets_untold
from subgraphs.events.settings import EventsSettings
from subgraphs.events.trust import ProviderReport, judged
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_name, call
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.rounds import WorkerParts

WORKER: Final = "events-upkeep"
PARTS: Final = LoopName(WORKER, "parts")
RESULTS: Final = LoopName(WORKER, "results")
VOID_AFTER_MS: Final = 120_000
"""So long after an adapter has told everything anew, what it did not tell is gone."""

KEPT: Final = timedelta(days=30)
"""How long events are kept after they started, and markets without an event after they last changed."""

BATCH: Final = 500
"""How many rows of a table a round deletes at most."""

ANNOUNCED: Final = 20
"""How many batches of offers and markets a round tells at most."""


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
        """Judge all providers, end what is void, tell other blocks, and delete some of what is old."""
        told = {"announcement": False, "deletion": False}
        postponed, machine = PostponedItems(self.database, POSTPONED), self.clock.machine

        async def judging() -> None:
            async with self.database.write() as connection:
                reports = await read_reports(connection)
                await self._judge(connection, reports)
                await self._end_void(connection, reports)

        async def announcement() -> None:
            loop: Loop[str] = Loop(name=RESULTS, postponed=postponed, clock=machine, named=str)
            is_more = await self._announce_results(loop)
            told["announcement"] = await self._announce() or is_more

        async def deletion() -> None:
            async with self.database.write() as connection:
                told["deletion"] = await _delete_old(connection, await self.clock.at(connection))

        parts = Loop(name=PARTS, postponed=postponed, clock=machine, named=by_name)
        await parts.each([judging, announcement, deletion], call)
        return {**told, **await postponed.counts(WORKER, machine)}

    async def _announce_results(self, loop: Loop[str]) -> bool:
        """Tell other blocks what decides bets, some of it; return whether there may be more."""

        async def tell(markets: Sequence[str]) -> None:
            async with self.database.write() as connection:
                await announce_results(connection, markets, await self.clock.at(connection))

        for _ in range(ANNOUNCED):
            limit = await loop.widened(results.BATCH)
            async with self.database.read() as connection:
                markets = await markets_untold(connection, limit)
            await loop.together(markets, tell)
            if len(markets) < limit:
                return False
        return True

    async def _announce(self) -> bool:
        """Tell other blocks of offers and markets, some of it; return whether there may be more."""
        for _ in range(ANNOUNCED):
            async with self.database.write() as connection:
                if not await announce(connection, await self.clock.at(connection)):
                    return False
        return True

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
        instant = self.clock.machine.now()
        now, latest = int(instant.timestamp() * 1000), self.settings.trust_limits.latest_revision(instant)
        for report in reports:
            if report.complete and now - report.first_revision > VOID_AFTER_MS:
                ended = await end_void_offers(connection, report.provider, report.first_revision, latest)
                await match_sports(connection, ended.sports, self.clock.now(), ended.version)
                for table in (STATISTICS, PICTURE):
                    await end_void_additions(
                        connection, table, report.provider, report.first_revision, latest
                    )

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()


async def _delete_old(connection: AsyncConnection, now: datetime) -> bool:
    """Delete some of what is old; return whether there may be more."""
    until, more = now - KEPT, False
    for table, is_old, age in (
        (OFFER, _is_over(until), OFFER.c.starts_at),
        (MARKET, _is_without_event(until), MARKET.c.changed_at),
        (STATISTICS, STATISTICS.c.occurred_at < until, STATISTICS.c.occurred_at),
        (PICTURE, PICTURE.c.ends_at < until, PICTURE.c.ends_at),
        (LEADER_CHANGE, LEADER_CHANGE.c.changed_at < until, LEADER_CHANGE.c.changed_at),
    ):
        key = tuple(table.primary_key.columns)
        due = select(*key).where(is_old).order_by(age).limit(BATCH)
        keys = [tuple(row) for row in await connection.execute(due)]
        if keys and "own_id" in table.c:
            ids = await _own_ids(connection, table, keys)
            await connection.execute(delete(table).where(tuple_(*key).in_(keys), is_old))
            gone = sorted(ids - await _own_ids(connection, table, keys))
            await announce_end(connection, table, gone, now)
        elif keys:
            await connection.execute(delete(table).where(tuple_(*key).in_(keys), is_old))
        more = more or len(keys) == BATCH
    return more


async def _own_ids(connection: AsyncConnection, table: Table, keys: Sequence[tuple[Any, ...]]) -> set[str]:
    own_ids = select(table.c.own_id).where(tuple_(*table.primary_key.columns).in_(keys))
    return set(await connection.scalars(own_ids))


def _is_over(until: datetime) -> ColumnElement[bool]:
    """Return whether an offer started before an instant; long before, if nobody said that it is over."""
    c = OFFER.c
    ended = or_(c.status.in_(OVER), c.is_gone, c.starts_at < until - MAX_LENGTH)
    return and_(c.starts_at < until, ended)


def _is_without_event(until: datetime) -> ColumnElement[bool]:
    """Return whether a market that has not changed since an instant is gone, or its event no longer there."""
    c = MARKET.c
    of_it = (OFFER.c.provider == c.provider, OFFER.c.sports_event_id == c.sports_event_id)
    return and_(c.changed_at < until, or_(c.is_gone, ~exists().where(*of_it)))


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the database of events."""
    return Upkeep(Database.open(parts.database, "events"), parts.clock, EventsSettings())
