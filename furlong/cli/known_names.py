"""Refuses unknown brands and weeks: a filter that matches nothing would look as if all were well."""

from storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.weeks import week_named
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.kit.records.tables import ReferenceTables


async def require_names(
    database: Database, tables: ReferenceTables, brand: str | None, week: str | None = None
) -> None:
    """Check a brand and a week that a command was given; None stands for all of them.

    Raises:
        BadInput: the subgraph does not know the brand, or there is no such week.
    """
    if week is not None:
        week_named(week, "UTC")
    if brand is None:
        return
    async with database.home.read() as connection:
        if brand not in await ReferenceRepository(tables).brands(connection, [brand]):
            raise BadInput(f"there is no brand {brand!r}; `furlong week status` shows all brands")
