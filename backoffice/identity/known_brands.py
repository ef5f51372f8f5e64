"""The brands for which roles may be granted."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from backoffice.errors import Invalid, Problem
from foundation.storage.database import open_databases
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.rewards.models import REFERENCE


@dataclass(frozen=True, slots=True)
class KnownBrands:
    """The installation's brands, read when roles are granted, which is rare.

    Attributes:
        settings: Where the database of rewards is.
    """

    settings: DatabaseSettings

    async def require(self, brands: Collection[str]) -> None:
        """Check that brands exist. Before the first one is loaded, every name is accepted.

        Raises:
            Invalid: There is no such brand.
        """
        wanted = set(brands) - {ALL_BRANDS}
        known = await self._ids() if wanted else ()
        if known and (unknown := sorted(wanted.difference(known))):
            names = ", ".join(known)
            raise Invalid([Problem("roles", f"There is no brand {unknown[0][:64]!r}; there are {names}.")])

    async def _ids(self) -> Collection[str]:
        try:
            async with open_databases(self.settings, "rewards") as (database,), database.read() as connection:
                return await ReferenceRepository(REFERENCE).brand_ids(connection)
        except (SQLAlchemyError, OSError):
            return ()  # roles can be granted while that database is down
