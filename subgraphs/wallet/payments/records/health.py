"""How processors do: what they were asked and have not answered, what is on its way, and their reports."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from msgspec import Struct
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from subgraphs.wallet.payments.payment import PaymentState
from subgraphs.wallet.payments.processor import PartState
from subgraphs.wallet.payments.records.tables import PaymentTables

WAITING: Final = (PaymentState.ASKED.value, PaymentState.REVIEW.value)
"""States of payments of which no processor was asked for anything."""


class ProcessorHealth(Struct, frozen=True, kw_only=True):
    """How a processor does.

    Attributes:
        moved_at: When money moved last, by its clock; None if it never did.
        doubtful: How many parts it was asked for and has not answered.
        doubtful_since: When the oldest of them was asked for.
        under_way: How many parts it has answered that are not over.
        under_way_since: When the oldest of them was asked for.
    """

    processor: str
    moved_at: datetime | None = None
    doubtful: int = 0
    doubtful_since: datetime | None = None
    under_way: int = 0
    under_way_since: datetime | None = None


class ComparedDay(Struct, frozen=True):
    """A day of a processor's report that was compared with our books.

    Attributes:
        lines: How many lines the report had.
        matched: To how many of them we know a part.
        different: How many cases were found.
    """

    processor: str
    day: date
    lines: int
    matched: int
    different: int
    compared_at: datetime


async def health_of_processors(
    connection: AsyncConnection, tables: PaymentTables, asked_before: datetime
) -> list[ProcessorHealth]:
    """Return how processors do that were ever asked, by name.

    Args:
        connection: A connection to the wallet's database.
        tables: Where payments are.
        asked_before: What was asked for later may still be answered.
    """
    part, payment = tables.part.c, tables.payment.c
    moved = select(part.processor, func.max(part.moved_at)).group_by(part.processor)
    found = {
        name: ProcessorHealth(processor=name, moved_at=at) for name, at in await connection.execute(moved)
    }
    waits = (payment.due_at.is_not(None), payment.state.not_in(WAITING))
    for is_asked in (True, False):
        states = (PartState.ASKED,) if is_asked else (PartState.OPEN, PartState.PROCESSING)
        query = (
            select(part.processor, func.count(), func.min(part.asked_at))
            .join_from(tables.payment, tables.part, payment.payment_id == part.payment_id)
            .where(*waits, part.state.in_([state.value for state in states]))
            .group_by(part.processor)
        )
        if is_asked:
            query = query.where(part.asked_at < asked_before)
        for name, count, since in await connection.execute(query):
            found[name] = _with(found[name], count, since, is_asked=is_asked)
    return [found[name] for name in sorted(found)]


def _with(known: ProcessorHealth, count: int, since: datetime, *, is_asked: bool) -> ProcessorHealth:
    if is_asked:
        return with_fields_of(ProcessorHealth, known, doubtful=count, doubtful_since=since)
    return with_fields_of(ProcessorHealth, known, under_way=count, under_way_since=since)


async def compared_days(
    connection: AsyncConnection, tables: PaymentTables, first: int, before: tuple[date, str] | None
) -> Sequence[ComparedDay]:
    """Return up to `first` compared days after one (its day and processor), the newest first."""
    c = tables.report.c
    query = select(tables.report)
    if before is not None:
        day, processor = before
        query = query.where(or_(c.day < day, and_(c.day == day, c.processor > processor)))
    rows = await connection.execute(query.order_by(c.day.desc(), c.processor).limit(first))
    return [with_fields_of(ComparedDay, row) for row in rows]
