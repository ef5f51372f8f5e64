"""Looks at customers when something may be due: tells them what is, once, and deletes claims of long ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.facts.notices import MAX_LATE, Known, Notice, next_look, notices_due
from subgraphs.wallet.limits.records import LimitRecords, Standing, of_owner
from subgraphs.wallet.limits.tables import LimitTables

CLAIMS_KEPT: Final = timedelta(days=62)
"""How long stakes, returns and withdrawals are kept: the longest frame is a month, and as much again."""

DEPOSITS_KEPT: Final = timedelta(days=400)
"""How long deposits are kept: one that arrives, or is reported again, after its frame is still known."""

MAX_DELETED: Final = 500
"""How many claims of a customer a look deletes."""

REST: Final = timedelta(days=7)
"""How long a customer is left alone who has nothing but claims to be deleted."""


async def due_looks(
    connection: AsyncConnection, tables: LimitTables, at: datetime, first: int
) -> list[Owner]:
    """Return the customers to look at, those who wait longest first."""
    c = tables.holder.c
    query = select(c.brand_id, c.customer_id).where(c.look_at <= at).order_by(c.look_at).limit(first)
    return [Owner(row.brand_id, row.customer_id) for row in await connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at one customer at a time, in a transaction that holds them."""

    database: Database
    claims: Claims
    outbox: Outbox

    async def look(
        self, connection: AsyncConnection, owner: Owner, standing: Standing, at: datetime
    ) -> list[Notice]:
        """Do what is due for a customer, and return what they are told."""
        prompted = await self._records.hold(connection, owner, at)
        look_at = await connection.scalar(select(self._holder.c.look_at).where(of_owner(self._holder, owner)))
        if look_at is None or look_at > at:
            return []  # another process has looked
        snapshot = await self.claims.snapshot(connection, owner, standing, at, ())
        ended = await self._records.ended_breaks(connection, owner, at - MAX_LATE, at)
        known = Known(prompted, snapshot, ended, standing.zone)
        told = [
            notice for notice in notices_due(known, at) if await self._is_new(connection, owner, notice, at)
        ]
        await self.outbox.put_all(connection, [notice.fact(owner, at) for notice in told], at)
        instants = (next_look(known, at), await self._delete_claims(connection, owner, at))
        following = min((instant for instant in instants if instant is not None), default=None)
        await self.postpone(connection, owner, following)
        return told

    async def postpone(self, connection: AsyncConnection, owner: Owner, until: datetime | None) -> None:
        """Look at a customer again at an instant; None: when they do something."""
        await connection.execute(
            update(self._holder).where(of_owner(self._holder, owner)).values(look_at=until)
        )

    @property
    def _records(self) -> LimitRecords:
        return self.claims.store.records

    @property
    def _holder(self) -> Table:
        return self._records.tables.holder

    async def _is_new(self, connection: AsyncConnection, owner: Owner, notice: Notice, at: datetime) -> bool:
        """Note that a customer is told something; False if they were told before."""
        table = self._records.tables.notice
        row = {
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "kind": notice.kind.value,
            "subject": notice.subject,
            "due_at": notice.due_at,
        }
        known = select(table.c.told_at).where(*(table.c[name] == value for name, value in row.items()))
        if await connection.scalar(known) is not None:
            return False
        await connection.execute(insert(table).values(told_at=at, **row))
        return True

    async def _delete_claims(
        self, connection: AsyncConnection, owner: Owner, at: datetime
    ) -> datetime | None:
        """Delete claims that nothing can need any more; return when there may be others."""
        table = self._records.tables.claim
        old = select(table.c.claim_id).where(of_owner(table, owner), unneeded(table, at))
        ids = list(await connection.scalars(old.limit(MAX_DELETED)))
        if ids:
            key = tuple_(table.c.brand_id, table.c.customer_id, table.c.claim_id)
            await connection.execute(delete(table).where(key.in_([(*owner, name) for name in ids])))
        if len(ids) == MAX_DELETED:
            return at
        oldest = select(table.c.act, func.min(table.c.at)).where(of_owner(table, owner)).group_by(table.c.act)
        ends = [first + kept_for(act) for act, first in await connection.execute(oldest)]
        return max(min(ends), at + REST) if ends else None


def kept_for(act: str) -> timedelta:
    """Return how long a claim is kept."""
    return DEPOSITS_KEPT if act == Act.DEPOSIT else CLAIMS_KEPT


def unneeded(table: Table, at: datetime) -> ColumnElement[bool]:
    """Match the claims that no frame and no check can need at an instant or later."""
    c = table.c
    is_deposit = c.act == Act.DEPOSIT
    return or_(
        and_(is_deposit, c.at <= at - DEPOSITS_KEPT),
        and_(~is_deposit, c.at <= at - CLAIMS_KEPT),
    )
