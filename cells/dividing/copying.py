"""Copies the rows of a cell's database into that of the cell with which it is united."""

from dataclasses import dataclass

from cells.dividing.owners import ROW, Database, shared_rows
from cells.dividing.rows import BATCH_SIZE
from cells.moving.server import CellDatabase, quoted
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import (
    Count,
    Counted,
    Rows,
    added,
    counts_of,
    greatest_of,
    parents_first,
)


@dataclass(frozen=True, slots=True)
class Copy:
    """Copies rows from one database into another, in the transaction of a session.

    Attributes:
        ours: The database that is read.
        into: The one that gets the rows.
    """

    ours: CellDatabase
    into: Database

    def everything(self, part: Cell, keyed: frozenset[str]) -> int:
        """Copy what concerns the customers of the cell that ends; return how many rows that were.

        Args:
            part: The cell that ends.
            keyed: The topics that are keyed by customer.
        """
        copied = sum(self._of_customers(table) for table in parents_first(self.into.tables))
        of_partitions = " WHERE topic IN %s AND `partition` BETWEEN %s AND %s"
        partitions = (sorted(keyed), part.first, part.last)
        for table, rule in self.into.tables.items():
            match rule:
                case Rows.BY_PARTITION:
                    copied += self._table(table, of_partitions, partitions)
                case Rows.BY_KEY:
                    copied += self._table(table)
                case Rows.ERASURES | Rows.UNITED:  # both cells may have one
                    copied += self._table(table, twice="")
                case Counted(counts):
                    copied += self._table(table, twice=_united(counts))
        return copied

    def _of_customers(self, table: str) -> int:
        rule = self.into.tables[table]
        if (shared := shared_rows(rule)) is None:
            return self._table(table)
        united = _united(counts_of(rule), greatest_of(rule))
        copied = self._table(table, f" WHERE NOT ({shared})")
        return copied + self._table(table, f" WHERE {shared}", twice=united)

    def _table(
        self, table: str, where: str = "", arguments: tuple[object, ...] = (), twice: str | None = None
    ) -> int:
        """Copy a table, in the order of its key; rows that are numbered get new numbers.

        Args:
            table: The table.
            where: Which of its rows.
            arguments: The values in the condition.
            twice: What changes in a row that is there already, with the table as `{table}`; None if that
                must not be.
        """
        columns, numbers = self._columns(table)
        order = f" ORDER BY {numbers[0]}" if numbers else ""
        values, names = ", ".join(["%s"] * len(columns)), ", ".join(columns)
        statement = f"INSERT INTO {self.into.name(table)} ({names}) VALUES ({values})"  # noqa: S608
        if twice is not None:
            same = f"{columns[0]} = {{table}}.{columns[0]}"
            statement += f" ON DUPLICATE KEY UPDATE {(twice or same).format(table=self.into.name(table))}"
        copied = 0
        with self.ours.server.session(streams=True) as reading:
            reading.execute(
                f"SELECT {names} FROM {quoted(self.ours.schema)}.{quoted(table)} {ROW}{where}{order}",  # noqa: S608
                arguments or None,
            )
            while rows := reading.fetchmany(BATCH_SIZE):
                self.into.cursor.executemany(statement, list(rows))
                copied += len(rows)
        return copied

    def _columns(self, table: str) -> tuple[list[str], list[str]]:
        """Return the columns that are copied, and the one that numbers the rows, if there is one.

        What the server computes from other columns is not copied.
        """
        cursor = self.into.cursor
        cursor.execute(
            "SELECT column_name, extra FROM information_schema.columns "
            "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
            (self.into.schema, table),
        )
        columns = [
            (name, str(extra).lower()) for name, extra in cursor.fetchall() if "GENERATED" not in str(extra)
        ]
        numbers = [quoted(str(name)) for name, extra in columns if "auto_increment" in extra]
        return [each for name, _ in columns if (each := quoted(str(name))) not in numbers], numbers


def _united(counts: tuple[Count, ...], greatest: tuple[str, ...] = ()) -> str:
    """Return how numbers that cannot be counted again are united; empty if there are none."""
    own = [(quoted(column), f"{{table}}.{quoted(column)}") for column in (*added(counts), *greatest)]
    united = [f"{name} = {ours} + VALUES({name})" for name, ours in own[: len(own) - len(greatest)]]
    united += [f"{name} = GREATEST({ours}, VALUES({name}))" for name, ours in own[len(united) :]]
    return ", ".join(united)
