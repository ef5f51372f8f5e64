"""What is known about a customer here, which is nothing: events are the same for everybody."""

from typing import Final

from subgraphs.events.models import BRAND_LOCK, ERASURE, OUTBOX, STREAM
from subgraphs.events.table_rules import TABLE_RULES
from subgraphs.kit.records.customer_history import CustomerHistory
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules

HISTORY: Final = CustomerHistory(())


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the database of events."""
    tables = ErasureTables(ERASURE, None, STREAM, OUTBOX, BRAND_LOCK)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect)
