"""When each cell counted what the present sums are made of: a sum is as old as the oldest of its parts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.figures.models import RISK_WEEK
from backoffice.figures.reducer import stored_figures
from backoffice.figures.sums import newest_of_cells


@dataclass(frozen=True, slots=True)
class CellAge:
    """A cell, and the oldest of its counts that is part of a sum.

    Attributes:
        partitions: The range whose customers were counted, such as `6-11`.
    """

    cell: str
    partitions: str
    as_of: datetime


async def cell_ages(connection: AsyncConnection, brand: str) -> list[CellAge]:
    """Return the cells whose counts make up a brand's sums of weeks that may still change, the oldest first.

    Without cells there are none.
    """
    c = RISK_WEEK.c
    weeks = await connection.scalars(select(c.iso_week).where(c.brand_id == brand, c.finished.is_(False)))
    found: dict[tuple[str, str], datetime] = {}
    for iso_week in weeks.all():
        for one in newest_of_cells(await stored_figures(connection, brand, iso_week)):
            key = (one.cell.name, f"{one.cell.first}-{one.cell.last}")
            found[key] = min(found.get(key, one.figures.as_of), one.figures.as_of)
    return sorted((CellAge(*key, as_of) for key, as_of in found.items()), key=lambda one: one.as_of)
