"""Settings of the cell that a process belongs to."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.storage.cells.cell import Cell, parse_range


class CellSettings(BaseSettings):
    """The cell of this process; without these settings, the installation has no cells."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_")

    cell: str | None = Field(
        default=None,
        description="Name of the cell that this process belongs to, such as c1; none if the installation has "
        "no cells",
    )
    cell_partitions: str | None = Field(
        default=None,
        description="The cell's partitions of all topics that are keyed by customer, such as 6-11; required "
        "with FURLONG_CELL",
    )
    cell_of: int = Field(
        default=24,
        ge=1,
        description="How many partitions these topics have: the same in all cells, and never changed",
    )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.cell is None) != (self.cell_partitions is None):
            raise ValueError("set both FURLONG_CELL and FURLONG_CELL_PARTITIONS, or neither")
        self.own()
        return self

    def own(self) -> Cell | None:
        """Return the cell; None if the installation has no cells."""
        if self.cell is None or self.cell_partitions is None:
            return None
        return Cell(self.cell, *parse_range(self.cell_partitions), self.cell_of)
