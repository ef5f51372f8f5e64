"""Reads the rules of brands, and keeps them while nothing about them has changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk_sql import fetch, listed
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.progress.rulebook import BrandRules, Rules

MOST_KEPT: Final = 64
_MARKS: Final = """
SELECT b.brand_id, b.occurred_at, COUNT(s.version), SUM(s.version), MAX(s.issued_at),
  (SELECT COUNT(*) FROM week_definition w WHERE w.brand_id = b.brand_id),
  (SELECT SUM(w.scheme_version) FROM week_definition w WHERE w.brand_id = b.brand_id)
FROM brand b LEFT JOIN scheme s ON s.brand_id = b.brand_id
WHERE {asked} GROUP BY b.brand_id, b.occurred_at ORDER BY b.brand_id
"""


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads rules anew when they are others than the last time.

    Scheme versions and weeks are only ever added, and a brand's facts bear the time they are of: so a few
    figures tell whether anything is new, at the cost of one small SELECT a batch.
    """

    dialect: str
    reference: ReferenceRepository
    _kept: dict[tuple[Any, ...], Rules] = field(default_factory=dict)

    async def read(self, connection: AsyncConnection, brands: Collection[str]) -> Rules:
        """The rules of brands; unknown ones are left out."""
        if not brands:
            return Rules({})
        mark = tuple(tuple(row) for row in await self._marks(connection, brands))
        rules = self._kept.get(mark)
        if rules is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            rules = self._kept[mark] = await self._read(connection, brands)
        return rules

    async def _marks(self, connection: AsyncConnection, brands: Collection[str]) -> Sequence[Any]:
        asked = f"b.brand_id IN ({listed(sorted(brands), self.dialect)})"
        return await fetch(connection, _MARKS.format(asked=asked))

    async def _read(self, connection: AsyncConnection, brands: Collection[str]) -> Rules:
        known = await self.reference.brands(connection, brands)
        schemes = await self.reference.schemes(connection, brands)
        opened = await self.reference.opened_weeks(connection, brands)
        return Rules(
            {name: BrandRules.of(brand, schemes[name], opened[name]) for name, brand in known.items()}
        )
