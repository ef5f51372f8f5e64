"""The SQL of notes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from furlong.new.notes.models import NOTE

_KEY = ("brand_id", "customer_id", "note_id")


async def store_newest(connection: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> int:
    """Store rows whose revision is newer than the stored one; return how many.

    Args:
        connection: In a write transaction.
        rows: Rows of notes; of several with one key, the newest counts.
    """
    newest: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in _KEY)
        if key not in newest or row["revision"] > newest[key]["revision"]:
            newest[key] = row
    keys = sorted(newest)
    c = NOTE.c
    columns = tuple(c[name] for name in _KEY)
    query = select(*columns, c.revision).where(tuple_(*columns).in_(keys)).with_for_update()
    stored = {tuple(row[:-1]): row.revision for row in await connection.execute(query)} if keys else {}
    changed = [newest[key] for key in keys if newest[key]["revision"] > stored.get(key, 0)]
    if changed:
        names = ("revision", "text", "written_at")
        await connection.execute(upsert(connection.dialect.name, NOTE, changed, update=names))
    return len(changed)
