"""Old transactions and sessions of games go: four months later nothing of them comes again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, tuple_

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.wallet.seamless.game_tables import SeamlessTables

KEPT: Final = timedelta(days=130)
"""Hub88 asks for at least four months. Money's own ids stay in the ledger for longer."""

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class OldGames:
    """Forgets transactions by their age, and sessions by their end.

    Attributes:
        clock: The machine's: product time, which a rehearsal moves, forgets nothing.
    """

    database: Database
    tables: SeamlessTables
    clock: Clock

    async def forget(self) -> bool:
        """Forget some; return whether there may be more."""
        transaction, session = self.tables.transaction.c, self.tables.session.c
        key = transaction.brand_id, transaction.transaction_uuid
        async with self.database.write() as connection:
            before = await self.clock.at(connection) - KEPT
            old = select(*key).where(transaction.created_at < before).limit(BATCH)
            keys = [tuple(row) for row in await connection.execute(old)]
            if keys:
                gone = delete(self.tables.transaction).where(tuple_(*key).in_(keys))
                await connection.execute(gone)
            await connection.execute(delete(self.tables.session).where(session.ends_at < before))
        return len(keys) == BATCH
