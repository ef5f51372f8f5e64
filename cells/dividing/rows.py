"""Divides a cell's rows into two halves, and counts again what each half has."""

from dataclasses import dataclass
from typing import Final

from cells.dividing.owners import ROW, Database, Owner, each_database, join, shared_rows
from cells.moving.server import Location, quoted
from foundation.storage.cells.cell import Cell, customer_key, partition_of
from foundation.storage.cells.division import (
    ByParent,
    Count,
    Counted,
    RowRule,
    Rows,
    added,
    counts_of,
    parents_first,
)

BATCH_SIZE: Final = 1000

CUSTOMERS_KEY: Final = "PRIMARY KEY (brand_id, customer_id)) CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin"
"""The end of a temporary table of customers, which compares ids as the tables do."""


def trim(location: Location, new: Cell, keyed: frozenset[str], *, is_copy: bool) -> int:
    """Delete from one half of a split cell what the other half has; return how many rows were deleted.

    The copy keeps what is the new cell's, and the original everything else, so that no row is deleted from
    both: neither one under a pseudonym of any partition, nor one that is there by mistake, nor one without
    its parent. It can be repeated: what was deleted before is not found again, and rows are deleted before
    their parents. Other data, such as schemes and rows of the house, stays, and is counted again. Numbers
    that cannot be counted again stay with the original, so that they count once.

    Args:
        location: Databases that nobody else writes.
        new: The cell that is split off, which the copy becomes.
        keyed: The topics that are keyed by customer.
        is_copy: Whether this is the copy, or the original, which also publishes the outbox's facts that
            concern no single customer.
    """
    deleted = 0
    for database in each_database(location):
        database.cursor.execute(f"USE {quoted(database.schema)}")  # deletions by a join need a current one
        deleted += _Half(database, new, keyed, is_copy=is_copy).trim()
        recount(database)
    return deleted


@dataclass(frozen=True, slots=True)
class _Half:
    """A database of a half of a split cell: of the copy, which becomes the new cell, or of the original."""

    database: Database
    new: Cell
    keyed: frozenset[str]
    is_copy: bool

    def trim(self) -> int:
        deleted = self._customers()
        for table, rule in self.database.tables.items():
            name = self.database.name(table)
            if rule is Rows.BY_PARTITION:
                deleted += self._partitions(name)
            elif rule is Rows.BY_KEY:
                deleted += self._messages(name)
            elif self.is_copy:
                self._uncount(name, rule)
        return deleted

    def _lacks(self, key: bytes) -> bool:
        """Return whether the other half has the customer with a key."""
        return self.new.owns(partition_of(key, self.new.of)) is not self.is_copy

    def _customers(self) -> int:
        """Delete the rows of the other half's customers, before those of their parents."""
        cursor, others = self.database.cursor, f"{quoted(self.database.schema)}.furlong_trim"
        lacked = [customer for customer in self.database.customers() if self._lacks(customer_key(*customer))]
        cursor.execute(
            f"CREATE TEMPORARY TABLE {others} (brand_id VARCHAR(255), customer_id VARCHAR(255), "
            f"{CUSTOMERS_KEY}"
        )
        for at in range(0, len(lacked), BATCH_SIZE):
            cursor.executemany(f"INSERT INTO {others} VALUES (%s, %s)", lacked[at : at + BATCH_SIZE])  # noqa: S608
        return sum(
            cursor.execute(self._deletion(table, others))
            for table in reversed(parents_first(self.database.tables))
        )

    def _deletion(self, table: str, others: str) -> str:
        owner = Owner.of(self.database, table)
        found = (
            f"DELETE {ROW} FROM {self.database.name(table)} {ROW}{owner.joins} LEFT JOIN {others} o "
            f"ON o.brand_id = {owner.brand} AND o.customer_id = {owner.customer} "
            "WHERE o.brand_id IS NOT NULL"
        )
        rule = self.database.tables[table]
        if not (self.is_copy and isinstance(rule, ByParent)):
            return found
        shared = shared_rows(rule)
        kept = f" AND NOT ({shared})" if shared else ""
        return f"{found} OR ({owner.customer} IS NULL{kept})"

    def _partitions(self, name: str) -> int:
        """Delete positions and dead letters of the other half's partitions."""
        among = "NOT BETWEEN" if self.is_copy else "BETWEEN"
        deleted: int = self.database.cursor.execute(
            f"DELETE FROM {name} WHERE topic IN %s AND `partition` {among} %s AND %s",  # noqa: S608
            (sorted(self.keyed), self.new.first, self.new.last),
        )
        return deleted

    def _messages(self, name: str) -> int:
        """Delete other customers' facts from the outbox; those of nobody stay with the original."""
        cursor = self.database.cursor
        cursor.execute(f"SELECT id, topic, `key` FROM {name}")  # noqa: S608 - a name of ours
        numbers = [
            number
            for number, topic, key in cursor.fetchall()
            if (self._lacks(str(key).encode()) if topic in self.keyed else self.is_copy)
        ]
        for at in range(0, len(numbers), BATCH_SIZE):
            cursor.execute(f"DELETE FROM {name} WHERE id IN %s", (numbers[at : at + BATCH_SIZE],))  # noqa: S608
        return len(numbers)

    def _uncount(self, name: str, rule: RowRule) -> None:
        """Take from the copy the numbers that cannot be counted again."""
        counts, shared = counts_of(rule), shared_rows(rule)
        columns = added(counts)
        if isinstance(rule, Counted) and len(columns) == len(counts):
            self.database.cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of ours
        elif columns:
            zeros = ", ".join(f"{ROW}.{quoted(column)} = 0" for column in columns)
            where = f" WHERE {shared}" if shared else ""
            self.database.cursor.execute(f"UPDATE {name} {ROW} SET {zeros}{where}")  # noqa: S608


def recount(database: Database) -> None:
    """Count again what rows count for all customers of a cell, from the rows that the database has."""
    for table, rule in database.tables.items():
        counts = counts_of(rule)
        columns = dict.fromkeys(count.column for count in counts if count.of)
        if not columns:
            continue
        if isinstance(rule, Counted):
            for count in counts:
                _add_missing(database, table, counts, count)
        sums = {
            column: " + ".join(
                _counted(database, count) for count in counts if count.of and count.column == column
            )
            for column in columns
        }
        changes = ", ".join(f"{ROW}.{quoted(column)} = {numbers}" for column, numbers in sums.items())
        where = f" WHERE {shared}" if (shared := shared_rows(rule)) else ""
        database.cursor.execute(f"UPDATE {database.name(table)} {ROW} SET {changes}{where}")  # noqa: S608


def _counted(database: Database, count: Count) -> str:
    same = " AND ".join(f"counted.{quoted(theirs)} = {ROW}.{quoted(own)}" for own, theirs in count.by)
    beside = "" if count.beside is None else join(database, count.beside, "counted", "beside")
    return (
        f"(SELECT COALESCE(SUM({count.value}), 0) FROM {database.name(count.of)} counted{beside} "  # noqa: S608
        f"WHERE {same})"
    )


def _add_missing(database: Database, table: str, counts: tuple[Count, ...], count: Count) -> None:
    """Add the rows that are to count something and are not there."""
    if not count.of:
        return
    columns = list(dict.fromkeys(count.column for count in counts))
    own = ", ".join(quoted(column) for column in (*(own for own, _ in count.by), *columns))
    theirs = ", ".join(quoted(theirs) for _, theirs in count.by) + ", 0" * len(columns)
    first = quoted(columns[0])
    database.cursor.execute(
        f"INSERT INTO {database.name(table)} ({own}) "  # noqa: S608
        f"SELECT DISTINCT {theirs} FROM {database.name(count.of)} "
        f"ON DUPLICATE KEY UPDATE {first} = {database.name(table)}.{first}"
    )
