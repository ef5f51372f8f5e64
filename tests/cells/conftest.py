"""Fixtures of cells: settings of a database that belongs to one."""

from collections.abc import Callable

import pytest

from foundation.storage.settings import CellSettings, DatabaseSettings


@pytest.fixture
def celled() -> Callable[..., DatabaseSettings]:
    """Provide settings of a database as a process of a cell has them."""

    def make(url: str, name: str | None, partitions: str | None, of: int = 4) -> DatabaseSettings:
        cell = CellSettings(cell=name, cell_partitions=partitions, cell_of=of)
        return DatabaseSettings(url=url, cell=cell)

    return make
