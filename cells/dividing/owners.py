"""Whose rows a database has, as SQL finds it: a row names its customer, or a parent that does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pymysql.cursors import Cursor

from cells.moving.server import CellDatabase, Location, quoted
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import ByCustomer, ByParent, Common, Parent, RowRule, TableRows

ROW: Final = "t"
"""The name of the row in question in all statements."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a cell, in a session of its server."""

    cursor: Cursor
    at: CellDatabase

    @property
    def schema(self) -> str:
        """Return its name."""
        return self.at.schema

    @property
    def tables(self) -> TableRows:
        """Return the rules of its tables."""
        return self.at.tables

    def name(self, table: str) -> str:
        """Return a table's full name as SQL writes it."""
        return f"{quoted(self.schema)}.{quoted(table)}"

    def of_customers(self) -> list[str]:
        """Return the tables whose rows name their customers, in order."""
        return sorted(name for name, rule in self.tables.items() if isinstance(rule, ByCustomer))

    def customers(self) -> list[tuple[str, str]]:
        """Return brand and id of all customers who have rows. Those of rows with a parent are among them."""
        names = [self.name(table) for table in self.of_customers()]
        if not names:
            return []
        self.cursor.execute(
            " UNION ".join(
                f"SELECT DISTINCT brand_id, customer_id FROM {name} WHERE customer_id IS NOT NULL"  # noqa: S608
                for name in names
            )
        )
        return [(str(brand), str(customer)) for brand, customer in self.cursor.fetchall()]

    def customers_of_others(self, cell: Cell) -> list[tuple[str, str]]:
        """Return brand and id of all customers whom a cell does not have."""
        return [customer for customer in self.customers() if not cell.has(*customer)]


def each_database(location: Location) -> Iterator[Database]:
    """Yield each of a cell's databases, in a session of its server."""
    for database in location.databases:
        with database.server.session() as cursor:
            yield Database(cursor, database)


@dataclass(frozen=True, slots=True)
class Owner:
    """The customer of a row.

    Attributes:
        joins: The joins that find its parents; they never lose a row.
        brand: An expression for the brand; null if the row belongs to no customer.
        customer: An expression for the customer's id; null likewise.
    """

    joins: str = ""
    brand: str = "NULL"
    customer: str = "NULL"

    @classmethod
    def of(cls, database: Database, table: str, row: str = ROW) -> "Owner":
        """Return how the customer of a table's rows is found."""
        match database.tables.get(table):
            case ByCustomer():
                return cls("", f"{row}.brand_id", f"{row}.customer_id")
            case ByParent(parents):
                return cls.among(database, parents, row)
        return cls()

    @classmethod
    def among(cls, database: Database, parents: tuple[Parent, ...], row: str = ROW) -> "Owner":
        """Return how the first customer among the parents of a row is found."""
        joins, owners = "", []
        for number, parent in enumerate(parents):
            alias = f"{row}_{parent.columns[0][0]}_{number}"
            found = cls.of(database, parent.table, alias)
            joins += join(database, parent, row, alias) + found.joins
            owners += [] if found.customer == "NULL" else [found]
        if not owners:
            return cls(joins)
        brands = " ".join(f"WHEN {owner.customer} IS NOT NULL THEN {owner.brand}" for owner in owners)
        customers = ", ".join(owner.customer for owner in owners)
        return cls(joins, f"CASE {brands} END", f"COALESCE({customers})")


def shared_rows(rule: RowRule) -> str | None:
    """Return the condition for rows of no customer that both halves of a cell have; None without any."""
    match rule:
        case ByCustomer(tuple()):
            return f"{ROW}.customer_id IS NULL"
        case ByParent(_, Common(where)):
            return where.format(row=ROW)
    return None


def join(database: Database, parent: Parent, row: str, alias: str) -> str:
    """Return the join of a row with a parent, which may be missing."""
    same = " AND ".join(f"{alias}.{quoted(theirs)} = {row}.{quoted(own)}" for own, theirs in parent.columns)
    return f" LEFT JOIN {database.name(parent.table)} {alias} ON {same}"


def torn(database: Database) -> Iterator[tuple[str, tuple[str, str], tuple[str, str]]]:
    """Yield table and both customers of each row that names parents of two."""
    for table, rule in sorted(database.tables.items()):
        if not isinstance(rule, ByParent) or len(rule.alternatives) == 1:
            continue
        owners = [Owner.among(database, some) for some in rule.alternatives]
        for at, first in enumerate(owners):
            for second in owners[at + 1 :]:
                if "NULL" in {first.customer, second.customer}:
                    continue
                database.cursor.execute(
                    f"SELECT DISTINCT {first.brand}, {first.customer}, {second.brand}, {second.customer} "  # noqa: S608
                    f"FROM {database.name(table)} {ROW}{first.joins}{second.joins} "
                    f"WHERE ({first.brand}, {first.customer}) <> ({second.brand}, {second.customer})"
                )
                for brand, customer, other_brand, other in database.cursor.fetchall():
                    yield table, (str(brand), str(customer)), (str(other_brand), str(other))
