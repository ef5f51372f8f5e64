"""Reads the rulebooks of brands, and keeps them while nothing about them has changed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bounded_cache import BoundedCache
from foundation.storage.bulk_sql import fetch, json_array, listed
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.progress.counting.rulebook import BrandRulebook, Rulebook

MAX_KEPT: Final = 64
_FIGURES: Final = (
    *("b.brand_id", "b.occurred_at", "COUNT(s.version)", "SUM(s.version)", "MAX(s.issued_at)"),
    "(SELECT COUNT(*) FROM week_definition w WHERE w.brand_id = b.brand_id)",
    "(SELECT SUM(w.scheme_version) FROM week_definition w WHERE w.brand_id = b.brand_id)",
)
_FINGERPRINT: Final = """
SELECT {figures} FROM brand b LEFT JOIN scheme s ON s.brand_id = b.brand_id
WHERE {wanted} GROUP BY b.brand_id, b.occurred_at ORDER BY b.brand_id
"""


@dataclass(frozen=True, slots=True)
class RulebookReader:
    """Reads a rulebook again only if its fingerprint has changed.

    Scheme versions and weeks are only ever added, and a brand's facts carry their event time. So a few
    figures tell whether anything is new, at the cost of one small SELECT a batch.
    """

    dialect: str
    reference: ReferenceRepository
    _kept: BoundedCache[tuple[str, ...], Rulebook] = field(default_factory=lambda: BoundedCache(MAX_KEPT))

    async def read(self, connection: AsyncConnection, brands: Collection[str]) -> Rulebook:
        """Return the rulebook of brands, without unknown ones."""
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


async def rulebook_fingerprint(
    connection: AsyncConnection, dialect: str, brands: Collection[str]
) -> tuple[str, ...]:
    """Return texts that differ whenever the schemes, weeks or facts of brands do: one for each brand."""
    wanted = f"b.brand_id IN ({listed(sorted(brands), dialect)})"
    statement = _FINGERPRINT.format(figures=json_array(dialect, _FIGURES), wanted=wanted)
    return tuple(row[0] for row in await fetch(connection, statement))
