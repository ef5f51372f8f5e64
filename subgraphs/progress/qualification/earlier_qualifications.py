"""SQL of qualifications decided before: by the old process in the CRM, or before a loss of the database.

`club.qualification.v1` outlives the database. A stored row that is older than its message is replaced by it,
so that no revision is used twice, and is marked as read back: nothing new is published about that week while
bets are still being applied again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once, in_portions
from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import club_columns
from subgraphs.progress.counting.contribution import WeekKey
from subgraphs.progress.models import CRM_QUALIFIER, PROGRESS, QUALIFICATION, WEEK_CLOSING
from subgraphs.progress.qualification.qualification import QualificationStatus


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
    qualifiers: dict[ClubKey, CrmQualifier] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.staked_minor, c.currency, c.reward_id).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        for row in rows:
            club = ClubKey(brand, row.iso_week, row.customer_id)
            qualifiers[club] = CrmQualifier(club, row.staked_minor, row.currency, row.reward_id)
    return {club: qualifiers[club] for club in clubs if club in qualifiers}


async def qualified_by_crm(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, bool]:
    """Return the clubs whose customers qualified according to the CRM, each with True."""
    return dict.fromkeys(await stored_qualifiers(connection, clubs), True)


async def ledger_totals(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, int]:
    """Return the totals of clubs in minor units; clubs without any bet are absent."""
    c = PROGRESS.c
    totals: dict[ClubKey, int] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.total_minor).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        totals |= {ClubKey(brand, row.iso_week, row.customer_id): row.total_minor for row in rows}
    return {club: totals[club] for club in clubs if club in totals}


async def store_qualifiers(
    connection: AsyncConnection, dialect: str, qualifiers: Sequence[CrmQualifier], source: str, at: datetime
) -> None:
    """Store qualifiers, replacing earlier imports of the same clubs."""
    rows = [
        {
            **club_columns(qualifier.club),
            "staked_minor": qualifier.staked_minor,
            "currency": qualifier.currency,
            "reward_id": qualifier.reward_id,
            "source": source,
            "imported_at": at,
        }
        for qualifier in sorted(
            qualifiers,
            key=lambda qualifier: (qualifier.club.brand, qualifier.club.customer, qualifier.club.iso_week),
        )
    ]
    if rows:
        changed = [column.name for column in CRM_QUALIFIER.columns if not column.primary_key]
        await connection.execute(upsert(dialect, CRM_QUALIFIER, rows, update=changed))


_C = QUALIFICATION.c
_KEY = (_C.brand_id, _C.customer_id, _C.iso_week)


async def store_read_back(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store published qualifications that are newer than the stored ones, marked as read back.

    Args:
        connection: In a write transaction that has locked the brands.
        rows: With those columns of the qualification table that are in the messages.

    Returns:
        How many weeks have changed.
    """
    newest: dict[WeekKey, Mapping[str, Any]] = {}
    for row in rows:
        key = (row["brand_id"], row["customer_id"], row["iso_week"])
        if key not in newest or row["revision"] > newest[key]["revision"]:
            newest[key] = row
    stored: dict[WeekKey, int] = {}
    for some in in_portions(sorted(newest)):
        result = await connection.execute(
            select(*_KEY, _C.revision).where(tuple_(*_KEY).in_(some)).with_for_update()
        )
        stored |= {(row[0], row[1], row[2]): row[3] for row in result}
    behind = [newest[key] for key in sorted(newest) if newest[key]["revision"] > stored.get(key, 0)]
    if behind:
        taken = [{**row, "jurisdiction": None, "read_back": True} for row in behind]
        columns = [column.name for column in QUALIFICATION.columns if not column.primary_key]
        await connection.execute(upsert(connection.dialect.name, QUALIFICATION, taken, update=columns))
    return len(behind)


async def read_back_after(connection: AsyncConnection, after: WeekKey, limit: int) -> list[WeekKey]:
    """Return a page of the weeks that were read back and not settled: those after the given one."""
    brand, customer, week = after
    later = or_(
        _C.brand_id > brand,
        and_(_C.brand_id == brand, _C.customer_id > customer),
        and_(_C.brand_id == brand, _C.customer_id == customer, _C.iso_week > week),
    )
    rows = await connection.execute(
        select(*_KEY).where(_C.read_back.is_(True), later).order_by(*_KEY).limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def weeks_read_back(connection: AsyncConnection, brand: str) -> set[str]:
    """Return the weeks of a brand in which a qualification was read back and not settled."""
    rows = await connection.scalars(
        select(_C.iso_week).where(_C.brand_id == brand, _C.read_back.is_(True)).distinct()
    )
    return set(rows)


async def count_read_back(connection: AsyncConnection) -> int:
    """Return how many customers' weeks were read back and not settled."""
    wanted = select(func.count()).select_from(QUALIFICATION).where(_C.read_back.is_(True))
    return int(await connection.scalar(wanted) or 0)


async def count_unconfirmed(connection: AsyncConnection) -> int:
    """Return how many customers have earned the reward of a closed week without a confirmed qualification.

    After a loss, these customers may have been paid by hand meanwhile, or have earned the reward while no
    worker was running.
    """
    w = WEEK_CLOSING.c
    closed = select(w.brand_id, w.iso_week).where(w.confirmed_at.is_not(None)).distinct().subquery()
    same = and_(closed.c.brand_id == _C.brand_id, closed.c.iso_week == _C.iso_week)
    wanted = (
        select(func.count())
        .select_from(QUALIFICATION.join(closed, same))
        .where(_C.status == QualificationStatus.PROVISIONAL.value, _C.read_back.is_(False))
    )
    return int(await connection.scalar(wanted) or 0)
