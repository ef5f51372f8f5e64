"""What progress holds about a customer: what support sees of it, and how it is erased."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.topics import ADJUSTMENT_TOPIC, PROGRESS_TOPIC, QUALIFICATION_TOPIC
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.customer_history import (
    CustomerHistory,
    HistoryPosition,
    HistoryTable,
    MessageSource,
    message_of,
)
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules
from subgraphs.progress.ledger.reconciliation import contribution_sums, store_sums
from subgraphs.progress.models import (
    ADJUSTMENT,
    CONTRIBUTION,
    ERASURE,
    OUTBOX,
    QUALIFICATION,
    REFERENCE,
    STREAM,
)
from subgraphs.progress.table_rules import TABLE_RULES

ZONES: Final = timedelta(hours=15)
"""No zone is further from UTC than this, so the week of an instant lies within it on either side."""


def _weeks_up_to(after: HistoryPosition) -> ColumnElement[bool]:
    """Return the condition by which the index over weeks skips bets that were placed later."""
    c = CONTRIBUTION.c
    earliest, latest = (f"{at:%G-W%V}" for at in (after.at - ZONES, after.at + ZONES))
    return or_(c.iso_week < earliest, and_(c.iso_week.between(earliest, latest), c.placed_at <= after.at))


def _adjustment_source(owner: Owner, row: Row[Any]) -> MessageSource:
    return MessageSource(
        topic=ADJUSTMENT_TOPIC,
        key=":".join(owner),
        identity=row.adjustment_id,
        partition=row.partition,
        offset=row.offset,
        arrived_at=row.arrived_at,
    )


HISTORY: Final = CustomerHistory(
    (
        HistoryTable(
            "adjustment",
            ADJUSTMENT,
            ADJUSTMENT.c.decided_at,
            ADJUSTMENT.c.adjustment_id,
            _adjustment_source,
        ),
        HistoryTable(
            "bet",
            CONTRIBUTION,
            CONTRIBUTION.c.placed_at,
            CONTRIBUTION.c.bet_id,
            message_of(PROGRESS_TOPIC, "revision"),
            bounds=_weeks_up_to,
            newest_first=(CONTRIBUTION.c.iso_week.desc(),),
        ),
        HistoryTable(
            "qualification",
            QUALIFICATION,
            QUALIFICATION.c.occurred_at,
            QUALIFICATION.c.iso_week,
            message_of(QUALIFICATION_TOPIC, "revision"),
        ),
    )
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the progress database."""
    tables = ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect, last=_store_remaining_totals)


async def _store_remaining_totals(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Store the totals of the bets that are left: bets placed since the erasure belong to a new person."""
    brand, customer = person.owner
    left = await contribution_sums(connection, brand, [customer])
    await store_sums(connection, brand, customer, {iso_week: sums for (_, iso_week), sums in left.items()})
