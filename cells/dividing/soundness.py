"""What is wrong with the rows of a cell's databases: foreign customers, missing parents, unknown tables."""

from collections.abc import Callable
from typing import Any, Final

from cells.dividing.owners import ROW, Database, each_database, join, shared_rows, torn
from cells.moving.server import Location, quoted
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import ByParent, Parent
from foundation.storage.cells.pseudonym import is_pseudonym
from foundation.storage.database import CLOSED, UNFINISHED_RESTORE

TECHNICAL: Final = frozenset({"alembic_version", CLOSED, UNFINISHED_RESTORE})
"""Tables that say how far a database is migrated or restored: they are of the database, and stay in it."""


def strangers(location: Location, cell: Cell) -> list[str]:
    """Return a sentence for each database that has rows of customers whom its cell does not have.

    Erased customers are not counted: release 1.0 kept their rows under pseudonyms of any partition.
    """
    faults = []
    for database in each_database(location):
        others = [
            customer for customer in database.customers_of_others(cell) if not is_pseudonym(customer[1])
        ]
        if others:
            brand, customer = min(others)
            faults.append(
                f"{database.at} has rows of {len(others)} customers of other cells, "
                f"such as {customer} of {brand}"
            )
    return faults


def orphans(location: Location) -> list[str]:
    """Return a sentence for each table with rows that name a parent which is not there."""
    return [
        f"{database.at} has {number} rows of {table} whose row of "
        f"{' or '.join(dict.fromkeys(parent.table for parent in some))} is missing, such as "
        f"{', '.join(map(str, example))}"
        for database in each_database(location)
        for table, rule in sorted(database.tables.items())
        if isinstance(rule, ByParent)
        for some in rule.alternatives
        for number, *example in [_orphans(database, table, some)]
        if number
    ]


def missing_tables(location: Location) -> list[str]:
    """Return a sentence for each database that lacks tables, without which its rows cannot be looked at."""
    return [
        f"{database.at} lacks tables (run `furlong db upgrade`): {', '.join(names)}"
        for database in each_database(location)
        if (names := sorted(database.tables.keys() - _tables_of(database)))
    ]


def unknown_tables(location: Location) -> list[str]:
    """Return a sentence for each database with tables that no rule names."""
    return [
        f"{database.at} has tables whose rows nothing is known about: {', '.join(names)}"
        for database in each_database(location)
        if (names := sorted(_tables_of(database) - database.tables.keys() - TECHNICAL))
    ]


def indivisible(location: Location, is_new: Callable[[tuple[str, str]], bool]) -> list[str]:
    """Return a sentence for each table with rows between customers of both halves.

    Args:
        location: The databases of a cell.
        is_new: Whether a customer, by brand and id, is to be in the new half.
    """
    faults = []
    for database in each_database(location):
        pairs: dict[str, list[tuple[str, str]]] = {}
        for table, one, other in torn(database):
            if is_new(one) is not is_new(other):
                pairs.setdefault(table, []).append((one[1], other[1]))
        faults += [
            f"{database.schema} has rows of {table} between customers of both halves, such as {one} and "
            f"{other}: they cannot be divided"
            for table, (first, *_) in pairs.items()
            for one, other in [first]
        ]
    return faults


def _tables_of(database: Database) -> set[str]:
    database.cursor.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (database.schema,)
    )
    return {str(name) for (name,) in database.cursor.fetchall()}


def _orphans(database: Database, table: str, some: tuple[Parent, ...]) -> tuple[Any, ...]:
    """Return how many rows name none of some parents, and the least names of what is missing."""
    aliases = [f"parent_{number}" for number in range(len(some))]
    joins = "".join(join(database, parent, ROW, alias) for parent, alias in zip(some, aliases, strict=True))
    own = [f"{ROW}.{quoted(column)}" for column, _ in some[0].columns]
    named = [f"{column} IS NOT NULL" for column in own]
    missing = [
        f"{alias}.{quoted(parent.columns[0][1])} IS NULL" for parent, alias in zip(some, aliases, strict=True)
    ]
    shared = shared_rows(database.tables[table])
    others = [f"NOT ({shared})"] if shared else []
    database.cursor.execute(
        f"SELECT COUNT(*), {', '.join(f'MIN({column})' for column in own)} "  # noqa: S608
        f"FROM {database.name(table)} {ROW}{joins} WHERE {' AND '.join([*named, *missing, *others])}"
    )
    row: Any = database.cursor.fetchone()
    return tuple(row)
