"""How far a round over all customers has come: it goes on where it was left, whoever goes on with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.models import COMPARISON
from subgraphs.kit.domain.keys import Owner

NOBODY: Final = Owner("", "")
"""Before the first customer."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rounds of one name; their callers hold a lease, so that one process at a time works on them."""

    name: str
    table: Table = COMPARISON

    async def resume(self, connection: AsyncConnection, now: datetime, every: timedelta) -> Owner | None:
        """After whom to go on; None while no round is due.

        Args:
            connection: in a write transaction.
            now: the present.
            every: how long after the end of a round the next one begins.
        """
        c = self.table.c
        row = (await connection.execute(select(self.table).where(c.name == self.name))).first()
        first = {
            "begun_at": now,
            "ended_at": None,
            "brand_id": NOBODY.brand,
            "customer_id": NOBODY.customer,
        }
        if row is None:
            await connection.execute(insert(self.table).values(name=self.name, **first))
        elif row.ended_at is None:
            return Owner(row.brand_id, row.customer_id)
        elif row.ended_at + every > now:
            return None
        else:
            await connection.execute(update(self.table).where(c.name == self.name).values(**first))
        return NOBODY

    async def reached(self, connection: AsyncConnection, last: Owner) -> None:
        """Customers up to this one are done."""
        values = {"brand_id": last.brand, "customer_id": last.customer}
        await connection.execute(update(self.table).where(self.table.c.name == self.name).values(**values))

    async def end(self, connection: AsyncConnection, now: datetime) -> None:
        """All are done."""
        await connection.execute(
            update(self.table).where(self.table.c.name == self.name).values(ended_at=now)
        )
