"""A store of analytics on the embedded engine, emptied for each test: a process can open only one."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa

from analytics.engine import ChdbEngine, open_store
from analytics.errors import StoreFault
from analytics.ingestion import Ingestion
from analytics.pseudonyms import Pseudonyms
from analytics.questions.reports import PREFIX
from analytics.record_tables import BY_TOPIC, RECORD_TABLES, Retention
from analytics.rollups import Rollups
from analytics.rows.records import end_of_block
from analytics.schema import DERIVED, Rollup, rollups, views
from consumers.stream.records import Partition, Record
from foundation.storage.clock import SystemClock

KEY = "the key of pseudonyms in tests, long enough"
_GENERATIONS = count()


class Crash(Exception):
    """The process would be gone here."""


@dataclass
class FaultyEngine:
    """The engine, in a process that is killed at some inserts, before them or right after.

    Attributes:
        plan: For each insert to come whether nothing, `before` or `after` happens.
        statements: After how many statements the process is killed; None if it is not.
    """

    engine: ChdbEngine
    plan: list[str] = field(default_factory=list)
    statements: int | None = None

    def insert(self, table: str, rows: pa.Table, token: str) -> None:
        """Insert, unless the process is killed."""
        fault = self.plan.pop(0) if self.plan else ""
        if fault == "before":
            raise Crash
        self.engine.insert(table, rows, token)
        if fault == "after":
            raise Crash

    def execute(self, sql: str) -> None:
        """Carry out a statement, unless the process is killed."""
        if self.statements is not None:
            self.statements -= 1
            if self.statements < 0:
                raise Crash
        self.engine.execute(sql)

    def read(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        return self.engine.read(sql)

    def close(self) -> None:
        """Nothing: the engine is shared."""


@dataclass
class Store:
    """The store of one test.

    Attributes:
        generation: Of this test alone, so that no token was used before.
    """

    folder: Path
    engine: ChdbEngine
    pseudonyms: Pseudonyms
    generation: str = field(default_factory=lambda: f"generation-{next(_GENERATIONS)}")

    def ingestion(self, plan: Sequence[str] = ()) -> Ingestion:
        """Return what a process has right after its start."""
        return Ingestion(FaultyEngine(self.engine, list(plan)), self.pseudonyms, SystemClock())

    def partition(self, topic: str, number: int = 0) -> Partition:
        """Return a partition of this test."""
        return Partition(topic, number, self.generation)

    def fill(self, *records: Record) -> None:
        """Store records of any topics, in partition 0 after what is there, offsets given in their order."""
        ingestion = self.ingestion()
        for topic in dict.fromkeys(record.topic for record in records):
            partition = self.partition(topic)
            stored = ingestion.last_ranges().get(partition)
            position = 0 if stored is None else stored.last + 1
            numbered = [
                replace(record, offset=offset)
                for offset, record in enumerate(
                    (record for record in records if record.topic == topic), position
                )
            ]
            while numbered:
                taken = end_of_block(BY_TOPIC[topic], numbered, 10_000)
                ingestion.write(partition, position, numbered[:taken])
                numbered, position = numbered[taken:], numbered[taken - 1].offset + 1

    def roll_up(self, killed_after: int = 0, tables: Sequence[Rollup] | None = None) -> None:
        """Count what has changed, in a process that is killed after so many statements, unless that is 0.

        Args:
            killed_after: How many statements are carried out.
            tables: What is counted; by default all.

        Raises:
            Crash: The process was killed.
        """
        engine = FaultyEngine(self.engine, statements=killed_after or None)
        Rollups(engine, rollups() if tables is None else tables).refresh()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row.values()) for row in self.engine.read(sql)]

    def pseudonym(self, customer: str, brand: str = "northbet") -> int:
        """Return what stands for a customer."""
        return self.pseudonyms.at([((brand, customer), datetime(2100, 1, 1, tzinfo=UTC))])[0]

    def clear(self) -> None:
        """Empty all tables."""
        records, rolled = ([table.name for table in tables] for tables in (RECORD_TABLES, rollups()))
        for table in (*records, *rolled, "readings", "exchange_rates", *DERIVED):
            self.engine.execute(f"TRUNCATE TABLE {table}")


def tables_of(report: str) -> list[Rollup]:
    """Return the roll-ups that a report reads, also through others, in the order in which to count them."""
    queries = {view.name: view.query for view in views()} | {table.name: table.query for table in rollups()}
    reached: set[str] = set()
    names = {PREFIX + report, "week_states"}  # which says what weeks there are
    while names:
        reached |= names
        words = {word for name in names for word in re.findall(r"\w+", queries[name])}
        names = (words & queries.keys()) - reached
    return [table for table in rollups() if table.name in reached]


def open_shared(folder: Path) -> Store:
    """Open the store of this process.

    Raises:
        StoreFault: The engine refuses.
    """
    engine = open_store(folder, None, Retention())
    if not isinstance(engine, ChdbEngine):
        raise StoreFault("not the embedded engine")
    return Store(folder, engine, Pseudonyms(folder / "customers.sqlite", KEY))


def is_complete(port: int) -> bool:
    """Tell whether the process that owns the store has stored all records of the moment before."""
    try:
        return bool(httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).json()["complete"])
    except httpx.HTTPError:
        return False


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of processes that name a folder."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in lines if str(folder) in line]
