"""What lobbies are checked against and shown with: games, providers and brands, read where they are."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.content.known_brands import KnownBrands
from backoffice.global_events.repository import DecisionRepository
from backoffice.lobby.checks import LobbyBrand
from consumers.messages.global_events.lobby_states import LobbyState
from consumers.messages.global_events.states import read_state
from foundation.storage.database import Database
from subgraphs.kit.records.global_state import GlobalKind, lobby_subject
from subgraphs.lobby.catalogue.catalogue import Catalogue
from subgraphs.lobby.catalogue.reader import CatalogueReader
from subgraphs.lobby.catalogue.views import LobbyViews
from subgraphs.lobby.configuration import LobbyFile
from subgraphs.lobby.records.providers import ProviderHealth, read_health


@dataclass(frozen=True, slots=True)
class LobbySources:
    """Reads games, how providers are, brands, and what was last decided of a lobby.

    Attributes:
        lobby: The lobby's database; only read.
        reader: Of the catalogue, which it keeps in memory; one read at a time.
        file: Which providers there are, and where games are certified.
    """

    lobby: Database
    reader: CatalogueReader
    known: KnownBrands
    file: LobbyFile
    decisions: DecisionRepository = field(default_factory=DecisionRepository)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def catalogue(self) -> Catalogue:
        """Return the games that providers have."""
        async with self._turn:
            return await self.reader()

    async def health(self) -> Mapping[str, ProviderHealth]:
        """Return how the providers are."""
        async with self.lobby.read() as connection:
            return await read_health(connection)

    async def brand(self, brand: str) -> LobbyBrand:
        """Return what a lobby is checked against.

        Raises:
            NotFound: There is no such brand.
        """
        found = (await self.known.known(brand)).brand
        return LobbyBrand(brand, found.name, found.locales, found.jurisdictions, found.time_zone)

    async def present(self, connection: AsyncConnection, brand: str) -> LobbyState | None:
        """Return a brand's lobby as it was last decided; None before the first."""
        decision = await self.decisions.find(connection, lobby_subject(brand).key)
        if decision is None:
            return None
        state = read_state(GlobalKind.LOBBY, brand, decision.subject, dict(decision.state))
        assert isinstance(state, LobbyState)  # noqa: S101 - the kind says so
        return state

    def views(self) -> LobbyViews:
        """Return what shows games as brands do; nothing of it is kept."""
        return LobbyViews(self.file)
