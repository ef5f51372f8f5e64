"""Reads the rulebooks of brands, and keeps them while nothing about them has changed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bounded_cache import BoundedCache
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.progress.counting.rulebook import BrandRulebook, Rulebook
from subgraphs.progress.ledger.repository import rulebook_fingerprint

MOST_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class RulebookReader:
    """Reads a rulebook again only if its fingerprint has changed.

    Scheme versions and weeks are only ever added, and a brand's facts carry their event time. So a few
    figures tell whether anything is new, at the cost of one small SELECT a batch.
    """

    dialect: str
    reference: ReferenceRepository
    _kept: BoundedCache[tuple[Any, ...], Rulebook] = field(default_factory=lambda: BoundedCache(MOST_KEPT))

    async def read(self, connection: AsyncConnection, brands: Collection[str]) -> Rulebook:
        """Return the rulebook of brands, without those that are not known."""
        if not brands:
            return Rulebook({})
        fingerprint = await rulebook_fingerprint(connection, self.dialect, brands)
        rulebook = self._kept.get(fingerprint)
        if rulebook is None:
            rulebook = self._kept.add(fingerprint, await self._read(connection, brands))
        return rulebook

    async def _read(self, connection: AsyncConnection, brands: Collection[str]) -> Rulebook:
        known = await self.reference.brands(connection, brands)
        schemes = await self.reference.schemes(connection, brands)
        opened = await self.reference.opened_weeks(connection, brands)
        return Rulebook(
            {name: BrandRulebook.of(brand, schemes[name], opened[name]) for name, brand in known.items()}
        )
