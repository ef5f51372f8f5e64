"""What fulfilment holds about a customer: what support sees of it, and how it is erased.

A credit is never forgotten: its row keeps the key by which the provider knows it. Unsent rewards are never
sent; rewards that may have been sent wait for a person.
"""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.topics import GOODWILL_TOPIC, OUTCOMES_TOPIC
from subgraphs.fulfilment.goodwill import GoodwillRepository
from subgraphs.fulfilment.models import (
    ERASURE,
    FULFILMENT,
    GOODWILL_CREDIT,
    OUTBOX,
    REFERENCE,
    STREAM,
)
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.table_rules import TABLE_RULES
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules

HISTORY: Final = CustomerHistory(
    (
        HistoryTable(
            "credit",
            FULFILMENT,
            FULFILMENT.c.credited_at,
            FULFILMENT.c.iso_week,
            message_of(OUTCOMES_TOPIC, "revision"),
            where=FULFILMENT.c.credited_at.is_not(None),
        ),
        HistoryTable(
            "reward",
            FULFILMENT,
            FULFILMENT.c.created_at,
            FULFILMENT.c.iso_week,
            message_of(OUTCOMES_TOPIC, "revision"),
        ),
        HistoryTable(
            "goodwill",
            GOODWILL_CREDIT,
            GOODWILL_CREDIT.c.created_at,
            GOODWILL_CREDIT.c.key,
            message_of(GOODWILL_TOPIC, "credit_id"),
        ),
        HistoryTable(
            "goodwill_credit",
            GOODWILL_CREDIT,
            GOODWILL_CREDIT.c.credited_at,
            GOODWILL_CREDIT.c.key,
            message_of(GOODWILL_TOPIC, "credit_id"),
            where=GOODWILL_CREDIT.c.credited_at.is_not(None),
        ),
    )
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the fulfilment database."""
    tables = ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect, last=_stop_rewards)


async def _stop_rewards(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Stop the rewards, which are already stored under the pseudonym."""
    owner = Owner(person.owner.brand, person.pseudonym)
    await FulfilmentRepository().stop_for_erasure(connection, owner)
    await GoodwillRepository().stop_for_erasure(connection, owner)
