"""Financial checks that wait for a person, and what that person found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, update
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
    connection: AsyncConnection,
    tables: LimitTables,
    brand: str,
    first: int,
    after: tuple[datetime, str] | None = None,
) -> list[OpenCheck]:
    """Return up to `first` checks of a brand that wait, oldest first, after one (its time and customer)."""
    c = tables.check.c
    waiting = _open(tables).where(c.brand_id == brand)
    if after is not None:
        due_at, customer = after
        waiting = waiting.where(or_(c.due_at > due_at, and_(c.due_at == due_at, c.customer_id > customer)))
    rows = await connection.execute(waiting.order_by(c.due_at, c.customer_id).limit(first))
    return [_check(row) for row in rows]


async def count_open_checks(connection: AsyncConnection, tables: LimitTables, brand: str) -> int:
    """Return how many checks of a brand wait for a person."""
    waiting = _open(tables).where(tables.check.c.brand_id == brand).subquery()
    return await connection.scalar(select(func.count()).select_from(waiting)) or 0


async def find_open_check(
    connection: AsyncConnection, tables: LimitTables, owner: Owner, due_at: datetime
) -> OpenCheck | None:
    """Return a check that waits; None if it is closed, or there is none."""
    mine = _open(tables).where(of_owner(tables.check, owner), tables.check.c.due_at == due_at)
    row = (await connection.execute(mine)).first()
    return None if row is None else _check(row)


def _open(tables: LimitTables) -> Select[Any]:
    c = tables.check.c
    return select(c.brand_id, c.customer_id, c.due_at, c.net_minor, c.currency).where(c.closed_at.is_(None))


def _check(row: Row[Any]) -> OpenCheck:
    return OpenCheck(Owner(row.brand_id, row.customer_id), row.due_at, row.net_minor, row.currency)


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
