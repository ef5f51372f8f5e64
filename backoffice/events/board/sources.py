"""What boards are checked against and shown with: events and brands, read where they are."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.advertising import UPLOADED, allowed_hosts
from backoffice.content.images import image_facts
from backoffice.content.known_brands import KnownBrands
from backoffice.events.board.checks import BoardBrand
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.reader import CatalogueReader


@dataclass(frozen=True, slots=True)
class BoardSources:
    """Reads the catalogue and brands.

    Attributes:
        reader: Of the catalogue, which it keeps in memory; one read at a time.
        known: Of brands.
    """

    reader: CatalogueReader
    known: KnownBrands
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def catalogue(self) -> Catalogue:
        """Return the events that providers tell."""
        async with self._turn:
            return await self.reader()

    async def brand(self, connection: AsyncConnection, brand: str, images: Iterable[str] = ()) -> BoardBrand:
        """Return what placements are checked against.

        Args:
            connection: On the back office's database.
            brand: The brand's id.
            images: Links of pictures, of which those that were uploaded are looked up.

        Raises:
            NotFound: There is no such brand.
        """
        found = await self.known.known(brand)
        uploaded = {match[1] for match in map(UPLOADED.fullmatch, images) if match}
        hosts = (scheme.terms.url for scheme in found.schemes)
        return BoardBrand(
            id=brand,
            name=found.brand.name,
            locales=found.brand.locales,
            jurisdictions=found.brand.jurisdictions,
            time_zone=found.brand.time_zone,
            hosts=allowed_hosts(hosts, self.known.hosts.get(brand, ())),
            images=await image_facts(connection, uploaded),
        )
