"""A region of the map, and whose customers may be in its databases."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from cells.regions.region_map import RegionMap, RegionMapError, read_regions

COUNT: Final = "SELECT brand_id, jurisdiction, COUNT(*) FROM {account} GROUP BY brand_id, jurisdiction"
"""Counts the accounts of a cell, in the table of accounts of any of its databases."""


class RegionSettings(BaseSettings):
    """The region of this process; without these settings nothing is checked."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_")

    region: str | None = Field(
        default=None, description="Name of the region that this process belongs to; required with the map"
    )
    region_map: Path | None = Field(
        default=None,
        description="The map of the regions, in YAML, which says which customers each region has",
    )

    def own(self, region: str | None = None) -> "BoundRegion | None":
        """Return the region, or that of the given name; None if no map of the regions binds customers.

        Raises:
            RegionMapError: The map is wrong, or does not have the region.
        """
        name = region or self.region
        if name is None and self.region_map is None:
            return None
        if name is None or self.region_map is None:
            raise RegionMapError("set both FURLONG_REGION and FURLONG_REGION_MAP, or neither")
        regions = read_regions(self.region_map)
        if name not in regions.regions:
            raise RegionMapError(f"{self.region_map}: there is no region {name}")
        return BoundRegion(name, regions) if regions.regions[name].customers else None


@dataclass(frozen=True, slots=True)
class BoundRegion:
    """A region to which customers are bound by brand and jurisdiction."""

    name: str
    regions: RegionMap

    @property
    def brands(self) -> frozenset[str]:
        """Return the brands of which it has customers."""
        return frozenset(one.partition(":")[0] for one in self.regions.regions[self.name].customers)

    def problems(self, accounts: Iterable[tuple[str, str, int]]) -> list[str]:
        """Return a sentence for each brand and jurisdiction whose customers are not the region's.

        Args:
            accounts: Brand, jurisdiction and number of accounts.
        """
        found = []
        for brand, jurisdiction, number in accounts:
            owner = self.regions.region_of(brand, jurisdiction)
            if owner != self.name:
                whose = "no region" if owner is None else f"region {owner}"
                customers = f"customers of {brand} in {jurisdiction} ({number})"
                found.append(f"{customers} belong to {whose}, and this is {self.name}")
        return sorted(found)
