"""SQL of allotments: what cells may use of budgets, what this one has used, and what it had to refuse."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.rewards.budgets.budgets import Allotment
from subgraphs.rewards.models import ALLOTMENT, ASKED, TAKEN

_KEY: Final = ("brand_id", "iso_week", "reward_id")


class AllottedUse(NamedTuple):
    """What a cell has used of a budget's week.

    Attributes:
        shares: Of all cells, as this one knows them.
        taken: How many customers have chosen the reward.
        refused: How many requests were refused because the share was used up.
    """

    brand: str
    reward_id: str
    iso_week: str
    shares: Allotment
    taken: int
    refused: int


def allotment_of(shares: Sequence[Mapping[str, Any]], *, spent: bool) -> Allotment:
    """Return the allotment that stored shares describe."""
    return Allotment(
        {(one["cell"], one["first"], one["last"]): one["rewards"] for one in shares}, spent=spent
    )


async def replace(
    connection: AsyncConnection,
    key: tuple[str, str, str],
    shares: Sequence[Mapping[str, Any]],
    *,
    spent: bool,
) -> None:
    """Replace the allotment of brand, week and reward. Choices that have been accepted so far stay accepted.

    The lock makes requests that were checked against the former share visible to the next report.
    """
    await lock(connection, *key)
    row = dict(zip(_KEY, key, strict=True)) | {"shares": list(shares), "spent": spent}
    await connection.execute(upsert(connection.dialect.name, ALLOTMENT, [row], update=("shares", "spent")))


async def lock(connection: AsyncConnection, brand: str, iso_week: str, reward_id: str) -> None:
    """Lock the number of choices of a reward until the transaction ends."""
    row = {"brand_id": brand, "iso_week": iso_week, "reward_id": reward_id, "taken": 0}
    await connection.execute(upsert(connection.dialect.name, TAKEN, [row], add=("taken",)))


async def record_refusal(connection: AsyncConnection, brand: str, iso_week: str, reward_id: str) -> None:
    """Count a request that was refused because the cell's share is used up."""
    row = {"brand_id": brand, "iso_week": iso_week, "reward_id": reward_id, "asked": 1}
    await connection.execute(upsert(connection.dialect.name, ASKED, [row], add=("asked",)))


async def weeks(connection: AsyncConnection, since: str) -> list[tuple[str, str]]:
    """Return the brands and weeks, from a week on, whose budgets are allotted."""
    c = ALLOTMENT.c
    query = select(c.brand_id, c.iso_week).where(c.iso_week >= since).distinct()
    return [(brand, week) for brand, week in await connection.execute(query)]


async def uses(connection: AsyncConnection, since: str) -> list[AllottedUse]:
    """Return the use of all allotted budgets from a week on. One SELECT."""
    a, t, asked = ALLOTMENT.c, TAKEN.c, ASKED.c
    query = (
        select(
            a.brand_id,
            a.reward_id,
            a.iso_week,
            a.shares,
            a.spent,
            func.coalesce(t.taken, 0).label("taken"),
            func.coalesce(asked.asked, 0).label("asked"),
        )
        .select_from(
            ALLOTMENT.outerjoin(TAKEN, and_(*(t[name] == a[name] for name in _KEY))).outerjoin(
                ASKED, and_(*(asked[name] == a[name] for name in _KEY))
            )
        )
        .where(a.iso_week >= since)
        .order_by(a.brand_id, a.iso_week, a.reward_id)
    )
    return [
        AllottedUse(
            row.brand_id,
            row.reward_id,
            row.iso_week,
            allotment_of(row.shares, spent=row.spent),
            row.taken,
            row.asked,
        )
        for row in await connection.execute(query)
    ]
