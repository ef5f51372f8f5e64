"""SQL of adjustments: what people added to a week's total or took from it. Rows are never changed."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.models import ADJUSTMENT

ADJUSTMENT_SCHEMA: Final = "club.adjustment/1"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction of a customer's week that two people decided.

    Attributes:
        adjustment_id: Identifies it wherever it is: the same one is applied once.
        amount_minor: Added to the week's total, in minor units; negative to take from it.
        partition, offset: Where its record was.
        arrived_at: When this database applied it.
    """

    brand_id: str
    adjustment_id: str
    customer_id: str
    iso_week: str
    amount_minor: int
    currency: str
    reason: str
    proposed_by: str
    approved_by: str
    decided_at: datetime
    partition: int
    offset: int
    arrived_at: datetime

    @property
    def week(self) -> tuple[str, str, str]:
        """Return brand, customer and week, in the order of the indexes."""
        return (self.brand_id, self.customer_id, self.iso_week)


@dataclass(frozen=True, slots=True)
class AdjustmentSum:
    """The sum of a week's adjustments, in minor units, and the time of the newest."""

    amount_minor: int
    as_of: datetime


async def add_adjustments(connection: AsyncConnection, adjustments: Sequence[Adjustment]) -> list[Adjustment]:
    """Store adjustments that are not stored yet, and return them; of equal ids the first stays.

    Raises:
        sqlalchemy.exc.IntegrityError: Another writer stored one of them meanwhile.
    """
    c = ADJUSTMENT.c
    keys = [(adjustment.brand_id, adjustment.adjustment_id) for adjustment in adjustments]
    rows = await connection.execute(
        select(c.brand_id, c.adjustment_id)
        .where(tuple_(c.brand_id, c.adjustment_id).in_(sorted(set(keys))))
        .with_for_update()
    )
    known = {(row.brand_id, row.adjustment_id) for row in rows}
    new: dict[tuple[str, str], Adjustment] = {}
    for key, adjustment in zip(keys, adjustments, strict=True):
        if key not in known:
            new.setdefault(key, adjustment)
    if new:
        await connection.execute(insert(ADJUSTMENT), [asdict(new[key]) for key in sorted(new)])
    return list(new.values())


async def adjustment_sums(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None = None
) -> dict[tuple[str, str], AdjustmentSum]:
    """Return the sums of customers' adjustments by customer and week; weeks without any are absent."""
    c = ADJUSTMENT.c
    among = [c.brand_id == brand, c.customer_id.in_(sorted(customers))]
    if iso_week is not None:
        among.append(c.iso_week == iso_week)
    rows = await connection.execute(
        select(c.customer_id, c.iso_week, func.sum(c.amount_minor), func.max(c.decided_at))
        .where(*among)
        .group_by(c.customer_id, c.iso_week)
    )
    return {(row[0], row[1]): AdjustmentSum(int(row[2]), row[3]) for row in rows}


async def adjusted_weeks(connection: AsyncConnection, keys: Collection[ClubKey]) -> dict[ClubKey, int]:
    """Return what was added to weeks, in minor units; weeks without adjustments are absent."""
    weeks: dict[ClubKey, int] = {}
    for week in sorted({key.iso_week for key in keys}):
        for brand, customers in few_at_once(
            (key.brand, key.customer) for key in keys if key.iso_week == week
        ):
            sums = await adjustment_sums(connection, brand, customers, week)
            weeks |= {
                ClubKey(brand, week, customer): total.amount_minor for (customer, _), total in sums.items()
            }
    return weeks


async def adjusted_customers(connection: AsyncConnection, brand: str, after: str, limit: int) -> list[str]:
    """Return a page of a brand's customers who have adjustments: those after the given one."""
    c = ADJUSTMENT.c
    query: Any = (
        select(c.customer_id)
        .distinct()
        .where(c.brand_id == brand, c.customer_id > after)
        .order_by(c.customer_id)
        .limit(limit)
    )
    return list(await connection.scalars(query))
