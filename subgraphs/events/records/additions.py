"""The SQL of what hangs on offers, statistics and pictures: the newest state of each stays."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.revisions import Row, folded


async def store_additions(
    connection: AsyncConnection,
    table: Table,
    told: Mapping[OfferKey, Sequence[Row | None]],
    latest_revision: int,
) -> int:
    """Store additions that are newer than what is known of them, and note which ones are gone.

    Args:
        connection: In a write transaction.
        table: That of one kind of additions.
        told: Rows, in the order in which they were told; None where an addition is gone.
        latest_revision: The highest one that can be.

    Returns:
        How many changed nothing because something newer is stored.
    """
    known = await _known(connection, table, told)
    rows, ended, stale = [], list[OfferKey](), 0
    for key in sorted(told):
        before = known.get(key)
        row, is_told, unused = folded(before, told[key], latest_revision, lambda _, told_row: told_row)
        stale += unused
        if row is not None and is_told:
            rows.append(row)
        elif before is not None and row is not before and not before["is_gone"]:
            ended.append(key)
    if rows:
        columns = [column.name for column in table.columns if not column.primary_key]
        await connection.execute(upsert(connection.dialect.name, table, rows, update=columns))
    for portion in in_portions(ended):
        key_of = tuple_(table.c.provider, table.c.sports_event_id)
        await connection.execute(update(table).where(key_of.in_(portion)).values(is_gone=True))
    return stale


async def end_void_additions(
    connection: AsyncConnection, table: Table, provider: str, first_revision: int, latest_revision: int
) -> None:
    """End what an earlier process of an adapter told, and the present one has not told again.

    Args:
        connection: In a write transaction.
        table: That of one kind of additions.
        provider: The adapter.
        first_revision: Its additions with a lower revision are void.
        latest_revision: So are those with a higher one, of a process whose clock was ahead.
    """
    c = table.c
    void = or_(c.revision < first_revision, c.revision > latest_revision)
    ended = update(table).where(c.provider == provider, c.is_gone.is_(False), void)
    await connection.execute(ended.values(is_gone=True))


async def _known(
    connection: AsyncConnection, table: Table, keys: Collection[OfferKey]
) -> dict[OfferKey, Mapping[str, Any]]:
    c, found = table.c, dict[OfferKey, Mapping[str, Any]]()
    for portion in in_portions(sorted(keys)):
        query = select(c.provider, c.sports_event_id, c.revision, c.is_gone)
        query = query.where(tuple_(c.provider, c.sports_event_id).in_(portion)).with_for_update()
        for row in (await connection.execute(query)).mappings():
            found[OfferKey(row["provider"], row["sports_event_id"])] = dict(row)
    return found
