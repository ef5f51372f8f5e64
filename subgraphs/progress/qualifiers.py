"""SQL of the customers who qualified by the old, manual way: as the CRM's export told it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk_sql import few_at_once
from storage.columns import upsert
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.progress.models import CRM_QUALIFIER, PROGRESS


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A customer who qualified in a week.

    Attributes:
        staked_minor: what the CRM says was staked, in minor units of `currency`.
        reward_id: what the customer is to get; None for the brand's default.
    """

    club: ClubKey
    staked_minor: int
    currency: str
    reward_id: str | None


async def stored_qualifiers(
    connection: AsyncConnection, clubs: Collection[ClubKey]
) -> dict[ClubKey, Qualifier]:
    """Those of these clubs that were imported before."""
    c = CRM_QUALIFIER.c
    found: dict[ClubKey, Qualifier] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.staked_minor, c.currency, c.reward_id).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        for row in rows:
            club = ClubKey(brand, row.iso_week, row.customer_id)
            found[club] = Qualifier(club, row.staked_minor, row.currency, row.reward_id)
    return {club: found[club] for club in clubs if club in found}


async def imported(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, bool]:
    """Of which of these clubs the CRM says that the customer qualified."""
    return dict.fromkeys(await stored_qualifiers(connection, clubs), True)


async def ledger_totals(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, int]:
    """What the ledger says of clubs, in minor units, where it knows any bet."""
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
    connection: AsyncConnection, dialect: str, qualifiers: Sequence[Qualifier], source: str, at: datetime
) -> None:
    """Adds qualifiers, or replaces what was imported of their clubs before."""
    rows = [
        {
            "brand_id": one.club.brand,
            "customer_id": one.club.customer,
            "iso_week": one.club.iso_week,
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
