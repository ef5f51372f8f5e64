"""Stores how providers are: when each was asked for its games, and since when it does not answer."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import upsert
from subgraphs.lobby.models import PROVIDER

MAX_REASON = 500


class ProviderHealth(Struct, frozen=True, kw_only=True):
    """How a provider is; see the table."""

    provider: str
    listed_at: datetime | None = None
    asked_at: datetime
    away_since: datetime | None = None
    games: int = 0
    left_out: int = 0
    reason: str = ""

    def is_due(self, now: datetime, interval: timedelta, retry: timedelta) -> bool:
        """Return whether it is time to ask again; also if a clock was put back."""
        waits = interval if self.away_since is None else retry
        return not timedelta() <= now - self.asked_at < waits

    def listed(self, at: datetime, games: int, left_out: int) -> "ProviderHealth":
        """Return how it is once its list was stored."""
        reason = f"{left_out} games of its list cannot be used" if left_out else ""
        return ProviderHealth(
            provider=self.provider, listed_at=at, asked_at=at, games=games, left_out=left_out, reason=reason
        )

    def away(self, at: datetime, reason: str) -> "ProviderHealth":
        """Return how it is once it has not answered as it should: its last list stays."""
        return ProviderHealth(
            provider=self.provider,
            listed_at=self.listed_at,
            asked_at=at,
            away_since=self.away_since or at,
            games=self.games,
            left_out=self.left_out,
            reason=reason[:MAX_REASON],
        )


async def read_health(connection: AsyncConnection) -> Mapping[str, ProviderHealth]:
    """Return how all providers are."""
    rows = await connection.execute(select(PROVIDER))
    return {row.provider: with_fields_of(ProviderHealth, row) for row in rows}


async def store_health(connection: AsyncConnection, health: ProviderHealth) -> None:
    """Store how a provider is."""
    row = {name: getattr(health, name) for name in ProviderHealth.__struct_fields__}
    update = [name for name in row if name != "provider"]
    await connection.execute(upsert(connection.dialect.name, PROVIDER, [row], update=update))


async def forget_others(connection: AsyncConnection, configured: Collection[str]) -> None:
    """Forget providers that are no longer configured; their games stay, and are shown nowhere."""
    await connection.execute(delete(PROVIDER).where(PROVIDER.c.provider.not_in(sorted(configured))))
