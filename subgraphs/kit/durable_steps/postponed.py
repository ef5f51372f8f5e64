"""Items with which a loop could not go on: why, how often, and when it tries again; some become a case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from sqlalchemy import Column, Integer, MetaData, String, Table, and_, case, delete, func, select
from sqlalchemy.exc import DBAPIError

from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.columns import Identifier, UtcDateTime, upsert
from foundation.storage.database import Database
from subgraphs.kit.durable_steps.schedule import Pauses

CASE_AFTER: Final = 5
"""After so many tries in a row, a person has to look."""

PAUSES: Final = Pauses(timedelta(seconds=5), timedelta(minutes=10))
FORGOTTEN_AFTER: Final = timedelta(days=1)
"""What was due so long ago, and was not tried again, is gone: deleted, or moved to another database."""

MAX_ITEM: Final = 128
MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Postponement:
    """An item that is tried again later.

    Attributes:
        tries: How many have failed in a row.
        since: When the first one did.
    """

    loop_name: str
    item: str
    reason: str
    tries: int
    since: datetime
    due_at: datetime

    @property
    def is_case(self) -> bool:
        """Tell whether a person has to look."""
        return self.tries >= CASE_AFTER


def postponed_table(metadata: MetaData) -> Table:
    """Declare the table of postponed items, by loop and item."""
    return Table(
        "postponed",
        metadata,
        Column("loop_name", Identifier(64), primary_key=True),
        Column("item", Identifier(MAX_ITEM), primary_key=True),
        Column("reason", String(MAX_REASON), nullable=False),
        Column("tries", Integer, nullable=False),
        Column("since", UtcDateTime, nullable=False),
        Column("due_at", UtcDateTime, nullable=False),
    )


def name_of(item: str) -> str:
    """Return the name under which an item is remembered: itself, or a hash of one that is too long."""
    return item if len(item) <= MAX_ITEM else blake2b(item.encode(), digest_size=16).hexdigest()


def reason_of(error: BaseException) -> str:
    """Return why an item failed, in words; without the values of a statement."""
    words = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return f"{type(error).__name__}: {words}".encode("utf-8", "replace").decode()[:MAX_REASON]


@dataclass(frozen=True, slots=True)
class PostponedItems:
    """The postponed items of one database."""

    database: Database
    table: Table

    async def of(self, loop: str) -> dict[str, Postponement]:
        """Return what is postponed of a loop, by the items' names."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(self.table).where(self.table.c.loop_name == loop))
            return {row.item: with_fields_of(Postponement, row) for row in rows}

    async def all(self, limit: int) -> list[Postponement]:
        """Return what is postponed of all loops, that which has failed most often first."""
        c = self.table.c
        async with self.database.read() as connection:
            rows = await connection.execute(
                select(self.table).order_by(c.tries.desc(), c.loop_name, c.item).limit(limit)
            )
            return [with_fields_of(Postponement, row) for row in rows]

    async def note(
        self, loop: str, item: str, error: BaseException, at: datetime, pauses: Pauses = PAUSES
    ) -> Postponement:
        """Note that an item has failed once more, and when it is tried again."""
        name, c = name_of(item), self.table.c
        async with self.database.write() as connection:
            known = (
                await connection.execute(
                    select(c.tries, c.since).where(c.loop_name == loop, c.item == name).with_for_update()
                )
            ).first()
            tries, since = (known.tries, known.since) if known else (0, at)
            due_at = at + pauses.after(tries)
            noted = Postponement(loop, name, reason_of(error), tries + 1, since, due_at)
            row = {field: getattr(noted, field) for field in Postponement.__slots__}
            update = ("reason", "tries", "due_at")
            await connection.execute(upsert(connection.dialect.name, self.table, [row], update=update))
        return noted

    async def forget(self, loop: str, items: Collection[str]) -> None:
        """Note that items have gone through."""
        c = self.table.c
        async with self.database.write() as connection:
            gone = and_(c.loop_name == loop, c.item.in_(sorted(map(name_of, items))))
            await connection.execute(delete(self.table).where(gone))

    async def counts(self, worker: str, clock: Clock) -> Mapping[str, int]:
        """Return how many items of a worker's loops are postponed, and how many of them need a person.

        What has gone by other ways is forgotten.
        """
        c = self.table.c
        mine = c.loop_name.startswith(f"{worker}: ", autoescape=True)
        failed = func.sum(case((c.tries >= CASE_AFTER, 1), else_=0))
        query = select(func.count(), failed, func.min(c.due_at)).where(mine)
        async with self.database.read() as connection:
            postponed, failing, first = (await connection.execute(query)).one()
            gone = await clock.at(connection) - FORGOTTEN_AFTER
        if first is not None and first < gone:
            async with self.database.write() as connection:
                await connection.execute(delete(self.table).where(mine, c.due_at < gone))
        return {"postponed": postponed, "failing": int(failing or 0)}
