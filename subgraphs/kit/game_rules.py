"""Which games may be played where: what whoever keeps customers' money asks of the lobby before each bet."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol


class AllowedGames(Protocol):
    """Which games are allowed, as it was known a moment ago."""

    def allows(
        self, brand: str, provider: str, game_code: str | None, jurisdiction: str, at: datetime
    ) -> bool:
        """Return whether a provider's game may be played by a brand's customers somewhere at an instant.

        Without the provider's name, it may be the game of any.
        """
        ...


class GameRules(Protocol):
    """Tells which games are allowed."""

    @property
    def key_files(self) -> Mapping[str, Path | None]:
        """Return the providers whose games these are, with the public keys by which they sign."""
        ...

    async def present(self) -> AllowedGames | None:
        """Return which games are allowed; None if nobody has said which there are, so that all are.

        Raises:
            DatabaseAway: It cannot be known now.
            SQLAlchemyError: The same.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class EveryGame:
    """`GameRules` where games are not the lobby's."""

    key_files: Mapping[str, Path | None] = MappingProxyType({})

    async def present(self) -> AllowedGames | None:
        """Return None: each game is allowed."""
        return None

    async def close(self) -> None:
        """Do nothing."""


EVERY_GAME: Final = EveryGame()
