"""The whole schema: the record tables, what the store keeps beside them, and the views of facts over them.

The views are those of `facts.sql` and `reports.sql`, and the roll-ups those of `rollups.sql` and
`placed.sql`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files
from typing import Final, NamedTuple

from analytics.record_tables import INSTANT, RECORD_TABLES, WORD, Retention

DATABASE: Final = "furlong"

ZONE_WEEKS: Final = (
    f"CREATE TABLE IF NOT EXISTS zone_weeks (time_zone {WORD}, iso_week {WORD}, "
    f"starts_at {INSTANT}, ends_at {INSTANT}) ENGINE = MergeTree ORDER BY (time_zone, starts_at) "
    "SETTINGS non_replicated_deduplication_window = 1000"
)
"""The weeks of each time zone of a brand, for the years that messages may have."""

READINGS: Final = (
    f"CREATE TABLE IF NOT EXISTS readings (topic {WORD}, topic_partition UInt32, generation {WORD}, "
    f"position UInt64, end UInt64, complete_until {INSTANT}, read_at {INSTANT}) "
    "ENGINE = ReplacingMergeTree(read_at) ORDER BY (topic, topic_partition, generation)"
)
"""How far each partition was read: `end` is its end at `read_at`, and all that was produced until
`complete_until` was read."""


EXCHANGE_RATES: Final = (
    f"CREATE TABLE IF NOT EXISTS exchange_rates (day Date, currency {WORD}, reporting_currency {WORD}, "
    "factor Float64) ENGINE = MergeTree ORDER BY (currency, day)"
)
"""What a minor unit of a currency is worth from a day on, in minor units of the reporting currency."""

KNOWN_CUSTOMERS: Final = (
    f"CREATE TABLE IF NOT EXISTS known_customers (brand {WORD}, customer UInt64, known Bool, "
    f"jurisdiction {WORD}, currency {WORD}, opted_in_at {INSTANT}, taken_at {INSTANT}) "
    "ENGINE = ReplacingMergeTree(taken_at) "
    "ORDER BY customer"
)
"""What roll-ups take of customers: the territory of a known account, and the first opt-in, if any."""

KNOWN_MARKETS: Final = (
    "CREATE TABLE IF NOT EXISTS known_markets (market String, known Bool, sports Array(String), "
    f"competitions Array(String), events Array(String), taken_at {INSTANT}) "
    "ENGINE = ReplacingMergeTree(taken_at) ORDER BY market"
)
"""What roll-ups take of sports events: what that of a market is called, unless its offer is not known."""

MOVED_BETS: Final = (
    f"CREATE TABLE IF NOT EXISTS moved_bets (brand {WORD}, bet UInt64, iso_week {WORD}) "
    "ENGINE = ReplacingMergeTree ORDER BY (brand, bet, iso_week)"
)
"""Bets whose records were placed in several weeks, with each of these."""

ROLLED_WEEKS: Final = (
    f"CREATE TABLE IF NOT EXISTS rolled_weeks (brand {WORD}, iso_week {WORD}, facts UInt64, reports UInt64, "
    f"rolled_at {INSTANT}) ENGINE = ReplacingMergeTree(rolled_at) ORDER BY (brand, iso_week)"
)
"""Of what the roll-ups of a week were counted, as in `week_states`."""

ROLLED_PLACED_WEEKS: Final = (
    f"CREATE TABLE IF NOT EXISTS rolled_placed_weeks (brand {WORD}, monday Date, records UInt64, "
    f"rolled_at {INSTANT}) ENGINE = ReplacingMergeTree(rolled_at) ORDER BY (brand, monday)"
)
"""Of how many records the roll-ups of bets that were placed in a week were counted."""

_COLUMNS: Final = ", ".join(column for table in RECORD_TABLES for column in table.columns)
"""What `*` stands for in a view is fixed when the view is created."""

DERIVED: Final = ("known_customers", "known_markets", "moved_bets", "rolled_weeks", "rolled_placed_weeks")


class Existing(NamedTuple):
    """A table or view that exists: its comment, which names a definition, and the statement that made it."""

    comment: str
    ddl: str


@dataclass(frozen=True, slots=True)
class View:
    """A view with the sentences that document it."""

    name: str
    says: str
    query: str


@dataclass(frozen=True, slots=True)
class Rollup:
    """A table that is counted week by week.

    Attributes:
        order: The columns that rows are sorted by.
        query: With `{brand}` and what else stands for the week.
    """

    name: str
    order: str
    says: str
    query: str

    @property
    def is_weekly(self) -> bool:
        """Return whether it is counted for a week of the club."""
        return "{week}" in self.query

    @property
    def is_of_placed_bets(self) -> bool:
        """Return whether it is counted for a week in which bets were placed."""
        return "{monday}" in self.query

    @property
    def is_whole(self) -> bool:
        """Return whether it is small, and computed as a whole."""
        return not self.is_weekly and not self.is_of_placed_bets

    def ddl(self, name: str) -> str:
        """Return the statement that creates the table, unless it exists, under a name, with no rows."""
        week = "placed_in" if self.is_of_placed_bets else "iso_week"
        partitions = "" if self.is_whole else f" PARTITION BY (brand, {week})"
        return (
            f"CREATE TABLE IF NOT EXISTS {name} ENGINE = MergeTree{partitions} "
            f"ORDER BY ({self.order}) SETTINGS allow_nullable_key = 1 EMPTY AS {self.of_week(NO_WEEK)}"
        )

    def of_week(self, week: Mapping[str, str]) -> str:
        """Return the query for a week, by what each name of it stands for."""
        query = self.query
        for name, value in week.items():
            query = query.replace(f"{{{name}}}", value)
        return query


NO_WEEK: Final = {
    "records": "refused = '' AND brand = {brand}",
    "brand": "''",
    "week": "''",
    "starts": "toDateTime64('1970-01-01 00:00:00', 6, 'UTC')",
    "ends": "toDateTime64('1970-01-01 00:00:00', 6, 'UTC')",
    "monday": "toDate('1970-01-01')",
}


def views() -> tuple[View, ...]:
    """Return the views of facts and reports, in the order in which they can be created."""
    shared = ", ".join(f"'{table.topic}'" for table in RECORD_TABLES if not table.keyed)
    return tuple(
        View(name, says, query.replace("{shared_topics}", shared))
        for name, _, says, query in (*_in("facts.sql"), *_in("reports.sql"))
    )


def rollups() -> tuple[Rollup, ...]:
    """Return the tables that are counted week by week, in the order in which they are counted."""
    files = (*_in("rollups.sql"), *_in("placed.sql"))
    return tuple(Rollup(name, order, says, query) for name, order, says, query in files)


def statements(retention: Retention, current: Mapping[str, Existing]) -> Iterator[str]:
    """Yield the statements that create what is missing or was defined otherwise.

    A view that is as it should be is left alone, because the engine keeps what it replaces for a while. If a
    roll-up is new or defined otherwise, all of them are counted again.

    Args:
        retention: How long rows are kept.
        current: Each table and view that exists.
    """
    for table in RECORD_TABLES:
        existing = current.get(table.name)
        yield from table.ddl(retention.of(table), None if existing is None else existing.ddl)
    yield from (
        ZONE_WEEKS,
        READINGS,
        EXCHANGE_RATES,
        KNOWN_CUSTOMERS,
        KNOWN_MARKETS,
        MOVED_BETS,
        ROLLED_WEEKS,
        ROLLED_PLACED_WEEKS,
    )
    rolled = rollups()
    comments = {name: existing.comment for name, existing in current.items()}
    outdated = [
        rollup
        for rollup in rolled
        if rollup.name not in current or comments[rollup.name] not in {"", _digest(rollup.query)}
    ]
    facts = tuple(_in("facts.sql"))
    for number, view in enumerate(views()):
        if number == len(facts):
            yield from _rollup_tables(rolled, anew=bool(outdated))
        digest = _digest(view.query + _COLUMNS)
        if comments.get(view.name) != digest:
            yield f"CREATE OR REPLACE VIEW {view.name} AS {view.query} COMMENT '{digest}'"


def _rollup_tables(rolled: Iterable[Rollup], *, anew: bool) -> Iterator[str]:
    if anew:
        yield from ("TRUNCATE TABLE rolled_weeks", "TRUNCATE TABLE rolled_placed_weeks")
    for rollup in rolled:
        for name in (rollup.name, f"{rollup.name}_next"):
            if anew:
                yield f"DROP TABLE IF EXISTS {name}"
            yield rollup.ddl(name)
        yield f"ALTER TABLE {rollup.name} MODIFY COMMENT '{_digest(rollup.query)}'"


def _digest(query: str) -> str:
    return blake2b(query.encode(), digest_size=16).hexdigest()


def _in(file: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the definitions of a file: comment lines, `name (order) :=`, a query that ends with `;`."""
    text = (files("analytics") / file).read_text(encoding="utf-8")
    for definition in re.finditer(r"((?:--[^\n]*\n)+)(\w+)(?: \(([^)]*)\))? :=\n(.*?);\n", text, re.DOTALL):
        says = " ".join(line.removeprefix("--").strip() for line in definition[1].splitlines())
        yield definition[2], definition[3] or "", says, definition[4].strip()
