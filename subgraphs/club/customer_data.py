"""What the club holds about a customer: what support sees of it, and what is erased."""

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.models import (
    ACCOUNT_CHANGE,
    CONTROL_DRAW,
    ERASURE,
    IMPRESSION,
    INTENT,
    MEMBERSHIP_EVENT,
    OUTBOX,
    REFERENCE,
    STREAM,
    TRIAL_DRAW,
)
from subgraphs.club.table_rules import TABLE_RULES
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, CONTROL_TOPIC, MEMBERSHIP_TOPIC
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of, recorded_at
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.outbox import TOMBSTONE
from subgraphs.kit.records.table_rules import erasure_rules

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
            "control",
            CONTROL_DRAW,
            CONTROL_DRAW.c.drawn_at,
            CONTROL_DRAW.c.jurisdiction,
            message_of(CONTROL_TOPIC, "jurisdiction"),
        ),
        HistoryTable(
            "trial",
            TRIAL_DRAW,
            TRIAL_DRAW.c.drawn_at,
            TRIAL_DRAW.c.reward_id,
            message_of(CONTROL_TOPIC, "jurisdiction"),
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


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the club's database, which also clears the topics of memberships and draws."""
    tables = ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect, last=_clear_topics)


async def _clear_topics(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Publish null values, so that compaction removes the customer's messages from the topics.

    Nobody is drawn where no scheme has ever had a control group or a trial, and there the topic of draws
    need not exist. Schemes decide, and not the customer's own draw, because a restored database may lack a
    draw that the topic still has.
    """
    row = {
        "key": ":".join(person.owner),
        "value": TOMBSTONE,
        "headers": {"producer": "furlong", "brand": person.owner.brand},
        "written_at": person.at,
    }
    topics = [MEMBERSHIP_TOPIC]
    if await _draws_customers(connection, person.owner.brand):
        topics.append(CONTROL_TOPIC)
    await connection.execute(insert(OUTBOX.outbox).values([{"topic": topic, **row} for topic in topics]))


async def _draws_customers(connection: AsyncConnection, brand: str) -> bool:
    """Return whether any version of a brand's schemes has had a control group or a trial."""
    c = REFERENCE.scheme.c
    has_draws = or_(c.control_per_mille > 0, c.trial_per_mille > 0)
    query = select(c.version).where(c.brand_id == brand, has_draws).limit(1)
    return await connection.scalar(query) is not None
