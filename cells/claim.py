"""Records in a cell's databases which cell they belong to, and reads it back."""

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Integer, String, column, select, table, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from cells.regions import COUNT
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.ownership import (
    NOT_CELLS,
    CellRow,
    CellState,
    read_cell,
    require_same,
    write_cell,
)
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database, open_databases
from foundation.storage.errors import CellMismatch
from foundation.storage.settings import CellSettings, DatabaseSettings


@dataclass(frozen=True, slots=True)
class DatabaseCell:
    """The cell of one database.

    Attributes:
        database: The subgraph whose database it is.
        row: Its cell; None if it belongs to none.
        problem: How it differs from the settings, or why it cannot be read; empty if neither.
    """

    database: str
    row: CellRow | None
    problem: str = ""


def without_fence(settings: DatabaseSettings) -> DatabaseSettings:
    """Return the same settings without a cell, for code that reads or changes what a database says of itself.

    A closed database can be opened by them, too.
    """
    none = CellSettings.model_construct(cell=None, cell_partitions=None, cell_of=settings.cell.cell_of)
    return settings.model_copy(update={"cell": none}).entering_closed()


@asynccontextmanager
async def opened(settings: DatabaseSettings, name: str) -> AsyncIterator[Database]:
    """Open a database, closed or of any cell, for code that reads or changes what it says of itself."""
    async with open_databases(without_fence(settings), name) as (database,):
        yield database


async def claim(
    settings: DatabaseSettings, names: Iterable[str], keyed: Collection[str], *, dry_run: bool = False
) -> list[DatabaseCell]:
    """Write the settings' cell into databases that belong to none, and return those that changed.

    Args:
        settings: The databases and the cell.
        names: The subgraphs.
        keyed: The topics that are keyed by customer.
        dry_run: Whether to change nothing.

    Raises:
        CellMismatch: A database belongs to another cell, or has applied records of other partitions; then
            nothing was written to any.
        ValueError: The settings name no cell.
    """
    cell = settings.cell.own()
    if cell is None:
        raise ValueError("set FURLONG_CELL, FURLONG_CELL_PARTITIONS and FURLONG_CELL_OF")
    names = list(names)
    missing = [name for name in names if await _is_unclaimed(settings, name, cell, keyed)]
    row = CellRow(cell, 1, CellState.OPEN, SystemClock().now())
    for name in missing if not dry_run else ():
        async with opened(settings, name) as database, database.write() as connection:
            if await read_cell(connection) is None:
                await write_cell(connection, row)
    return [DatabaseCell(name, row) for name in missing]


async def read_cells(settings: DatabaseSettings, names: Iterable[str]) -> list[DatabaseCell]:
    """Return the cell of each database, and whether it fits the settings.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: A database cannot be read.
    """
    return [await _read(settings, name) for name in names]


async def count_accounts(settings: DatabaseSettings, name: str) -> list[tuple[str, str, int]]:
    """Return brand, jurisdiction and number of the accounts in a cell, from one subgraph's database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database cannot be read.
    """
    async with opened(settings, name) as database, database.read() as connection:
        rows = await connection.execute(text(COUNT.format(account="account")))
        return [(str(brand), str(jurisdiction), int(number)) for brand, jurisdiction, number in rows]


async def require_cells(settings: DatabaseSettings, names: Iterable[str]) -> None:
    """Check that databases belong to the settings' cell; skip a database that cannot be read.

    Raises:
        CellMismatch: One belongs to another cell, or to none.
    """
    for name in names:
        if name in NOT_CELLS:
            continue
        try:
            cell = await _read(settings, name)
        except (SQLAlchemyError, OSError):
            continue
        if cell.problem:
            raise CellMismatch(f"{name}: {cell.problem}")


async def _read(settings: DatabaseSettings, name: str) -> DatabaseCell:
    row = None
    try:
        async with opened(settings, name) as database, database.read() as connection:
            row = await read_cell(connection)
        require_same(settings.cell.own(), row)
    except CellMismatch as error:
        return DatabaseCell(name, row, str(error))
    return DatabaseCell(name, row)


async def _is_unclaimed(settings: DatabaseSettings, name: str, cell: Cell, keyed: Collection[str]) -> bool:
    """Return whether a database belongs to no cell and may be claimed; False if it is the cell's already."""
    async with opened(settings, name) as database, database.read() as connection:
        row = await read_cell(connection)
        if row is not None:
            require_same(cell, row)
            return False
        foreign = await _foreign_partitions(connection, cell, keyed)
    if foreign:
        raise CellMismatch(
            f"the database of {name} has applied records of partitions {', '.join(map(str, foreign))}, which "
            f"are not those of cell {cell}"
        )
    return True


async def _foreign_partitions(connection: AsyncConnection, cell: Cell, keyed: Collection[str]) -> list[int]:
    number, topic = column("partition", Integer), column("topic", String)
    partitions = await connection.scalars(
        select(number)
        .select_from(table("position", number, topic))
        .where(topic.in_(sorted(keyed)))
        .distinct()
    )
    return sorted(partition for partition in partitions if not cell.owns(partition))
