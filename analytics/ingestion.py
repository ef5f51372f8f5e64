"""Ingestion: each record becomes one row, exactly once, whatever is killed, repeated or read again.

An insert is one block of one partition and one range of offsets, and its token names the range. The offsets
are in the block's own rows, so that they cannot disagree with it: positions are read back from the store,
never from the broker. Tokens are remembered for a bounded number of blocks; that suffices, because only the
last range of a partition can be in doubt. It is read again at each start, which also finishes an erasure that
was interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from analytics.engine import Engine, quoted
from analytics.pseudonyms import Pseudonyms
from analytics.record_tables import BY_TOPIC, RECORD_TABLES
from analytics.rows.records import Origin, block_of
from consumers.messages.fields import FIRST_YEAR, LAST_YEAR
from consumers.stream.records import Partition, Record
from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.weeks import Calendar, week_named

if TYPE_CHECKING:
    import pyarrow as pa


class Range(NamedTuple):
    """The last range that was stored of a partition: `[first, last]`."""

    first: int
    last: int


class Reading(NamedTuple):
    """How far a partition was read.

    Attributes:
        position: The next offset to read.
        end: The partition's end when that was found out.
        complete_until: Everything that was produced until then has been read.
    """

    position: int
    end: int
    complete_until: datetime


@dataclass(slots=True)
class Ingestion:
    """Writes records into the store.

    Attributes:
        rows: How many rows were written since the start.
        refused: How many of these are records that are no facts.
    """

    engine: Engine
    pseudonyms: Pseudonyms
    clock: Clock
    rows: int = 0
    refused: int = 0
    _zones: set[str] = field(default_factory=set)

    def last_ranges(self) -> Mapping[Partition, Range]:
        """Return the last stored range of each partition.

        Raises:
            StoreFault: The engine refuses.
        """
        ranges = {}
        for table in RECORD_TABLES:
            rows = self.engine.read(
                "SELECT topic_partition, generation, argMax(range_first, range_last) AS first, "
                f"max(range_last) AS last FROM {table.name} GROUP BY topic_partition, generation"
            )
            for row in rows:
                partition = Partition(table.topic, row["topic_partition"], row["generation"])
                ranges[partition] = Range(row["first"], row["last"])
        return self._with_readings(ranges)

    def write(
        self, partition: Partition, position: int, records: Sequence[Record], last: int | None = None
    ) -> None:
        """Store the records that follow a position of a partition, at least one, in their order.

        Args:
            partition: The partition.
            position: The position before the records.
            records: An erasure may only be the last of them.
            last: The last offset of a range that is read again, whose last records the topic may have lost.

        Raises:
            StoreFault: The engine refuses; nothing of the block is stored.
        """
        table = BY_TOPIC[partition.topic]
        last = records[-1].offset if last is None else last
        origin = Origin(partition.number, partition.generation, position, last, self.clock.now())
        block = block_of(table, records, origin, self.pseudonyms)
        for zone in block.zones - self._zones:
            self._store_weeks(zone)
        token = f"{partition.topic}/{partition.number}/{position}-{last}/{partition.generation}"
        self.engine.insert(table.name, block.rows, token)
        for owner, at in block.erased:
            self.pseudonyms.destroy(owner, at)
        self.rows += len(records)
        self.refused += block.refused

    def report(self, readings: Mapping[Partition, Reading]) -> None:
        """Store how far partitions were read.

        Raises:
            StoreFault: The engine refuses.
        """
        now = _instant(self.clock.now())
        values = ", ".join(
            f"({quoted(partition.topic)}, {partition.number}, {quoted(partition.generation)}, "
            f"{reading.position}, {reading.end}, {_instant(reading.complete_until)}, {now})"
            for partition, reading in readings.items()
        )
        if values:
            self.engine.execute(f"INSERT INTO readings VALUES {values}")

    def _with_readings(self, ranges: dict[Partition, Range]) -> Mapping[Partition, Range]:
        """Return the ranges, moved on where rows were dropped since, because their retention was over."""
        rows = self.engine.read(
            "SELECT topic, topic_partition, generation, max(position) AS position FROM readings "
            "GROUP BY topic, topic_partition, generation"
        )
        for row in rows:
            partition = Partition(row["topic"], row["topic_partition"], row["generation"])
            position = row["position"]
            if position > 0 and (partition not in ranges or ranges[partition].last + 1 < position):
                ranges[partition] = Range(position, position - 1)
        return ranges

    def _store_weeks(self, zone: str) -> None:
        """Store the weeks of a time zone, unless they are there."""
        if not self.engine.read(f"SELECT 1 FROM zone_weeks WHERE time_zone = {quoted(zone)} LIMIT 1"):
            self.engine.insert("zone_weeks", _weeks_of(zone), f"zone/{zone}")
        self._zones.add(zone)


def _weeks_of(zone: str) -> pa.Table:
    """Return all weeks of a time zone in the years that messages may have."""
    import pyarrow as pa

    calendar, weeks = Calendar(zone), [week_named(f"{FIRST_YEAR}-W01", zone)]
    while weeks[-1].starts_at.year <= LAST_YEAR:
        weeks.append(calendar.week_after(weeks[-1]))
    instants = pa.timestamp("us", tz="UTC")
    return pa.table(
        {
            "time_zone": [zone] * len(weeks),
            "iso_week": [week.iso for week in weeks],
            "starts_at": pa.array([week.starts_at for week in weeks], instants),
            "ends_at": pa.array([week.ends_at for week in weeks], instants),
        }
    )


def _instant(at: datetime) -> str:
    """Return an instant as SQL writes it."""
    return quoted(at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
