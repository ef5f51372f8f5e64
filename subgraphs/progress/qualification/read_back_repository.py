"""SQL of qualifications that are read back from Kafka after the database was lost or restored.

`club.qualification.v1` outlives the database. A stored row that is older than its message is replaced by it,
so that no revision is used twice, and is marked as read back: nothing new is published about that week while
bets are still being applied again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.progress.counting.contribution import WeekKey
from subgraphs.progress.models import QUALIFICATION, WEEK_CLOSING
from subgraphs.progress.qualification.qualification import QualificationStatus

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
        found = await connection.execute(
            select(*_KEY, _C.revision).where(tuple_(*_KEY).in_(some)).with_for_update()
        )
        stored |= {(row[0], row[1], row[2]): row[3] for row in found}
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
