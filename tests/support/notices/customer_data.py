"""What is known about a customer's dismissals: what support sees of it, and how it is erased."""

from typing import Final

from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules
from tests.support.notices import DISMISSED_TOPIC
from tests.support.notices.models import BRAND_LOCK, DISMISSAL, ERASURE, OUTBOX, STREAM
from tests.support.notices.table_rules import TABLE_RULES

HISTORY: Final = CustomerHistory(
    (
        HistoryTable(
            "dismissal",
            DISMISSAL,
            DISMISSAL.c.dismissed_at,
            DISMISSAL.c.notice_id,
            message_of(DISMISSED_TOPIC, "notice_id"),
        ),
    )
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the database of notices."""
    tables = ErasureTables(ERASURE, None, STREAM, OUTBOX, BRAND_LOCK)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect)
