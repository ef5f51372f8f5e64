"""The fence: keeps processes from writing to a database that is not, or no longer, their cell's."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.cell import Cell
from foundation.storage.cells.errors import CellFenced, CellMismatch, CellMoved
from foundation.storage.cells.table import CellRow, CellState, has_cell_table, lock_cell, read_cell

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
