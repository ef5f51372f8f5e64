"""SQL of impressions."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.club.models import IMPRESSION, REFERENCE
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.reference import ReferenceRepository


async def record(connection: AsyncConnection, impressions: Mapping[ClubKey, datetime]) -> None:
    """Record impressions in the caller's write transaction; those already recorded stay unchanged.

    Customers without an account are left out: they have been erased since.
    """
    owners = {key.owner for key in impressions}
    accounts = await ReferenceRepository(REFERENCE).accounts(connection, owners, held=True)
    rows = [
        {"brand_id": key.brand, "iso_week": key.iso_week, "customer_id": key.customer, "shown_at": at}
        for key, at in sorted(impressions.items())
        if key.owner in accounts
    ]
    if rows:
        await connection.execute(upsert(connection.dialect.name, IMPRESSION, rows))


async def count(connection: AsyncConnection, brand: str, iso_week: str) -> int:
    """Return how many customers were shown the tracker in a week."""
    c = IMPRESSION.c
    query = select(func.count()).select_from(IMPRESSION).where(c.brand_id == brand, c.iso_week == iso_week)
    return int(await connection.scalar(query) or 0)


async def shown_after(
    connection: AsyncConnection, brand: str, iso_week: str, after: str, limit: int
) -> Sequence[tuple[str, datetime]]:
    """Return customers who were shown the tracker in a week, each with the first time: a page by id.

    Only customers after the given one are returned.
    """
    c = IMPRESSION.c
    query = select(c.customer_id, c.shown_at).where(
        c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after
    )
    rows = await connection.execute(query.order_by(c.customer_id).limit(limit))
    return [(row.customer_id, row.shown_at) for row in rows]
