"""Which cell a database belongs to: the table that says so, and the fence that keeps others out."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Integer, MetaData, Select, String, Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.cell import MAX_NAME, Cell
from foundation.storage.columns import Identifier, UtcDateTime
from foundation.storage.errors import CellFenced, CellMismatch, CellMoved

TABLE: Final = "cell"


class CellState(Enum):
    """Whether a database takes writes of its cell.

    OPEN: it takes writes.
    FENCED: it takes none: the cell is being moved, or has been moved away.
    """

    OPEN = "open"
    FENCED = "fenced"


class CellRow(Struct, frozen=True):
    """What a database says about its cell.

    Attributes:
        epoch: Counts the changes of range and place, from 1.
        changed_at: The time of the last change, by the clock of the machine that made it.
    """

    cell: Cell
    epoch: int
    state: CellState
    changed_at: datetime


def cell_table(metadata: MetaData) -> Table:
    """Add the table to a subgraph's metadata: one row, or none in an installation without cells."""
    return Table(
        TABLE,
        metadata,
        Column("name", Identifier(MAX_NAME), primary_key=True),
        Column("first", Integer, nullable=False),
        Column("last", Integer, nullable=False),
        Column("of", Integer, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("state", String(16), nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
    )


_CELL: Final = cell_table(MetaData())
_READ: Final = select(_CELL)
_READ_LOCKED: Final = _READ.with_for_update(read=True)


async def read_cell(connection: AsyncConnection) -> CellRow | None:
    """Return the cell of a database; None if it belongs to none.

    Raises:
        CellMismatch: The database claims to belong to several.
    """
    return await _read(connection, _READ)


async def lock_cell(connection: AsyncConnection) -> CellRow | None:
    """Return the cell, unchanged until the transaction ends. Writers do not wait for one another."""
    return await _read(connection, _READ_LOCKED)


async def has_cell_table(connection: AsyncConnection) -> bool:
    """Return whether the database has the table; those of older versions do not."""
    return await connection.run_sync(lambda sync: inspect(sync).has_table(TABLE))


async def write_cell(connection: AsyncConnection, row: CellRow) -> None:
    """Replace the database's record of its cell. Call it in a write transaction."""
    await connection.execute(_CELL.delete())
    cell = row.cell
    values = {"name": cell.name, "first": cell.first, "last": cell.last, "of": cell.of}
    more = {"epoch": row.epoch, "state": row.state.value, "changed_at": row.changed_at}
    await connection.execute(_CELL.insert().values(**values, **more))


async def _read(connection: AsyncConnection, query: Select[Any]) -> CellRow | None:
    rows = (await connection.execute(query)).all()
    if not rows:
        return None
    if len(rows) > 1:
        raise CellMismatch(f"the database says that it belongs to {len(rows)} cells: it can belong to one")
    name, first, last, of, epoch, state, changed_at = rows[0]
    return CellRow(Cell(name, first, last, of), epoch, CellState(state), changed_at)


NOT_CELLS: Final = frozenset({"backoffice"})
"""No fence: the databases belong to no cell."""


@dataclass(slots=True)
class Fence:
    """Compares a database with the cell that the settings name.

    Attributes:
        cell: The settings' cell; None if the installation has no cells.
        epoch: The epoch that this process knows; None before it has looked.
    """

    cell: Cell | None
    epoch: int | None = None

    async def verify(self, connection: AsyncConnection) -> None:
        """Check that the database is the cell's, and note its epoch. In any transaction.

        Raises:
            CellMismatch: The database belongs to another cell, or has other partitions.
            CellFenced: The cell is being moved, or has been moved away.
        """
        if self.cell is None and not await has_cell_table(connection):
            return
        row = await read_cell(connection)
        require_same(self.cell, row)
        self.epoch = None if row is None else row.epoch
        _require_open(row)

    async def check(self, connection: AsyncConnection) -> None:
        """Check the same in a write transaction; no move can take the database away before it ends.

        Raises:
            CellMismatch: The database belongs to another cell, or has other partitions.
            CellFenced: The cell is being moved, or has been moved away.
            CellMoved: The epoch is not the one that this process knew; it knows the new one from now on.
        """
        row = await lock_cell(connection)
        require_same(self.cell, row)
        _require_open(row)
        if row is not None and row.epoch != self.epoch:
            known, self.epoch = self.epoch, row.epoch
            if known is not None:
                raise CellMoved(f"cell {row.cell.name} has epoch {row.epoch}, this process knew {known}")


def require_same(cell: Cell | None, row: CellRow | None) -> None:
    """Compare the settings' cell with the database's.

    Raises:
        CellMismatch: They differ; the message says how, and what to do.
    """
    if cell is None and row is not None:
        raise CellMismatch(
            f"the database belongs to cell {row.cell}, but FURLONG_CELL is not set: this process would write "
            "other cells' customers there, too"
        )
    if cell is not None and row is None:
        raise CellMismatch(
            f"the settings name cell {cell}, but the database belongs to no cell: run `furlong cell claim`"
        )
    if cell is not None and row is not None and cell != row.cell:
        raise CellMismatch(
            f"the settings name cell {cell}, but the database belongs to cell {row.cell}: correct "
            "FURLONG_CELL, FURLONG_CELL_PARTITIONS and FURLONG_CELL_OF, or FURLONG_DATABASE_URL"
        )


def _require_open(row: CellRow | None) -> None:
    if row is not None and row.state is CellState.FENCED:
        raise CellFenced(f"cell {row.cell.name} takes no writes here: it is being moved, or was moved away")
