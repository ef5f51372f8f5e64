"""Sessions of games that are opened where money is once somebody plays for it."""

from collections.abc import Callable
from datetime import timedelta

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.game_sessions import OpenSession
from subgraphs.kit.neighbours import OpenedSessions


class LateSessions:
    """`GameSessions` that connect to nothing before the first session."""

    def __init__(self, opens: Callable[[], OpenedSessions]) -> None:
        self._opens = opens
        self._opened: OpenedSessions | None = None

    async def open_session(
        self, owner: Owner, currency: str, game_code: str, lasts: timedelta, provider: str
    ) -> OpenSession | None:
        """Return a session of a customer; None if there is none for this brand's money here."""
        if self._opened is None:
            self._opened = self._opens()
        return await self._opened.open_session(owner, currency, game_code, lasts, provider)

    async def end_session(self, session: OpenSession) -> None:
        """End a session."""
        if self._opened is not None:
            await self._opened.end_session(session)

    async def close(self) -> None:
        """Close all connections."""
        if self._opened is not None:
            await self._opened.close()
