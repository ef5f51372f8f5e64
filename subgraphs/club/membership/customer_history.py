"""What the club's tables record about a customer: opt-ins and opt-outs, accounts, changes of membership."""

from subgraphs.club.membership.membership import MEMBERSHIP_TOPIC
from subgraphs.club.models import ACCOUNT_CHANGE, IMPRESSION, INTENT, MEMBERSHIP_EVENT
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of, recorded_at

ACCOUNT_TOPIC = "club.account-status.v1"

HISTORY = CustomerHistory(
    (
        HistoryTable(
            "account",
            ACCOUNT_CHANGE,
            ACCOUNT_CHANGE.c.occurred_at,
            ACCOUNT_CHANGE.c.revision,
            message_of(ACCOUNT_TOPIC, "revision"),
        ),
        HistoryTable(
            "impression", IMPRESSION, IMPRESSION.c.shown_at, IMPRESSION.c.iso_week, recorded_at("shown_at")
        ),
        HistoryTable(
            "intent.club", INTENT, INTENT.c.created_at, INTENT.c.upstream_key, recorded_at("created_at")
        ),
        HistoryTable(
            "membership",
            MEMBERSHIP_EVENT,
            MEMBERSHIP_EVENT.c.at,
            MEMBERSHIP_EVENT.c.version,
            message_of(MEMBERSHIP_TOPIC, "version"),
        ),
    )
)
