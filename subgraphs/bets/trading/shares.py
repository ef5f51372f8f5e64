"""The part of a liability limit that a cell may use: by its share of the partitions, without asking others.

The parts of all cells together never exceed the limit, also after a split or a merge. What a cell does not
use, others cannot have.
"""

from collections.abc import Mapping

from foundation.storage.cells.cell import Cell


def part_of(limit: int, cell: Cell | None) -> int:
    """Return a cell's part of a limit, rounded down: all of it without cells."""
    return limit if cell is None else limit * (cell.last - cell.first + 1) // cell.of


def parts_of(limits: Mapping[str, int], cell: Cell | None) -> Mapping[str, int]:
    """Return a cell's parts of limits."""
    return {selection: part_of(limit, cell) for selection, limit in limits.items()}
