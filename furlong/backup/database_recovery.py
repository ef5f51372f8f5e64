"""Recovering databases that were lost or restored: applies their topics, and reports what is missing."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from sqlalchemy import func, select

from backoffice.global_events.publisher import LEASE
from backoffice.metadata import NAME as BACKOFFICE
from backoffice.run_publisher import PATIENCE_SECONDS, publish_now
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.database import Database, open_databases
from foundation.storage.settings import DatabaseSettings
from furlong.backup.recovery_sources import RECOVERY_SOURCES
from furlong.workers.catch_up import gate_of, until_caught_up
from furlong.workers.recovery_worker import create_recoveries
from furlong.workers.week_worker import WeekWorker
from subgraphs.fulfilment.models import FULFILMENT
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.mutations.recovery import ComparedChanges
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.progress.qualification.earlier_qualifications import count_read_back, count_unconfirmed

WaitReport = Callable[[str], None]
READING_SECONDS: Final = PATIENCE_SECONDS + LEASE.total_seconds()
"""How long decisions are read back: the lease of a process that was killed has to run out first."""


@dataclass(frozen=True, slots=True)
class RecoveredTable:
    """A table after the recovery.

    Attributes:
        rows: Its number of rows.
        source: How the rows came back, a value of `Source`.
        where: The topics, tables or commands that the rows came from.
        lost: What is lost without a backup; empty if nothing is.
    """

    name: str
    rows: int
    source: str
    where: tuple[str, ...]
    lost: str


@dataclass(frozen=True, slots=True)
class RecoveredDatabase:
    """A database after the recovery.

    Attributes:
        waits: Numbers of cases that wait for a person's decision, by a text that names the command for
            deciding them.
        changes: What became of customers' changes in doubt; None if the database has none.
    """

    database: str
    tables: tuple[RecoveredTable, ...]
    waits: Mapping[str, int] = field(default_factory=dict)
    changes: ComparedChanges | None = None


@dataclass(frozen=True, slots=True)
class DatabaseRecovery:
    """Recovers databases whose consumers are running."""

    settings: DatabaseSettings
    stream: StreamSettings
    clock: Clock
    upstream: UpstreamSettings = field(default_factory=UpstreamSettings)

    async def recover(
        self, names: Iterable[str], stop: asyncio.Event, on_wait: WaitReport
    ) -> list[RecoveredDatabase]:
        """Wait until databases have applied their topics, check again what was read back, and report.

        Customers' changes in doubt are compared with the upstream's record before anybody can repeat them.

        Args:
            names: The databases.
            stop: Ends the wait; databases that have not been recovered by then are not reported.
            on_wait: Called with what the recovery is waiting for.

        Raises:
            NotPublished: What the back office had decided could not be read back, or is not on Kafka yet.
            KafkaError: The brokers cannot be reached.
        """
        databases = []
        for name in names:
            async with open_databases(self.settings, name) as (database,):
                if name == BACKOFFICE:
                    await self._read_decisions_back(database)
                elif not await self._is_caught_up(name, stop, on_wait):
                    break
                elif name == "progress":
                    await self._settle()
                recovered = await report(name, database)
                databases.append(replace(recovered, changes=await self._compare_changes(name)))
        return databases

    async def _is_caught_up(self, name: str, stop: asyncio.Event, on_wait: WaitReport) -> bool:
        gate = gate_of(name, self.settings, self.stream, self.clock)
        try:
            return await until_caught_up(gate, stop, _waits_for_consumer(name, on_wait))
        finally:
            await gate.close()

    async def _read_decisions_back(self, database: Database) -> None:
        """Take over the decisions that only the topic has; a cell's own back office takes none."""
        if self.settings.cell.own() is None:
            await publish_now(database, self.stream, self.clock, READING_SECONDS, reads=True)

    async def _compare_changes(self, name: str) -> ComparedChanges | None:
        async with AsyncExitStack() as stack:
            parts = RecoveryParts(stack, self.settings, self.upstream, self.clock)
            recovery = create_recoveries(parts).get(name)
            return await recovery.compare() if recovery else None

    async def _settle(self) -> None:
        worker = WeekWorker.open(self.settings, self.clock, self.stream)
        try:
            await worker.run_once()
            await worker.lifecycle.settle_read_back()
        finally:
            await worker.close()


async def report(name: str, database: Database) -> RecoveredDatabase:
    """Report what a database holds, where it came from, and what waits for a person's decision."""
    tables = []
    async with database.read() as connection:
        for table in RECOVERY_SOURCES[name]:
            rows = await connection.scalar(select(func.count()).select_from(table.table))
            tables.append(
                RecoveredTable(table.table.name, int(rows or 0), table.source.value, table.where, table.lost)
            )
        waits: dict[str, int] = {}
        if name == "progress":
            waits = {
                "confirmed rewards that stay although their bets are gone": await count_read_back(connection),
                "rewards earned in closed weeks and never confirmed (`furlong week close BRAND WEEK`)": (
                    await count_unconfirmed(connection)
                ),
            }
        elif name == "fulfilment":
            review = FULFILMENT.c.state == FulfilmentState.REVIEW.value
            number = await connection.scalar(select(func.count()).select_from(FULFILMENT).where(review))
            waits = {"rewards in review (`furlong fulfilment reviews`)": int(number or 0)}
    return RecoveredDatabase(name, tuple(tables), {what: number for what, number in waits.items() if number})


def lines(recovered: RecoveredDatabase) -> list[str]:
    """Return the lines of a report."""
    printed = [f"{recovered.database}: all topics are applied"]
    for table in recovered.tables:
        if table.source != Source.TRANSIENT.value:
            where = f" ({', '.join(table.where)})" if table.where else ""
            printed.append(f"  {table.name:<20} {table.rows:>9} rows, from {table.source}{where}")
            if table.lost:
                printed.append(f"  {'':<20} without a backup lost: {table.lost}")
    if changes := recovered.changes:
        settled = f"{changes.settled} settled by the upstream's record"
        others = f"{changes.sent_later} to be sent again, {changes.unknown} without a clear answer"
        printed.append(f"  changes in doubt: {settled}, {others}")
    printed += [f"  waits for a person: {what}: {number}" for what, number in recovered.waits.items()]
    return printed


def as_json(recovered: RecoveredDatabase) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "database": recovered.database,
        "waits": dict(recovered.waits),
        "changes": None if recovered.changes is None else asdict(recovered.changes),
        "tables": [
            {
                "name": table.name,
                "rows": table.rows,
                "source": table.source,
                "where": table.where,
                "lost": table.lost,
            }
            for table in recovered.tables
        ],
    }


def _waits_for_consumer(name: str, on_wait: WaitReport) -> WaitReport:
    return lambda reason: on_wait(f"{name} waits for its consumer (`furlong consume {name}`): {reason}")
