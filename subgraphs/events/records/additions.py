"""The SQL of what hangs on offers, statistics and pictures: the newest state of each stays."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.events.matching.offers import OfferKey


async def store_additions(
    connection: AsyncConnection, table: Table, rows: Iterable[Mapping[str, Any]], gone: Collection[OfferKey]
) -> int:
    """Store additions that are newer than what is known of them, and note which ones are gone.

    Args:
        connection: In a write transaction.
        table: That of one kind of additions.
        rows: Those that were told; of several with one key, the newest counts.
        gone: Those that their providers no longer have.

    Returns:
        How many changed nothing because something newer is stored.
    """
    newest: dict[OfferKey, Mapping[str, Any]] = {}
    for row in rows:
        key = OfferKey(row["provider"], row["sports_event_id"])
        if key not in newest or row["revision"] > newest[key]["revision"]:
            newest[key] = row
    known = await _known(connection, table, newest)
    changed = [
        {**row, "is_gone": False}
        for key, row in sorted(newest.items())
        if key not in known or row["revision"] > known[key]
    ]
    if changed:
        columns = [column.name for column in table.columns if not column.primary_key]
        await connection.execute(upsert(connection.dialect.name, table, changed, update=columns))
    for portion in in_portions(sorted(gone)):
        key_of = tuple_(table.c.provider, table.c.sports_event_id)
        await connection.execute(update(table).where(key_of.in_(portion)).values(is_gone=True))
    return len(newest) - len(changed)


async def end_void_additions(
    connection: AsyncConnection, table: Table, provider: str, first_revision: int
) -> None:
    """End what an earlier process of an adapter told, and the present one has not told again.

    Args:
        connection: In a write transaction.
        table: That of one kind of additions.
        provider: The adapter.
        first_revision: Its additions with a lower revision are void.
    """
    c = table.c
    void = (c.provider == provider, c.revision < first_revision, c.is_gone.is_(False))
    await connection.execute(update(table).where(*void).values(is_gone=True))


async def _known(
    connection: AsyncConnection, table: Table, keys: Collection[OfferKey]
) -> dict[OfferKey, int]:
    """Return the revisions below which nothing is new; what is gone is there again at the one it had."""
    c, found = table.c, dict[OfferKey, int]()
    for portion in in_portions(sorted(keys)):
        query = select(c.provider, c.sports_event_id, c.revision, c.is_gone)
        query = query.where(tuple_(c.provider, c.sports_event_id).in_(portion)).with_for_update()
        for row in await connection.execute(query):
            found[OfferKey(row.provider, row.sports_event_id)] = row.revision - row.is_gone
    return found
