"""Where games get their sessions, by brand: at our wallet, or as the brand's operator has given them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.storage.database import Database
from subgraphs.kit.funds_settings import FundsSettings, OperatorWalletAt
from subgraphs.kit.game_sessions import OpenSession
from subgraphs.wallet.aggregator.sessions import GameSessions
from subgraphs.wallet.models import OPERATORS, SEAMLESS
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions

if TYPE_CHECKING:
    from datetime import timedelta

    from foundation.storage.clock import Clock
    from foundation.storage.settings import DatabaseSettings
    from subgraphs.kit.domain.keys import Owner


@dataclass(frozen=True, slots=True)
class SessionsByBrand:
    """`GameSessions` of all brands over the wallet's database.

    Attributes:
        settings: Where the money of each brand is.
        ours: Sessions in which our own ledger is played for.
        theirs: The tokens of customers' sessions at their operator.
    """

    database: Database
    settings: FundsSettings
    ours: GameSessions
    theirs: OperatorSessions

    @classmethod
    def of(cls, database: Database, clock: Clock, settings: FundsSettings) -> SessionsByBrand:
        """Put the parts together; nothing connects yet."""
        machine = clock.machine
        ours = GameSessions(database, SEAMLESS.session, machine)
        return cls(database, settings, ours, OperatorSessions(database, OPERATORS.session, machine))

    async def open_session(
        self, owner: Owner, currency: str, game_code: str, lasts: timedelta, provider: str
    ) -> OpenSession | None:
        """Return a session; None if another process keeps the money, or the operator has not let them in."""
        at = self.settings.wallets.get(owner.brand)
        if at is None:
            return OpenSession(await self.ours.open_session(owner, currency, game_code, lasts, provider))
        token = await self.theirs.token(owner) if isinstance(at, OperatorWalletAt) else None
        return None if token is None else OpenSession(token, is_ours=False)

    async def end_session(self, session: OpenSession) -> None:
        """End a session of ours."""
        if session.is_ours:
            await self.ours.end_session(session.token)

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()


def opened_sessions(database: DatabaseSettings, clock: Clock, settings: FundsSettings) -> SessionsByBrand:
    """Open the sessions of all brands; nothing connects before one is asked for."""
    return SessionsByBrand.of(Database.open(database, "wallet"), clock, settings)
