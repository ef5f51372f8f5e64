"""What the wallet holds about a customer: what support sees of it, and how it is erased."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules
from subgraphs.kit.topics import EXCLUSION_TOPIC
from subgraphs.wallet.limits.facts.exclusions import clear_exclusions
from subgraphs.wallet.limits.records import of_owner
from subgraphs.wallet.models import ERASURE, LIMITS, OUTBOX, PAYMENTS, REFERENCE, STREAM
from subgraphs.wallet.retention.erasing import note_term
from subgraphs.wallet.table_rules import TABLE_RULES

HISTORY: Final = CustomerHistory(
    (
        HistoryTable("limit", LIMITS.change, LIMITS.change.c.at, LIMITS.change.c.id),
        HistoryTable("payment", PAYMENTS.payment, PAYMENTS.payment.c.asked_at, PAYMENTS.payment.c.payment_id),
    )
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the wallet's database, which also clears the topic of exclusions.

    An exclusion that was chosen a moment before is told all the same: it stops whoever returns.
    """
    return Erasure(
        ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX),
        erasure_rules(TABLE_RULES),
        pseudonyms,
        dialect,
        first=note_term,
        last=_clear_topic,
        told=frozenset({EXCLUSION_TOPIC}),
    )


async def _clear_topic(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Clear the topic of the customer's exclusions; one that runs is told until it ends (`Forgetting`)."""
    table = LIMITS.chosen_break
    runs = select(table.c.request_key).where(of_owner(table, person.owner)).limit(1)
    if (await connection.execute(runs)).first() is None:
        await clear_exclusions(connection, OUTBOX, person.owner, person.at)
