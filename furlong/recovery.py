"""Bring databases that were lost or restored back to what the topics know, and tell what is missing."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from consumers.stream.caught_up import CatchUp
from consumers.stream.positions import Positions
from consumers.stream.settings import StreamSettings
from furlong.catch_up import until_caught_up
from furlong.consuming import create_consumer
from furlong.table_truths import TRUTHS
from furlong.week_keeping import WeekKeeping
from furlong.wiring import METADATA
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.models import FULFILMENT
from subgraphs.fulfilment.states import FulfilmentState
from subgraphs.kit.records.truth import Source
from subgraphs.progress.qualification.read_back_repository import count_read_back, count_unconfirmed

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RecoveredTable:
    """A table after the recovery.

    Attributes:
        rows: how many it has.
        source: what brought them back: a value of `Source`.
        where: the topics, tables or commands.
        lost: what is lost without a backup; empty if nothing is.
    """

    name: str
    rows: int
    source: str
    where: tuple[str, ...]
    lost: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """A database after the recovery.

    Attributes:
        waits: what waits for a person, with the number of cases and the command that shows or decides them.
    """

    database: str
    tables: tuple[RecoveredTable, ...]
    waits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Recovers databases whose consumers are running."""

    settings: DatabaseSettings
    stream: StreamSettings
    clock: Clock

    async def recover(self, names: Iterable[str], stop: asyncio.Event, told: Told) -> list[Recovered]:
        """Wait until the databases have applied their topics, judge again what was read back, and report.

        Args:
            names: of the subgraphs.
            stop: ends the wait; what is missing then is not reported.
            told: what is waited for.
        """
        found = []
        for name in names:
            database = Database.open(self.settings, name)
            try:
                if not await until_caught_up(self._gate(name, database), stop, _saying(told, name)):
                    break
                if name == "progress":
                    await self._settle()
                found.append(await report(name, database))
            finally:
                await database.close()
        return found

    def _gate(self, name: str, database: Database) -> CatchUp:
        consumer = create_consumer(name, self.settings, self.stream, CollectorRegistry(), self.clock)
        positions = Positions.of(METADATA[name].tables["position"], database.dialect, self.clock)
        return CatchUp(self.stream, set(consumer.app.by_name), database, positions)

    async def _settle(self) -> None:
        keeping = WeekKeeping.open(self.settings, self.clock, self.stream)
        try:
            await keeping.keep()
            await keeping.lifecycle.settle_read_back()
        finally:
            await keeping.close()


async def report(name: str, database: Database) -> Recovered:
    """Tell what a database holds, where it came from, and what waits for a person."""
    tables = []
    async with database.home.read() as connection:
        for truth in TRUTHS[name]:
            rows = await connection.scalar(select(func.count()).select_from(truth.table))
            tables.append(
                RecoveredTable(truth.table.name, int(rows or 0), truth.source.value, truth.where, truth.lost)
            )
        waits: dict[str, int] = {}
        if name == "progress":
            waits = {
                "confirmed rewards whose bets are gone, which keep standing": await count_read_back(
                    connection
                ),
                "earned in closed weeks and never confirmed (`furlong week close BRAND WEEK`)": (
                    await count_unconfirmed(connection)
                ),
            }
        elif name == "fulfilment":
            review = FULFILMENT.c.state == FulfilmentState.REVIEW.value
            number = await connection.scalar(select(func.count()).select_from(FULFILMENT).where(review))
            waits = {"rewards in review (`furlong fulfilment reviews`)": int(number or 0)}
    return Recovered(name, tuple(tables), {what: number for what, number in waits.items() if number})


def lines(recovered: Recovered) -> list[str]:
    """Write a report for people."""
    found = [f"{recovered.database}: all topics are applied"]
    for table in recovered.tables:
        if table.source != Source.TRANSIENT.value:
            where = f" ({', '.join(table.where)})" if table.where else ""
            found.append(f"  {table.name:<20} {table.rows:>9} rows, from {table.source}{where}")
            if table.lost:
                found.append(f"  {'':<20} without a backup lost: {table.lost}")
    found += [f"  waits for a person: {what}: {number}" for what, number in recovered.waits.items()]
    return found


def as_json(recovered: Recovered) -> dict[str, Any]:
    """Write a report for programs."""
    return {
        "database": recovered.database,
        "waits": dict(recovered.waits),
        "tables": [
            {"name": one.name, "rows": one.rows, "source": one.source, "where": one.where, "lost": one.lost}
            for one in recovered.tables
        ],
    }


def _saying(told: Told, name: str) -> Told:
    return lambda reason: told(f"{name} waits for its consumer (`furlong consume {name}`): {reason}")
