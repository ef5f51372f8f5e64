"""Forgets bets of erased customers, once the term of their jurisdiction is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.pseudonym import PSEUDONYM_PREFIX
from subgraphs.bets.records.tables import BetTables
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.retention_terms import TERMS, over_before

BATCH: Final = 500
"""How many bets are forgotten in a transaction."""


async def forget(
    connection: AsyncConnection, tables: BetTables, at: datetime, others: Sequence[Table] = ()
) -> bool:
    """Forget some bets of erased customers whose term is over; return whether there may be more.

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
    over = sorted(row.bet_id for row in old if row.changed_at < over_before(row.jurisdiction, at))
    if over:
        for table in (*others, tables.leg, tables.settlement, tables.bet):
            await connection.execute(delete(table).where(table.c.bet_id.in_(over)))
    return len(over) == BATCH


async def note_erasure(connection: AsyncConnection, tables: BetTables, owner: Owner, at: datetime) -> None:
    """Note when a customer was erased: from then on, the term of what is kept runs."""
    c = tables.bet.c
    theirs = (c.brand_id == owner.brand, c.customer_id == owner.customer)
    await connection.execute(update(tables.bet).where(*theirs).values(changed_at=at))
