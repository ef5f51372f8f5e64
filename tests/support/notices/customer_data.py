"""What is known about a customer's dismissals: what support sees of it, and how it is erased."""

from typing import Final

from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of
from subgraphs.kit.records.erasure import Erasure, ErasureRule, ErasureTables, Pseudonyms
from tests.support.notices import DISMISSED_TOPIC
from tests.support.notices.models import BRAND_LOCK, DISMISSAL, ERASURE, INTENT, OUTBOX, STREAM

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
RULES: Final = (
    ErasureRule(INTENT, "changes of the erased customer"),
    ErasureRule(DISMISSAL, "nobody needs it", time=DISMISSAL.c.dismissed_at),
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the database of notices."""
    tables = ErasureTables(ERASURE, None, STREAM, OUTBOX, BRAND_LOCK)
    return Erasure(tables, RULES, pseudonyms, dialect)
