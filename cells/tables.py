"""The databases of a cell, and what dividing it does with the rows of each of their tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.storage.cells.division import TableRows


@dataclass(frozen=True, slots=True)
class CellTables:
    """What each cell has.

    Attributes:
        databases: The rules of each database's tables, by the subgraph's name.
        keyed: The topics that are keyed by customer.
    """

    databases: Mapping[str, TableRows]
    keyed: frozenset[str]
