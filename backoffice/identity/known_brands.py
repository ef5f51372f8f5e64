"""The brands for which roles may be granted, and what they are called."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from backoffice.access import Actor
from backoffice.errors import Invalid, Problem
from foundation.storage.database import open_databases
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.rewards.models import REFERENCE


@dataclass(frozen=True, slots=True)
class KnownBrands:
    """The installation's brands, read when roles are granted or the back office is opened, which is rare.

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
        known = sorted(await self._names()) if wanted else ()
        if known and (unknown := sorted(wanted.difference(known))):
            names = ", ".join(known)
            raise Invalid([Problem("roles", f"There is no brand {unknown[0][:64]!r}; there are {names}.")])

    async def names_for(self, actor: Actor) -> Mapping[str, str]:
        """Return the names, by id, of the brands for which an actor has a role."""
        names = await self._names()
        if ALL_BRANDS in actor.roles:
            return names
        return {brand: name for brand, name in names.items() if brand in actor.roles}

    async def _names(self) -> Mapping[str, str]:
        reference = ReferenceRepository(REFERENCE)
        try:
            async with open_databases(self.settings, "rewards") as (database,), database.read() as connection:
                brands = await reference.brands(connection, await reference.brand_ids(connection))
                return {brand: brands[brand].name for brand in sorted(brands)}
        except (SQLAlchemyError, OSError):
            return {}  # roles can be granted while that database is down
