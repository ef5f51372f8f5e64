"""Copies the rows of a cell's customers into the databases of another cell."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pymysql.cursors import Cursor

from cells.dividing.rows import ASKED, customer_tables, has_table, recount
from cells.moving.server import Location, Server, quoted
from foundation.storage.cells.cell import Cell

_BATCH_SIZE: Final = 1000
_ERASED: Final = "erasure"
"""Erased customers, whom both cells may know."""


def join(source: Location, target: Location, whole: Cell, part: Cell, keyed: Collection[str]) -> int:
    """Copy the rows of all customers of one cell into another; return how many were copied.

    Nothing else may write to them. Each database is changed in one transaction, together with the cell's
    range in it, which shows whether this was done, so it can be repeated.

    Args:
        source: The databases of the cell that ends.
        target: The databases that get its customers.
        whole: The cell at the target, with all partitions that it will have.
        part: The cell that ends.
        keyed: The topics that are keyed by customer.
    """
    copied = 0
    for ours, theirs in zip(source.schemas, target.schemas, strict=True):
        with target.server.session() as writing:
            writing.execute("START TRANSACTION")
            writing.execute(f"SELECT first, last FROM {quoted(theirs)}.cell FOR UPDATE")  # noqa: S608
            if writing.fetchone() == (whole.first, whole.last):
                continue
            copied += _Copy(source.server, ours, writing, theirs).everything(part, keyed)
            recount(writing, theirs)
            writing.execute(
                f"UPDATE {quoted(theirs)}.cell SET first = %s, last = %s",  # noqa: S608
                (whole.first, whole.last),
            )
            writing.execute("COMMIT")
    return copied


@dataclass(frozen=True, slots=True)
class _Copy:
    """Copies rows from one database into another, in the transaction of a session."""

    server: Server
    ours: str
    writing: Cursor
    theirs: str

    def everything(self, part: Cell, keyed: Collection[str]) -> int:
        of_partitions = " WHERE topic IN %s AND `partition` BETWEEN %s AND %s"
        partitions = (sorted(keyed), part.first, part.last)
        copied = sum(self.table(table) for table in customer_tables(self.writing, self.theirs))
        for table in ("position", "dead_letter"):
            copied += self.table(table, of_partitions, partitions)
        others = [
            table for table in ("outbox", "attempt", _ERASED) if has_table(self.writing, self.theirs, table)
        ]
        if has_table(self.writing, self.theirs, ASKED):
            self.asked()
        return copied + sum(self.table(table) for table in others)

    def asked(self) -> None:
        """Add the numbers of refused requests for rewards."""
        with self.server.session() as reading:
            reading.execute(f"SELECT brand_id, iso_week, reward_id, asked FROM {quoted(self.ours)}.{ASKED}")  # noqa: S608
            self.writing.executemany(
                f"INSERT INTO {quoted(self.theirs)}.{ASKED} (brand_id, iso_week, reward_id, asked) "  # noqa: S608
                "VALUES (%s, %s, %s, %s) ON DUPLICATE KEY UPDATE asked = asked + VALUES(asked)",
                list(reading.fetchall()),
            )

    def table(self, table: str, where: str = "", arguments: tuple[object, ...] = ()) -> int:
        """Copy a table, in the order of its key; rows that are numbered get new numbers."""
        columns, numbers = _columns(self.writing, self.theirs, table)
        order = f" ORDER BY {numbers[0]}" if numbers else ""
        verb = "INSERT IGNORE" if table == _ERASED else "INSERT"
        values, names = ", ".join(["%s"] * len(columns)), ", ".join(columns)
        statement = f"{verb} INTO {quoted(self.theirs)}.{quoted(table)} ({names}) VALUES ({values})"
        copied = 0
        with self.server.session(streams=True) as reading:
            reading.execute(
                f"SELECT {names} FROM {quoted(self.ours)}.{quoted(table)}{where}{order}",  # noqa: S608
                arguments or None,
            )
            while rows := reading.fetchmany(_BATCH_SIZE):
                self.writing.executemany(statement, list(rows))
                copied += len(rows)
        return copied


def _columns(cursor: Cursor, schema: str, table: str) -> tuple[list[str], list[str]]:
    """Return the columns that are copied, and the one that numbers the rows, if there is one.

    What the server computes from other columns is not copied.
    """
    cursor.execute(
        "SELECT column_name, extra FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        (schema, table),
    )
    found = [(name, str(extra).lower()) for name, extra in cursor.fetchall() if "GENERATED" not in str(extra)]
    numbers = [quoted(str(name)) for name, extra in found if "auto_increment" in extra]
    return [each for name, _ in found if (each := quoted(str(name))) not in numbers], numbers
