"""SQL of the customers who qualified through the old, manual process, as exported from the CRM."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once
from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.club_conditions import club_columns
from subgraphs.progress.models import CRM_QUALIFIER, PROGRESS


@dataclass(frozen=True, slots=True)
class CrmQualifier:
    """A customer who qualified in a week according to the CRM.

    Attributes:
        staked_minor: The stake according to the CRM, in minor units of `currency`.
        reward_id: The reward that the customer is due; None for the brand's default.
    """

    club: ClubKey
    staked_minor: int
    currency: str
    reward_id: str | None


async def stored_qualifiers(
    connection: AsyncConnection, clubs: Collection[ClubKey]
) -> dict[ClubKey, CrmQualifier]:
    """Return the imported qualifiers of clubs; clubs without one are absent."""
    c = CRM_QUALIFIER.c
    found: dict[ClubKey, CrmQualifier] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.staked_minor, c.currency, c.reward_id).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        for row in rows:
            club = ClubKey(brand, row.iso_week, row.customer_id)
            found[club] = CrmQualifier(club, row.staked_minor, row.currency, row.reward_id)
    return {club: found[club] for club in clubs if club in found}


async def qualified_by_crm(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, bool]:
    """Return the clubs whose customers qualified according to the CRM, each with True."""
    return dict.fromkeys(await stored_qualifiers(connection, clubs), True)


async def ledger_totals(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, int]:
    """Return the totals of clubs in minor units; clubs without any bet are absent."""
    c = PROGRESS.c
    found: dict[ClubKey, int] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.total_minor).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        found |= {ClubKey(brand, row.iso_week, row.customer_id): row.total_minor for row in rows}
    return {club: found[club] for club in clubs if club in found}


async def store_qualifiers(
    connection: AsyncConnection, dialect: str, qualifiers: Sequence[CrmQualifier], source: str, at: datetime
) -> None:
    """Store qualifiers, replacing earlier imports of the same clubs."""
    rows = [
        {
            **club_columns(one.club),
            "staked_minor": one.staked_minor,
            "currency": one.currency,
            "reward_id": one.reward_id,
            "source": source,
            "imported_at": at,
        }
        for one in sorted(qualifiers, key=lambda one: (one.club.brand, one.club.customer, one.club.iso_week))
    ]
    if rows:
        changed = [column.name for column in CRM_QUALIFIER.columns if not column.primary_key]
        await connection.execute(upsert(dialect, CRM_QUALIFIER, rows, update=changed))
