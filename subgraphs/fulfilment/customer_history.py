"""What the fulfilment tables record about a customer: rewards that became due, and credits."""

from typing import Final

from subgraphs.fulfilment.models import FULFILMENT
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
    )
)
