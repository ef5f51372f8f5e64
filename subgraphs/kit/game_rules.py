"""Which games may be played where: what whoever keeps customers' money asks of the lobby before each bet."""

from datetime import datetime
from typing import Final, Protocol


class AllowedGames(Protocol):
    """Which games are allowed, as it was known a moment ago."""

    def allows(self, brand: str, game_code: str | None, jurisdiction: str, at: datetime) -> bool:
        """Return whether a game may be played by a brand's customers in a jurisdiction at an instant."""
        ...


class GameRules(Protocol):
    """Tells which games are allowed."""

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

    async def present(self) -> AllowedGames | None:
        """Return None: each game is allowed."""
        return None

    async def close(self) -> None:
        """Do nothing."""


EVERY_GAME: Final = EveryGame()
