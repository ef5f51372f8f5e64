"""Retention: notes are deleted a year after they were written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, tuple_

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from furlong.new.notes.models import NOTE
from subgraphs.kit.rounds import WorkerParts

KEPT: Final = timedelta(days=365)
BATCH: Final = 500
"""How many notes a round deletes at most."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Deletes old notes, some in each round."""

    database: Database
    clock: Clock

    async def round(self) -> Mapping[str, int]:
        """Delete notes that are due; tell whether there may be more."""
        key = (NOTE.c.brand_id, NOTE.c.customer_id, NOTE.c.note_id)
        async with self.database.write() as connection:
            until = await self.clock.at(connection) - KEPT
            due = select(*key).where(NOTE.c.written_at < until).order_by(NOTE.c.written_at).limit(BATCH)
            keys = [tuple(row) for row in await connection.execute(due)]
            if keys:
                await connection.execute(delete(NOTE).where(tuple_(*key).in_(keys)))
        return {"deletion": len(keys) == BATCH}

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()


def create_rounds(parts: WorkerParts) -> Retention:
    """Return the retention over the database of notes."""
    return Retention(Database.open(parts.database, "notes"), parts.clock)
