"""What the rewards tables record about a customer: choices, and requested changes of them."""

from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, recorded_at
from subgraphs.rewards.models import INTENT, REWARD_CHOICE

HISTORY = CustomerHistory(
    (
        HistoryTable(
            "choice",
            REWARD_CHOICE,
            REWARD_CHOICE.c.chosen_at,
            REWARD_CHOICE.c.iso_week,
            recorded_at("chosen_at"),
        ),
        HistoryTable(
            "intent.rewards", INTENT, INTENT.c.created_at, INTENT.c.upstream_key, recorded_at("created_at")
        ),
    )
)
