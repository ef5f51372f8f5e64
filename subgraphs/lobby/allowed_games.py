"""Which games may be played where, for whoever keeps customers' money: those that the lobby opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.game_rules import EVERY_GAME, AllowedGames, GameRules
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.lobby.catalogue.catalogue import EMPTY, FRESHNESS, Catalogue
from subgraphs.lobby.catalogue.games import Game, Permissions, Place
from subgraphs.lobby.catalogue.reader import PLATFORM, CatalogueReader
from subgraphs.lobby.configuration import LobbyFile, LobbySettings, ProviderConfig


@dataclass(frozen=True, slots=True)
class LobbyGames:
    """The games of a catalogue."""

    by_code: Mapping[str, tuple[Game, ...]]
    permissions: Permissions
    providers: Mapping[str, ProviderConfig]

    def allows(
        self, brand: str, provider: str, game_code: str | None, jurisdiction: str, at: datetime
    ) -> bool:
        """Return whether a provider's game may be played by a brand's customers somewhere at an instant."""
        place = Place(jurisdiction)
        return any(
            provider in {"", game.provider}
            and (config := self.providers.get(game.provider)) is not None
            and config.serves(brand)
            and self.permissions.allows(game, place, at)
            for game in self.by_code.get(game_code or "", ())
        )


class LobbyGameRules:
    """`GameRules` over the lobby's database, of which the catalogue is kept in memory."""

    def __init__(self, database: Database, clock: Clock, file: LobbyFile) -> None:
        self._database = database
        self._catalogues = StaleCache(CatalogueReader(database, clock), FRESHNESS, clock)
        self._permissions, self._providers = Permissions.of(file), file.by_name

    @property
    def key_files(self) -> Mapping[str, Path | None]:
        """Return the providers, with the public keys by which they sign."""
        return {name: config.public_key_file for name, config in self._providers.items()}

    async def present(self) -> AllowedGames | None:
        """Return which games are allowed.

        Raises:
            DatabaseAway: The lobby's database cannot be reached, and nothing is known that is fresh enough.
            SQLAlchemyError: The same.
        """
        catalogue: Catalogue = await self._catalogues.get(PLATFORM) or EMPTY
        return LobbyGames(catalogue.by_code, self._permissions, self._providers)

    async def close(self) -> None:
        """Close all connections."""
        await self._catalogues.close()
        await self._database.close()


def open_game_rules(database: DatabaseSettings, clock: Clock, settings: LobbySettings) -> GameRules:
    """Return which games are allowed; all of them if no provider is configured. Nothing connects yet.

    Raises:
        LobbyError: The file of the lobby cannot be used.
    """
    file = settings.read()
    return LobbyGameRules(Database.open(database, "lobby"), clock, file) if file.providers else EVERY_GAME
