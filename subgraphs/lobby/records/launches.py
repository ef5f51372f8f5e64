"""Counts launches by day, so that what is played most comes first."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.lobby.models import LAUNCH_DAY

MAX_DAYS: Final = 90
"""For how many days launches are kept."""

Launches: TypeAlias = Mapping[tuple[str, str], int]
"""How often each brand's customers launched a game, by brand and game."""


async def count_launch(connection: AsyncConnection, brand: str, game_id: str, at: datetime) -> None:
    """Count a launch for money."""
    row = {"brand_id": brand, "day": at.date(), "game_id": game_id, "launches": 1}
    await connection.execute(upsert(connection.dialect.name, LAUNCH_DAY, [row], add=["launches"]))


async def launches_since(connection: AsyncConnection, day: date) -> Launches:
    """Return how often games were launched since a day."""
    c = LAUNCH_DAY.c
    query = (
        select(c.brand_id, c.game_id, func.sum(c.launches))
        .where(c.day >= day)
        .group_by(c.brand_id, c.game_id)
    )
    return {(brand, game): int(number) for brand, game, number in await connection.execute(query)}


async def forget_old(connection: AsyncConnection, at: datetime) -> bool:
    """Delete some of what is too old to count; return whether there may be more."""
    c = LAUNCH_DAY.c
    old = select(c.day).where(c.day < at.date() - timedelta(days=MAX_DAYS)).order_by(c.day).limit(1)
    day = await connection.scalar(old)
    if day is None:
        return False
    await connection.execute(delete(LAUNCH_DAY).where(c.day == day))
    return True
