"""SQL of the statuses of weeks, which make the work on weeks resumable."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.progress.models import REFERENCE, WEEK_CLOSING
from subgraphs.progress.weeks.week_status import WeekStatus


async def read_statuses(connection: AsyncConnection, brand: str | None) -> list[WeekStatus]:
    """Return the recorded statuses of weeks, by brand and week."""
    c = WEEK_CLOSING.c
    query = select(WEEK_CLOSING).order_by(c.brand_id, c.iso_week, c.jurisdiction, c.currency)
    rows = await connection.execute(query if brand is None else query.where(c.brand_id == brand))
    return [WeekStatus(*row) for row in rows]


async def store_statuses(connection: AsyncConnection, statuses: Sequence[WeekStatus]) -> None:
    """Store the statuses of weeks. When a week opened, and with which scheme, never changes."""
    if statuses:
        rows = [asdict(status) for status in statuses]
        changing = ("provisional_at", "closed_at")
        await connection.execute(upsert(connection.dialect.name, WEEK_CLOSING, rows, update=changing))


async def mark_confirmed(connection: AsyncConnection, statuses: Iterable[WeekStatus], at: datetime) -> None:
    """Record that the qualifications of weeks are confirmed; an earlier instant is kept."""
    c = WEEK_CLOSING.c
    for status in statuses:
        await connection.execute(
            update(WEEK_CLOSING)
            .where(
                c.brand_id == status.brand_id,
                c.iso_week == status.iso_week,
                c.jurisdiction == status.jurisdiction,
                c.currency == status.currency,
                c.confirmed_at.is_(None),
            )
            .values(confirmed_at=at)
        )


async def known_brands(connection: AsyncConnection) -> list[str]:
    """Return the ids of all brands, sorted."""
    return sorted(await connection.scalars(select(REFERENCE.brand.c.brand_id)))
