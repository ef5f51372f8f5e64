"""Erased customers stay in the cell that holds their rows, which are kept under a pseudonym.

A pseudonym is in its customer's partition. Those of release 1.0 are in any partition, and nothing says
whose they were: a split or merge gives those that are in none of the cell's one that the cell has.
"""

from typing import Final

from cells.dividing.owners import Database, each_database
from cells.dividing.rows import BATCH_SIZE, CUSTOMERS_KEY
from cells.moving.journal import Kind
from cells.moving.move import Move
from cells.moving.server import Location, quoted
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import Rows
from foundation.storage.cells.pseudonym import is_pseudonym, pseudonym_within

MISPLACED: Final = "misplaced_pseudonyms"
"""The fact of a journal that says how many there were before."""


def misplaced(location: Location, cell: Cell) -> int:
    """Return how many pseudonyms in a location's rows are in partitions that its cell does not have."""
    customers: set[tuple[str, str]] = set()
    for database in each_database(location):
        customers.update(_misplaced_in(database, cell))
    return len(customers)


def renamed_by(move: Move) -> list[str]:
    """Return a sentence about the pseudonyms that a split or merge has renamed; none if there were none."""
    number = int(move.journal.facts.get(MISPLACED, "0"))
    where = move.source if move.journal.kind is Kind.SPLIT else move.target
    said = (
        f"Pseudonyms of erased customers that were in partitions of other cells: {number}. Whose they are is "
        f"unknown, so they have new ones, and all their rows are at {where}."
    )
    return [said] if number else []


def place_all(location: Location, cell: Cell) -> None:
    """Rename the misplaced pseudonyms in all databases of a location that nobody else writes."""
    for database in each_database(location):
        place(database, cell)


def place(database: Database, cell: Cell) -> None:
    """Rename the misplaced pseudonyms in a database: each person gets the same new one in every database.

    It can be repeated: if it was interrupted between two tables, the others follow.
    """
    renamed = [
        (brand, old, pseudonym_within(cell, brand, old)) for brand, old in _misplaced_in(database, cell)
    ]
    if not renamed:
        return
    cursor, names = database.cursor, f"{quoted(database.schema)}.furlong_renamed"
    cursor.execute(
        f"CREATE TEMPORARY TABLE {names} (brand_id VARCHAR(255), customer_id VARCHAR(255), "
        f"pseudonym VARCHAR(255), {CUSTOMERS_KEY}"
    )
    for at in range(0, len(renamed), BATCH_SIZE):
        cursor.executemany(f"INSERT INTO {names} VALUES (%s, %s, %s)", renamed[at : at + BATCH_SIZE])  # noqa: S608
    columns = [(table, "customer_id") for table in database.of_customers()]
    columns += [(table, "pseudonym") for table, rule in database.tables.items() if rule is Rows.ERASURES]
    for table, column in columns:
        cursor.execute(
            f"UPDATE {database.name(table)} t JOIN {names} n "  # noqa: S608
            f"ON n.brand_id = t.brand_id AND n.customer_id = t.{column} SET t.{column} = n.pseudonym"
        )
    cursor.execute(f"DROP TEMPORARY TABLE {names}")


def _misplaced_in(database: Database, cell: Cell) -> list[tuple[str, str]]:
    return [customer for customer in database.customers_of_others(cell) if is_pseudonym(customer[1])]
