"""When an item is looked at again: growing pauses up to a deadline, a lease while somebody works on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Column, select, update

from foundation.storage.database import Database

MAX_DOUBLINGS: Final = 20


class Schedule(NamedTuple):
    """When somebody has to look at an item.

    Attributes:
        due_at: Since when, or from when on; None if nothing is due.
        tries: How many looks in a row have changed nothing.
    """

    due_at: datetime | None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pauses between looks that change nothing: each is twice the one before, up to the longest."""

    shortest: timedelta
    longest: timedelta

    def after(self, tries: int) -> timedelta:
        """Return the pause after some looks that had changed nothing before this one."""
        return min(self.shortest * (1 << min(tries, MAX_DOUBLINGS)), self.longest)

    def again(self, tries: int, at: datetime, *deadlines: datetime | None) -> Schedule:
        """Return when to look again at what is overdue.

        Args:
            tries: How many looks before this one have changed nothing.
            at: Now.
            deadlines: Instants at which something else is to be done; those that have passed do not count.
        """
        ends = (end for end in deadlines if end is not None and end > at)
        return Schedule(min([at + self.after(tries), *ends]), tries + 1)


@dataclass(frozen=True, slots=True)
class DueItems:
    """The items of a table that are due.

    Attributes:
        key: What tells an item from the others.
        due_at: When somebody has to look at it; null if nothing is due.
    """

    database: Database
    key: Column[str]
    due_at: Column[datetime]

    async def due(self, at: datetime, limit: int) -> list[str]:
        """Return the items that somebody has to look at, those that wait longest first."""
        async with self.database.read() as connection:
            query = select(self.key).where(self.due_at <= at).order_by(self.due_at).limit(limit)
            return list(await connection.scalars(query))

    async def claim(self, at: datetime, limit: int, until: datetime) -> list[str]:
        """Return some of the due items, which are due for others only later, if nobody has gone on by then.

        Two who claim at the same moment may both have an item: no step does anything twice.
        """
        due = await self.due(at, limit)
        if due:
            claimed = update(self.key.table).where(self.key.in_(sorted(due)), self.due_at <= at)
            async with self.database.write() as connection:
                await connection.execute(claimed.values({self.due_at: until}))
        return due

    async def put_off(self, item: str, until: datetime) -> None:
        """Let an item be due later, unread: what stands in it may be why nobody can go on with it."""
        later = update(self.key.table).where(self.key == item, self.due_at < until)
        async with self.database.write() as connection:
            await connection.execute(later.values({self.due_at: until}))
