"""Roll-ups: what reports need of a week, counted ahead, and counted again when its facts have changed.

A week is counted as a whole, from the records, and replaces what was counted before: so a roll-up cannot
drift from the records, whatever was repeated, late or interrupted. Which weeks are to be counted follows from
the store as well (`week_states`), so a process that is killed forgets nothing. What a recount costs is
bounded by the size of a week, and a bounded share of the time is spent on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from analytics.engine import Engine, quoted
from analytics.partitions import NO_ROWS, SUMS, count_partition, counted_anew
from analytics.placed_weeks import PlacedWeeks
from analytics.record_tables import ACCOUNTS, MARKETS, MEMBERSHIPS, OFFERS, RECORD_TABLES
from analytics.schema import Rollup, rollups

OF_BETS: Final = frozenset(
    {
        "leg_markets",
        "contributions",
        "week_tallies",
        "rollup_reasons",
        "rollup_disputes",
        "rollup_high_stakes",
    }
)
"""What depends on bets, accounts and rules alone: it is not counted again when only a reward changed."""

SEARCHED_AT_ONCE: Final = 4_000_000
"""In how many records at once bets are looked for that were moved into another week."""

_EPOCH: Final = "toDateTime64(0, 6, 'UTC')"

_RECENT: Final = """
SELECT brand, customer FROM account_records WHERE refused = '' AND arrived_at >= {since}
UNION DISTINCT SELECT brand, customer FROM membership_records WHERE refused = '' AND arrived_at >= {since}
"""
_CHANGED: Final = """
SELECT now.brand AS brand, now.customer AS customer, now.known AS known, now.jurisdiction AS jurisdiction,
    now.currency AS currency, now.opted_in_at AS opted_in_at,
    if((now.known, now.jurisdiction, now.currency) != (former.known, former.jurisdiction, former.currency),
        {epoch},
        if(former.opted_in_at = {epoch}, now.opted_in_at, least(former.opted_in_at, now.opted_in_at))
    ) AS changed_from
FROM (
    SELECT brand, customer, max(is_known) AS known, anyIf(territory.1, is_known) AS jurisdiction,
        anyIf(territory.2, is_known) AS currency, max(joined_at) AS opted_in_at
    FROM (
        SELECT brand, customer, known AS is_known, (jurisdiction, currency) AS territory, {epoch} AS joined_at
        FROM customers WHERE (brand, customer) IN ({recent})
        UNION ALL
        SELECT brand, customer, false, ('', ''), opted_in_at
        FROM first_opt_ins WHERE (brand, customer) IN ({recent})
    )
    GROUP BY brand, customer
) AS now
LEFT JOIN (SELECT * FROM known_customers FINAL) AS former ON now.customer = former.customer
WHERE former.customer = 0 OR (now.known, now.jurisdiction, now.currency, now.opted_in_at)
    != (former.known, former.jurisdiction, former.currency, former.opted_in_at)
"""
_CHANGED_MARKETS: Final = """
SELECT now.market AS market, now.known AS known, now.sports AS sports, now.competitions AS competitions,
    now.events AS events
FROM (
    SELECT placed.market AS market, named.offer != '' AS known, named.names.1 AS sports,
        named.names.2 AS competitions, named.names.3 AS events
    FROM (
        SELECT market, argMax(offer, (arrived_at, topic_offset)) AS offer FROM market_records
        WHERE refused = '' AND market IN (
            SELECT market FROM market_records
            WHERE refused = '' AND (arrived_at >= {since}
                OR offer IN (SELECT offer FROM offer_records WHERE refused = '' AND arrived_at >= {since}))
        )
        GROUP BY market
    ) AS placed
    LEFT JOIN (
        SELECT offer, argMax((sports, competitions, events), (arrived_at, topic_offset)) AS names
        FROM offer_records WHERE refused = '' GROUP BY offer
    ) AS named ON placed.offer = named.offer
) AS now
LEFT JOIN (SELECT * FROM known_markets FINAL) AS former ON now.market = former.market
WHERE (now.known, now.sports, now.competitions, now.events)
    != (former.known, former.sports, former.competitions, former.events)
"""
_MOVED: Final = """
SELECT brand, bet, arrayJoin(weeks) AS iso_week
FROM (
    SELECT bet_records.brand AS brand, bet, groupUniqArray(iso_week) AS weeks
    FROM bet_records
    ASOF INNER JOIN calendar ON bet_records.brand = calendar.brand AND placed_at >= calendar.starts_at
    WHERE refused = '' AND bet IN (
        SELECT bet FROM bet_records WHERE refused = '' AND bet % {slices} = {slice}
        GROUP BY bet HAVING min(placed_at) != max(placed_at)
    )
    GROUP BY brand, bet HAVING length(weeks) > 1
)
WHERE (brand, bet, iso_week) NOT IN (SELECT brand, bet, iso_week FROM moved_bets)
"""


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a brand, and the state of its facts."""

    brand: str
    iso_week: str
    starts_at: datetime
    ends_at: datetime
    facts: int
    reports: int


@dataclass(slots=True)
class Rollups:
    """Counts weeks ahead.

    Attributes:
        engine: The store, as its one writer.
        tables: What is counted.
        counted: How many weeks were counted since the start.
        progress: Is told, while weeks are counted, how many of how many are.
    """

    engine: Engine
    tables: Sequence[Rollup] = field(default_factory=rollups)
    counted: int = 0
    progress: Callable[[int, int], None] | None = None
    _turn: int = 0
    _seen: Mapping[str, int] = field(default_factory=dict)

    def refresh(self) -> None:
        """Count all weeks whose facts have changed.

        Raises:
            StoreFault: The engine refuses.
        """
        rows = self._rows()
        if rows == self._seen:
            return
        self._compute_tables()
        if self._is_new(rows, "bet_records"):
            self._find_moved(rows["bet_records"])
        if self._is_new(rows, "account_records", "membership_records"):
            self._take_customers()
        if self._is_new(rows, "market_records", "offer_records"):
            self._take_events()
        if self._is_new(rows, "bet_state_records"):
            self.counted += self.placed_weeks.refresh()
        rolled = {
            (row["brand"], row["iso_week"]): (row["facts"], row["reports"])
            for row in self.engine.read("SELECT * FROM rolled_weeks FINAL")
        }
        weeks = self._weeks()
        for done, week in enumerate(weeks):
            if self.progress is not None:
                self.progress(done, len(weeks))
            facts, reports = rolled.pop((week.brand, week.iso_week), (0, 0))
            if reports != week.reports:
                self._count(week, all_of_it=facts != week.facts)
        for brand, iso_week in rolled:
            self._forget(brand, iso_week)
        self._seen = rows

    @property
    def placed_weeks(self) -> PlacedWeeks:
        """Return what is counted by the weeks in which bets were placed."""
        return PlacedWeeks(self.engine, [table for table in self.tables if table.is_of_placed_bets])

    def differences(self) -> Iterator[tuple[Week, str]]:
        """Yield each week and roll-up that is not what its records say; nothing, unless something is wrong.

        Raises:
            StoreFault: The engine refuses.
        """
        rolled = {
            (row["brand"], row["iso_week"], row["reports"])
            for row in self.engine.read("SELECT * FROM rolled_weeks FINAL")
        }
        weekly = [table for table in self.tables if table.is_weekly]
        stored = {table.name: self._stored(table.name) for table in weekly}
        for week in self._weeks():
            if (week.brand, week.iso_week, week.reports) not in rolled:
                continue  # facts have come since
            names = self._names(week)
            for table in weekly:
                counted = counted_anew(self.engine, table, names)
                if stored[table.name].get((week.brand, week.iso_week), NO_ROWS) != counted:
                    yield week, table.name

    def _stored(self, rollup: str) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """Return the sums of the stored rows of each brand and week."""
        rows = self.engine.read(
            f"SELECT brand AS of_brand, iso_week AS of_week, {SUMS} FROM {rollup} GROUP BY brand, iso_week"
        )
        return {(row.pop("of_brand"), row.pop("of_week")): row for row in rows}

    def _rows(self) -> Mapping[str, int]:
        """Return how many rows each table of records has."""
        counts = ", ".join(f"(SELECT count() FROM {table.name}) AS {table.name}" for table in RECORD_TABLES)
        return self.engine.read(f"SELECT {counts}")[0]

    def _is_new(self, rows: Mapping[str, int], *tables: str) -> bool:
        return any(rows[table] != self._seen.get(table) for table in tables)

    def _compute_tables(self) -> None:
        """Compute what is not about one week."""
        for table in self.tables:
            if table.is_whole:
                self.engine.execute(f"TRUNCATE TABLE {table.name}")
                self.engine.execute(f"INSERT INTO {table.name} {table.query}")

    def _weeks(self) -> list[Week]:
        return [
            Week(**row)
            for row in self.engine.read(
                "SELECT brand, iso_week, starts_at, ends_at, facts, reports FROM week_states "
                "ORDER BY brand, starts_at"
            )
        ]

    def _count(self, week: Week, *, all_of_it: bool) -> None:
        names = self._names(week)
        partition = f"({names['brand']}, {names['week']})"
        for table in self.tables:
            if not table.is_weekly or (not all_of_it and table.name in OF_BETS):
                continue
            count_partition(self.engine, table, partition, names)
        self._remember(names["brand"], names["week"], week.facts, week.reports)
        self.counted += 1

    def _forget(self, brand: str, iso_week: str) -> None:
        """Drop the roll-ups of a week of which no facts are left."""
        for table in self.tables:
            if table.is_weekly:
                self.engine.execute(
                    f"ALTER TABLE {table.name} DROP PARTITION ({quoted(brand)}, {quoted(iso_week)})"
                )
        self.engine.execute(
            f"DELETE FROM rolled_weeks WHERE brand = {quoted(brand)} AND iso_week = {quoted(iso_week)}"
        )

    def _remember(self, brand: str, iso_week: str, facts: int, reports: int) -> None:
        self.engine.execute(
            f"INSERT INTO rolled_weeks VALUES ({brand}, {iso_week}, {facts}, {reports}, now64(6))"
        )

    def _names(self, week: Week) -> Mapping[str, str]:
        """Return what the names in a query stand for."""
        brand, iso_week = quoted(week.brand), quoted(week.iso_week)
        starts, ends = (_instant(at) for at in (week.starts_at, week.ends_at))
        own = f"(placed_at >= {starts} AND placed_at < {ends})"
        days = f"toDate(placed_at) BETWEEN toDate({starts}) AND toDate({ends})"
        moved = self.engine.read(
            "SELECT groupUniqArray(bet) AS bets, min(starts_at) AS first, max(ends_at) AS last "
            "FROM moved_bets INNER JOIN calendar USING (brand, iso_week) "
            f"WHERE brand = {brand} AND bet IN "
            f"(SELECT bet FROM moved_bets WHERE brand = {brand} AND iso_week = {iso_week})"
        )[0]
        if moved["bets"]:
            bets = ", ".join(map(str, moved["bets"]))
            first, last = (_instant(moved[name]) for name in ("first", "last"))
            own = f"({own} OR bet IN ({bets}))"
            days = f"toDate(placed_at) BETWEEN toDate({first}) AND toDate({last})"
        records = f"refused = '' AND bet_records.brand = {brand} AND {days} AND {own}"
        return {"records": records, "brand": brand, "week": iso_week, "starts": starts, "ends": ends}

    def _find_moved(self, records: int) -> None:
        """Find bets whose records lie in several weeks; in a large store, in a slice of bets each time."""
        slices = 1 + records // SEARCHED_AT_ONCE
        self._turn = (self._turn + 1) % slices
        moved = _MOVED.replace("{slices}", str(slices)).replace("{slice}", str(self._turn))
        self.engine.execute(f"INSERT INTO moved_bets {moved}")

    def _take_customers(self) -> None:
        """Take what changed of customers, after the weeks that it changes are marked."""
        since = self.engine.read("SELECT max(taken_at) AS at FROM known_customers")[0]["at"]
        newest = ", ".join(f"(SELECT max(arrived_at) FROM {table.name})" for table in (ACCOUNTS, MEMBERSHIPS))
        recent = _RECENT.replace("{since}", _instant(since))
        changed = _CHANGED.replace("{recent}", recent).replace("{epoch}", _EPOCH)
        self.engine.execute(
            "INSERT INTO rolled_weeks SELECT brand, iso_week, 0, 0, now64(6) FROM ("
            "SELECT DISTINCT brand, iso_week FROM ("
            "SELECT week_tallies.brand AS brand, iso_week, changed_from FROM week_tallies "
            f"INNER JOIN ({changed}) AS changed ON week_tallies.customer = changed.customer"
            ") AS told INNER JOIN calendar USING (brand, iso_week) WHERE changed_from < ends_at)"
        )
        self.engine.execute(
            "INSERT INTO known_customers SELECT brand, customer, known, jurisdiction, currency, opted_in_at, "
            f"greatest({newest}) FROM ({changed})"
        )

    def _take_events(self) -> None:
        """Take what changed of sports events, after the weeks with bets on them are marked."""
        since = self.engine.read("SELECT max(taken_at) AS at FROM known_markets")[0]["at"]
        changed = _CHANGED_MARKETS.replace("{since}", _instant(since))
        newest = ", ".join(f"(SELECT max(arrived_at) FROM {table.name})" for table in (OFFERS, MARKETS))
        self.engine.execute(
            "INSERT INTO rolled_weeks SELECT DISTINCT brand, iso_week, 0, 0, now64(6) FROM leg_markets "
            f"WHERE market IN (SELECT market FROM ({changed}))"
        )
        self.engine.execute(
            "INSERT INTO known_markets SELECT market, known, sports, competitions, events, "
            f"greatest({newest}) FROM ({changed})"
        )


def _instant(at: datetime) -> str:
    return f"toDateTime64('{at:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')"
