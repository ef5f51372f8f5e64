"""The databases of the demo's cells: which partitions each has, and where."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from cells.claim import claim, without_fence
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.settings import CellSettings
from foundation.storage.errors import InvalidCell
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.demo.data_folder import database_in
from furlong.demo.embedded_broker import PARTITIONS
from furlong.install.topics import KEYED_TOPICS
from furlong.subgraph_names import SUBGRAPHS


def cells_of(count: int) -> tuple[Cell, ...]:
    """Return that many cells, named from `c0`, which have all partitions between them."""
    bounds = [number * PARTITIONS // count for number in range(count + 1)]
    return tuple(
        Cell(f"c{number}", first, end - 1, PARTITIONS) for number, (first, end) in enumerate(pairwise(bounds))
    )


def databases_of(data: Path, cells: Sequence[Cell], urls: Mapping[str, str]) -> list[DatabaseSettings]:
    """Return the settings of the cells' databases: at a cell's URL, or else in a data folder.

    Raises:
        InvalidCell: A URL is that of no cell.
    """
    unknown = sorted(urls.keys() - {cell.name for cell in cells})
    if unknown:
        names = ", ".join(cell.name for cell in cells)
        raise InvalidCell(f"there is no cell {unknown[0]}: there are {names}")
    return [_settings(data, cell, urls.get(cell.name)) for cell in cells]


def _settings(data: Path, cell: Cell, url: str | None) -> DatabaseSettings:
    own = CellSettings(cell=cell.name, cell_partitions=cell.partitions, cell_of=cell.of)
    found = database_in(data / cell.name) if url is None else DatabaseSettings(url=url)
    return found.model_copy(update={"cell": own})


def data_of(data: Path, count: int) -> Path:
    """Return the folder of a demo with that many cells, which shares no data with other demos."""
    return data / f"cells-{count}" if count else data


async def prepare(database: DatabaseSettings) -> None:
    """Create the databases and, for a cell, record in them which cell they belong to.

    Raises:
        CellMismatch: The folder is that of a demo with other cells.
    """
    await upgrade_databases(without_fence(database))
    if database.cell.own() is not None:
        await claim(database, SUBGRAPHS, KEYED_TOPICS)
