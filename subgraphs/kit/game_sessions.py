"""Sessions of games: what the lobby asks of whoever keeps customers' money before a game is opened."""

from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from subgraphs.kit.domain.keys import Owner


class OpenSession(Struct, frozen=True):
    """A session in which a customer may stake.

    Attributes:
        token: Stands for the customer at the provider of games; whoever has it may stake.
        is_ours: Whether it was opened for this launch alone, and may be ended if that fails.
    """

    token: str
    is_ours: bool = True


class GameSessions(Protocol):
    """Opens and ends sessions of games."""

    async def open_session(
        self, owner: Owner, currency: str, game_code: str, lasts: timedelta, provider: str
    ) -> OpenSession | None:
        """Return a session at a provider of games; None if this brand's money cannot be played for here.

        Raises:
            DatabaseAway: The database cannot be reached.
            SQLAlchemyError: The same.
        """
        ...

    async def end_session(self, session: OpenSession) -> None:
        """End a session that was opened for a game that was not launched."""
        ...
