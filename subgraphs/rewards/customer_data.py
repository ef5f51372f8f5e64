"""What rewards holds about a customer: what support sees of it, and what is erased."""

from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, recorded_at
from subgraphs.kit.records.erasure import Erasure, ErasureRule, ErasureTables, Pseudonyms
from subgraphs.rewards.models import ANNOUNCEMENT, ERASURE, INTENT, OUTBOX, REFERENCE, REWARD_CHOICE, STREAM

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


RULES = (
    ErasureRule(INTENT, "memory of requests; of no use without a session"),
    ErasureRule(REFERENCE.account, "read model of the account"),
    ErasureRule(ANNOUNCEMENT, "what was published about choices; nothing more is published"),
    ErasureRule(REWARD_CHOICE, "uses up part of a budget", kept=True, time=REWARD_CHOICE.c.chosen_at),
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the rewards database."""
    return Erasure(ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX), RULES, pseudonyms, dialect)
