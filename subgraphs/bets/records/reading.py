"""Reads bets with their settlements."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.records.rows import bet_of
from subgraphs.bets.records.tables import BetTables


async def bets_of_rows(connection: AsyncConnection, tables: BetTables, rows: Sequence[Row[Any]]) -> list[Bet]:
    """Return the bets of rows, in their order."""
    made = [row.bet_id for row in rows if row.taken_at is not None]
    by_bet: dict[str, list[Row[Any]]] = {}
    if made:
        c = tables.settlement.c
        query = select(tables.settlement).where(c.bet_id.in_(made)).order_by(c.bet_id, c.number)
        for row in await connection.execute(query):
            by_bet.setdefault(row.bet_id, []).append(row)
    return [bet_of(row, by_bet.get(row.bet_id, ())) for row in rows]


async def bets_by_id(connection: AsyncConnection, tables: BetTables, ids: Collection[str]) -> list[Bet]:
    """Return the bets of some ids that there are."""
    query = select(tables.bet).where(tables.bet.c.bet_id.in_(sorted(ids)))
    return await bets_of_rows(connection, tables, (await connection.execute(query)).all())
