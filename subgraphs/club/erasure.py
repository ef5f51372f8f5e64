"""What happens to a customer's rows in the club's tables when the customer is erased."""

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
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureRule, ErasureTables, Pseudonyms
from subgraphs.kit.records.outbox.outbox import TOMBSTONE

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
