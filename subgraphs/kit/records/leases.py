"""Leases: what only one process does at a time, whichever of them is up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Lease:
    """One holder's claim to a task.

    Attributes:
        table: of leases, as `OutboxTables` declares it.
        name: of the task.
        holder: who claims it.
    """

    table: Table
    name: str
    holder: str

    async def hold(self, connection: AsyncConnection, now: datetime, lasts: timedelta) -> bool:
        """Takes or renews the lease in the caller's transaction.

        Returns:
            False while another holder has it.
        """
        c = self.table.c
        mine_or_over = or_(c.holder == self.holder, c.expires_at <= now)
        taken = await connection.execute(
            update(self.table)
            .where(c.name == self.name, mine_or_over)
            .values(holder=self.holder, expires_at=now + lasts)
        )
        if taken.rowcount:
            return True
        there = await connection.scalar(select(c.holder).where(c.name == self.name))
        if there is not None:
            return bool(there == self.holder)  # MySQL counts no row that stays as it is
        try:
            await connection.execute(
                insert(self.table).values(name=self.name, holder=self.holder, expires_at=now + lasts)
            )
        except IntegrityError:
            return False
        return True

    async def end(self, connection: AsyncConnection) -> None:
        """Gives the lease back, so that another holder need not wait for its end."""
        c = self.table.c
        await connection.execute(delete(self.table).where(c.name == self.name, c.holder == self.holder))
