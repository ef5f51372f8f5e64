"""Forgets bets of erased customers, once the term of their jurisdiction is over, and refused ones sooner."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.pseudonym import PSEUDONYM_PREFIX
from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.records.tables import BetTables
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.retention_terms import TERMS, over_before

BATCH: Final = 500
"""How many bets are forgotten in a transaction."""

REFUSED_FOR: Final = timedelta(days=90)
"""How long a refused bet is kept, whose stake has gone back: its key has the same answer until then."""


async def forget(
    connection: AsyncConnection, tables: BetTables, at: datetime, others: Sequence[Table] = ()
) -> bool:
    """Forget some bets that are kept no longer; return whether there may be more.

    Args:
        connection: In a write transaction.
        tables: Those of bets.
        at: Now, by the machine's clock: product time, which a rehearsal moves, forgets nothing.
        others: Tables whose rows go with their bets, which they name by `bet_id`.
    """
    c = tables.bet.c
    shortest = max(over_before(term.jurisdiction, at) for term in TERMS)
    erased = c.customer_id.startswith(PSEUDONYM_PREFIX, autoescape=True)
    query = select(c.bet_id, c.jurisdiction, c.changed_at).where(c.changed_at < shortest, erased)
    old = (await connection.execute(query.order_by(c.changed_at).limit(BATCH))).all()
    over = [row.bet_id for row in old if row.changed_at < over_before(row.jurisdiction, at)]
    was_refused = (c.status == BetStatus.REFUSED.value, c.released_at.is_not(None))
    refused = select(c.bet_id).where(c.changed_at < at - REFUSED_FOR, *was_refused)
    over += await connection.scalars(refused.order_by(c.changed_at).limit(BATCH))
    if over:
        for table in (*others, tables.leg, tables.settlement, tables.bet):
            await connection.execute(delete(table).where(table.c.bet_id.in_(sorted(set(over)))))
    return len(over) >= BATCH


async def note_erasure(connection: AsyncConnection, tables: BetTables, owner: Owner, at: datetime) -> None:
    """Note when a customer was erased: from then on, the term of what is kept runs."""
    c = tables.bet.c
    theirs = (c.brand_id == owner.brand, c.customer_id == owner.customer)
    await connection.execute(update(tables.bet).where(*theirs).values(changed_at=at))
