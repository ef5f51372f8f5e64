"""Roll-ups of bets by the week in which they were placed, of which all that is told of them is.

A week is counted as a whole when it has more or fewer records than when it was counted last, so a late
settlement or a correction changes one week, and nothing has to be remembered about others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from analytics.engine import Engine, quoted
from analytics.partitions import NO_ROWS, SUMS, count_partition, counted_anew
from analytics.schema import Rollup


class PlacedWeek(NamedTuple):
    """A week in which bets of a brand were placed, by its first day in UTC."""

    brand: str
    monday: date

    @property
    def names(self) -> Mapping[str, str]:
        """Return what the names in a query stand for."""
        return {"brand": quoted(self.brand), "monday": f"toDate('{self.monday}')"}

    @property
    def partition(self) -> str:
        """Return the values of a partition's columns."""
        return f"({quoted(self.brand)}, '{self.monday}')"


@dataclass(frozen=True, slots=True)
class PlacedWeeks:
    """Counts weeks ahead.

    Attributes:
        engine: The store, as its one writer.
        tables: What is counted.
    """

    engine: Engine
    tables: Sequence[Rollup]

    def refresh(self) -> int:
        """Count all weeks whose records have changed; return how many.

        Raises:
            StoreFault: The engine refuses.
        """
        rolled, counted = self._rolled(), 0
        for week, records in self._weeks().items():
            if rolled.pop(week, 0) != records:
                self._count(week, records)
                counted += 1
        for week in rolled:
            self._forget(week)
        return counted

    def differences(self) -> Iterator[tuple[PlacedWeek, str]]:
        """Yield each week and roll-up that is not what its records say; nothing, unless something is wrong.

        Raises:
            StoreFault: The engine refuses.
        """
        rolled = self._rolled()
        for week, records in self._weeks().items():
            if rolled.get(week) != records:
                continue  # records have come since
            for table in self.tables:
                of_week = f"brand = {week.names['brand']} AND placed_in = {week.names['monday']}"
                stored = self.engine.read(f"SELECT {SUMS} FROM (SELECT * FROM {table.name} WHERE {of_week})")
                if (stored or [NO_ROWS])[0] != counted_anew(self.engine, table, week.names):
                    yield week, table.name

    def _weeks(self) -> dict[PlacedWeek, int]:
        """Return how many records each week has."""
        rows = self.engine.read(
            "SELECT brand, toMonday(placed_at) AS monday, count() AS records FROM bet_state_records "
            "WHERE brand != '' GROUP BY brand, toMonday(placed_at) ORDER BY brand, monday"
        )
        return {PlacedWeek(row["brand"], row["monday"]): row["records"] for row in rows}

    def _rolled(self) -> dict[PlacedWeek, int]:
        """Return how many each had when it was counted."""
        rows = self.engine.read("SELECT brand, monday, records FROM rolled_placed_weeks FINAL")
        return {PlacedWeek(row["brand"], row["monday"]): row["records"] for row in rows}

    def _count(self, week: PlacedWeek, records: int) -> None:
        for table in self.tables:
            count_partition(self.engine, table, week.partition, week.names)
        names = week.names
        self.engine.execute(
            "INSERT INTO rolled_placed_weeks "
            f"VALUES ({names['brand']}, {names['monday']}, {records}, now64(6))"
        )

    def _forget(self, week: PlacedWeek) -> None:
        """Drop the roll-ups of a week of which no records are left."""
        for table in self.tables:
            self.engine.execute(f"ALTER TABLE {table.name} DROP PARTITION {week.partition}")
        names = week.names
        self.engine.execute(
            f"DELETE FROM rolled_placed_weeks WHERE brand = {names['brand']} AND monday = {names['monday']}"
        )
