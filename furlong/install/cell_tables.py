"""The tables of all blocks, as what moves and divides cells knows them."""

from collections.abc import Iterable
from typing import Final

from cells.tables import CellTables
from furlong.topic_plans import KEYED_TOPICS
from subgraphs.block_list import BLOCKS
from subgraphs.kit.block import Block
from subgraphs.kit.records.table_flaws import flaws


def cell_tables(blocks: Iterable[Block]) -> CellTables:
    """Return what each cell has.

    Raises:
        ValueError: The rules of a block's tables cannot be right; the message says why.
    """
    blocks = tuple(blocks)
    problems = [
        f"{block.name}.{flaw}" for block in blocks for flaw in flaws(block.metadata, block.table_rules)
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return CellTables(
        {block.name: {rule.table.name: rule.rows for rule in block.table_rules} for block in blocks},
        frozenset(KEYED_TOPICS),
    )


CELL_TABLES: Final = cell_tables(BLOCKS)
