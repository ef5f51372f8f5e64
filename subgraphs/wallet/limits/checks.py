"""Financial checks that wait for a person, and what that person found."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.limits.records import of_owner
from subgraphs.wallet.limits.tables import LimitTables


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A customer at whom a person has to look.

    Attributes:
        net_minor: Deposits less withdrawals when it became due, in minor units of the currency.
    """

    owner: Owner
    due_at: datetime
    net_minor: int
    currency: str


async def open_checks(
    connection: AsyncConnection, tables: LimitTables, brand: str, first: int
) -> list[OpenCheck]:
    """Return the checks of a brand that wait for a person, the oldest first."""
    c = tables.check.c
    query = select(c.brand_id, c.customer_id, c.due_at, c.net_minor, c.currency)
    waiting = query.where(c.brand_id == brand, c.closed_at.is_(None)).order_by(c.due_at).limit(first)
    return [
        OpenCheck(Owner(row.brand_id, row.customer_id), row.due_at, row.net_minor, row.currency)
        for row in await connection.execute(waiting)
    ]


async def close_check(
    connection: AsyncConnection,
    tables: LimitTables,
    check: OpenCheck,
    *,
    who: str,
    finding: str,
    at: datetime,
) -> bool:
    """Write down what a person found; False if another one has closed the check before."""
    table = tables.check
    mine = (of_owner(table, check.owner), table.c.due_at == check.due_at, table.c.closed_at.is_(None))
    closed = update(table).where(*mine).values(closed_at=at, closed_by=who, finding=finding)
    return (await connection.execute(closed)).rowcount == 1
