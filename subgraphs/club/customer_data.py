"""What the club holds about a customer: what support sees of it, and what is erased."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.membership.membership import MEMBERSHIP_TOPIC
from subgraphs.club.models import (
    ACCOUNT_CHANGE,
    ERASURE,
    IMPRESSION,
    INTENT,
    MEMBERSHIP_EVENT,
    OUTBOX,
    REFERENCE,
    STREAM,
)
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of, recorded_at
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureRule, ErasureTables, Pseudonyms
from subgraphs.kit.records.outbox import TOMBSTONE

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


RULES = (
    ErasureRule(INTENT, "memory of requests; of no use without a session"),
    ErasureRule(REFERENCE.account, "read model of the account"),
    ErasureRule(ACCOUNT_CHANGE, "read model of the account"),
    ErasureRule(
        MEMBERSHIP_EVENT,
        "evidence of consent to the terms, and of exclusions that were obeyed",
        kept=True,
        time=MEMBERSHIP_EVENT.c.at,
    ),
    ErasureRule(IMPRESSION, "what the customer was shown"),
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the club's database, which also clears the topic of memberships."""
    tables = ErasureTables(ERASURE, REFERENCE, STREAM, OUTBOX)
    return Erasure(tables, RULES, pseudonyms, dialect, last=_forget_membership)


async def _forget_membership(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Publish a null value, so that compaction removes the customer's memberships from the topic."""
    await connection.execute(
        insert(OUTBOX.outbox).values(
            topic=MEMBERSHIP_TOPIC,
            key=":".join(person.owner),
            value=TOMBSTONE,
            headers={"producer": "furlong", "brand": person.owner.brand},
            written_at=person.at,
        )
    )
