"""Sessions of games: a random token, stored as a hash alone, stands for a customer at the aggregator."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner


@dataclass(frozen=True, slots=True)
class GameSession:
    """A session.

    Attributes:
        session_id: The token's hash.
        ends_at: Exclusive, by the database's clock.
        provider: Who was given the token; "" of a session that was opened before keys had names.
    """

    session_id: str
    owner: Owner
    currency: str
    ends_at: datetime
    provider: str = ""


@dataclass(frozen=True, slots=True)
class GameSessions:
    """Opens, ends and finds sessions.

    Attributes:
        clock: The machine's.
    """

    database: Database
    table: Table
    clock: Clock

    async def open_session(
        self, owner: Owner, currency: str, game_code: str | None, lasts: timedelta, provider: str = ""
    ) -> str:
        """Return the token of a new session at a provider, which is stored nowhere."""
        token = secrets.token_urlsafe(32)
        async with self.database.write() as connection:
            now = await self.clock.at(connection)
            row = {
                "session_id": session_id(token),
                "brand_id": owner.brand,
                "customer_id": owner.customer,
                "currency": currency,
                "game_code": game_code,
                "opened_at": now,
                "ends_at": now + lasts,
                "provider": provider,
            }
            await connection.execute(insert(self.table).values(row))
        return token

    async def end_session(self, token: str) -> None:
        """End a session, unless it has ended: no bet is made in it any more; wins are paid."""
        c = self.table.c
        async with self.database.write() as connection:
            now = await self.clock.at(connection)
            mine = update(self.table).where(c.session_id == session_id(token), c.ends_at > now)
            await connection.execute(mine.values(ends_at=now))

    async def find(self, connection: AsyncConnection, token: str) -> GameSession | None:
        """Return a session, also one that has ended; None if there is none."""
        query = select(self.table).where(self.table.c.session_id == session_id(token))
        row = (await connection.execute(query)).first()
        if row is None:
            return None
        owner = Owner(row.brand_id, row.customer_id)
        return GameSession(row.session_id, owner, row.currency, row.ends_at, row.provider)


def session_id(token: str) -> str:
    """Return the hash by which a session is stored."""
    return sha256(token.encode()).hexdigest()
