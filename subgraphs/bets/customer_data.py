"""What bets hold about a customer: what support sees of it, and how it is erased."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.bets.models import BETS, ERASURE, OUTBOX, REFERENCE, STREAM, TRADING
from subgraphs.bets.records.forgetting import note_erasure
from subgraphs.bets.table_rules import TABLE_RULES
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules

HISTORY: Final = CustomerHistory(
    (
        HistoryTable("placed_bet", BETS.bet, BETS.bet.c.asked_at, BETS.bet.c.bet_id),
        HistoryTable("factor", TRADING.factor, TRADING.factor.c.decided_at, TRADING.factor.c.decision_id),
        HistoryTable("bet_void", TRADING.bet_void, TRADING.bet_void.c.decided_at, TRADING.bet_void.c.bet_id),
    ),
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the database of bets."""
    tables = ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect, first=_note_erasure)


async def _note_erasure(connection: AsyncConnection, person: ErasedPerson) -> None:
    await note_erasure(connection, BETS, person.owner, person.at)
