"""What the fulfilment tables record about a customer: rewards that became due, goodwill, and credits."""

from typing import Final

from subgraphs.fulfilment.goodwill.credit import GOODWILL_TOPIC
from subgraphs.fulfilment.models import FULFILMENT, GOODWILL_CREDIT
from subgraphs.fulfilment.state.outcome_facts import OUTCOMES_TOPIC
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of

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
