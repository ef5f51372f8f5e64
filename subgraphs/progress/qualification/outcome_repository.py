"""SQL of outcomes: what fulfilment has published about the rewards of confirmed weeks."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once
from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.progress.models import OUTCOME
from subgraphs.progress.qualification.club_state import ClubState


async def read_outcomes(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, ClubState]:
    """Return the outcomes of clubs' rewards; clubs without an outcome are absent."""
    c = OUTCOME.c
    found: dict[ClubKey, ClubState] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.state).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        found |= {ClubKey(brand, row.iso_week, row.customer_id): ClubState(row.state) for row in rows}
    return {club: found[club] for club in clubs if club in found}


async def store_outcomes(connection: AsyncConnection, dialect: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store the outcome of the highest revision of each week; of equal revisions the first.

    Args:
        connection: In a write transaction.
        dialect: `mysql`, `mariadb` or `sqlite`.
        rows: With the columns of the outcome table.

    Returns:
        How many weeks have changed.
    """
    newest: dict[ClubKey, Mapping[str, Any]] = {}
    for row in rows:
        club = ClubKey(row["brand_id"], row["iso_week"], row["customer_id"])
        if club not in newest or row["revision"] > newest[club]["revision"]:
            newest[club] = row
    stored = await _revisions(connection, newest)
    fresh = [newest[club] for club in sorted(newest) if newest[club]["revision"] > stored.get(club, 0)]
    if fresh:
        await connection.execute(upsert(dialect, OUTCOME, fresh, update=["revision", "state"]))
    return len(fresh)


async def _revisions(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, int]:
    c = OUTCOME.c
    found: dict[ClubKey, int] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.revision)
            .where(c.brand_id == brand, c.customer_id.in_(customers))
            .with_for_update()
        )
        found |= {ClubKey(brand, row.iso_week, row.customer_id): row.revision for row in rows}
    return found
