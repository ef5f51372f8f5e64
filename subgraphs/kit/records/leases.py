"""Leases: tasks that only one process does at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Lease:
    """One holder's claim to a task.

    Attributes:
        table: The table of leases, as `OutboxTables` declares it.
        name: The task.
        holder: The claimant.
    """

    table: Table
    name: str
    holder: str

    async def hold(self, connection: AsyncConnection, now: datetime, lasts: timedelta) -> bool:
        """Take or renew the lease in the caller's transaction.

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
            return bool(there == self.holder)  # MySQL does not count a row that does not change
        try:
            await connection.execute(
                insert(self.table).values(name=self.name, holder=self.holder, expires_at=now + lasts)
            )
        except IntegrityError:
            return False
        return True

    async def end(self, connection: AsyncConnection) -> None:
        """Release the lease, so that nobody has to wait until it expires."""
        c = self.table.c
        await connection.execute(delete(self.table).where(c.name == self.name, c.holder == self.holder))
