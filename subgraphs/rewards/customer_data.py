"""What rewards holds about a customer: what support sees of it, and what is erased."""

from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, recorded_at
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules
from subgraphs.rewards.models import ERASURE, INTENT, OUTBOX, REFERENCE, REWARD_CHOICE, STREAM
from subgraphs.rewards.table_rules import TABLE_RULES

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


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the rewards database."""
    return Erasure(
        ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX),
        erasure_rules(TABLE_RULES),
        pseudonyms,
        dialect,
    )
