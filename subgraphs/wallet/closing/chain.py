"""The closes in their order, each chained to the one before by its hash: SQL over them.

Rows are inserted and read, and never updated or deleted.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import upsert
from subgraphs.wallet.closing.close import GENESIS, StoredClose
from subgraphs.wallet.closing.tables import HEAD, CloseTables

PAGE: Final = 50


class CloseHead(Struct, frozen=True):
    """The last close; sequence 0 and `GENESIS` before the first."""

    sequence: int
    hash: str


class LockedHead(Struct, frozen=True):
    """The last close, and why the next one begins anew.

    Attributes:
        marks: How many times a reason for that was noted.
        begins: The last reason; "" if the next close continues the last one.
    """

    close: CloseHead
    marks: int
    begins: str


NO_CLOSE: Final = CloseHead(0, GENESIS)


async def locked_head(connection: AsyncConnection, tables: CloseTables) -> LockedHead:
    """Return the last close, locked until the transaction ends, so that days are closed one after another."""
    query = select(tables.head).where(tables.head.c.id == HEAD).with_for_update()
    if (row := (await connection.execute(query)).first()) is None:
        first = {"id": HEAD, "sequence": NO_CLOSE.sequence, "hash": NO_CLOSE.hash, "marks": 0, "begins": ""}
        await connection.execute(upsert(connection.dialect.name, tables.head, [first]))
        row = (await connection.execute(query)).one()
    return LockedHead(CloseHead(row.sequence, row.hash), row.marks, row.begins)


async def begin_anew(connection: AsyncConnection, tables: CloseTables, why: str) -> None:
    """Note, in the transaction that changes rows of days that are over, that the next close begins anew."""
    marks = (await locked_head(connection, tables)).marks
    moved = update(tables.head).where(tables.head.c.id == HEAD)
    await connection.execute(moved.values(marks=marks + 1, begins=why))


async def head(connection: AsyncConnection, tables: CloseTables) -> CloseHead:
    """Return the last close."""
    row = (await connection.execute(select(tables.head).where(tables.head.c.id == HEAD))).first()
    return NO_CLOSE if row is None else CloseHead(row.sequence, row.hash)


async def append(connection: AsyncConnection, tables: CloseTables, stored: StoredClose) -> None:
    """Insert a close after the locked head, and move the head."""
    values = {name: getattr(stored, name) for name in StoredClose.__struct_fields__}
    await connection.execute(insert(tables.close).values(values))
    moved = update(tables.head).where(tables.head.c.id == HEAD)
    await connection.execute(moved.values(sequence=stored.sequence, hash=stored.hash, begins=""))


async def last(connection: AsyncConnection, tables: CloseTables) -> StoredClose | None:
    """Return the last close; None before the first."""
    query = select(tables.close).order_by(tables.close.c.sequence.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return None if row is None else _stored(row)


async def of_day(connection: AsyncConnection, tables: CloseTables, day: date) -> StoredClose | None:
    """Return the close of a day; None if it is not closed."""
    row = (await connection.execute(select(tables.close).where(tables.close.c.day == day))).first()
    return None if row is None else _stored(row)


async def of_days(
    connection: AsyncConnection, tables: CloseTables, first: date, last: date
) -> Sequence[StoredClose]:
    """Return the closes of some days, the earliest first."""
    c = tables.close.c
    rows = await connection.execute(select(tables.close).where(c.day.between(first, last)).order_by(c.day))
    return [_stored(row) for row in rows]


async def newest_first(
    connection: AsyncConnection, tables: CloseTables, first: int, before: int | None = None
) -> Sequence[StoredClose]:
    """Return up to `first` closes before a sequence, newest first."""
    query = select(tables.close).order_by(tables.close.c.sequence.desc()).limit(first)
    if before is not None:
        query = query.where(tables.close.c.sequence < before)
    return [_stored(row) for row in await connection.execute(query)]


async def in_order(connection: AsyncConnection, tables: CloseTables) -> AsyncIterator[StoredClose]:
    """Yield all closes in their order, read in pages."""
    after = -1
    while True:
        query = select(tables.close).where(tables.close.c.sequence > after)
        rows = (await connection.execute(query.order_by(tables.close.c.sequence).limit(PAGE))).all()
        for row in rows:
            yield _stored(row)
        if len(rows) < PAGE:
            return
        after = rows[-1].sequence


def _stored(row: Row[Any]) -> StoredClose:
    return with_fields_of(StoredClose, row)
