"""The review queue: bets to which something happened after their week had closed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.progress.models import LATE_REVISION


@dataclass(frozen=True, slots=True)
class LateRevision:
    """A bet that would count otherwise if its newest revision had come about in time.

    Attributes:
        closed_at: from when it was too late.
        counted_minor: what the bet counts.
        would_be: the name of the `ContributionReason` that it would have.
    """

    brand: str
    bet_id: str
    customer: str
    iso_week: str
    revision: int
    occurred_at: datetime
    closed_at: datetime
    counted_minor: int
    would_count_minor: int
    would_be: str


async def late_revisions(
    connection: AsyncConnection, *, brand: str | None, iso_week: str | None, limit: int
) -> list[LateRevision]:
    """The queue by brand, week and bet.

    Args:
        connection: any.
        brand: only of this one.
        iso_week: only of bets placed in this one.
        limit: at most so many.
    """
    c = LATE_REVISION.c
    query = select(LATE_REVISION).order_by(c.brand_id, c.iso_week, c.bet_id).limit(limit)
    if brand is not None:
        query = query.where(c.brand_id == brand)
    if iso_week is not None:
        query = query.where(c.iso_week == iso_week)
    return [LateRevision(*row) for row in await connection.execute(query)]
