"""How processors do: what they were asked and have not answered, what is on its way, and their reports."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from subgraphs.wallet.payments.payment import PaymentState
from subgraphs.wallet.payments.processor import PartState
from subgraphs.wallet.payments.records.cases import CaseKind
from subgraphs.wallet.payments.records.tables import PaymentTables

WAITING: Final = (PaymentState.ASKED.value, PaymentState.REVIEW.value)
"""States of payments of which no processor was asked for anything."""


KEPT: Final = timedelta(days=7)
"""How far back the last answer of a processor is looked for."""

ONE_DAY: Final = timedelta(days=1)


class FailureCount(Struct, frozen=True):
    """How often parts have failed for a reason, which is the processor's code; "" if it gave none."""

    reason: str
    parts: int


class ProcessorHealth(Struct, frozen=True, kw_only=True):
    """How a processor does.

    Attributes:
        moved_at: When money moved last, by its clock; None if it never did.
        doubtful: How many parts it was asked for and has not answered.
        doubtful_since: When the oldest of them was asked for.
        under_way: How many parts it has answered that are not over.
        under_way_since: When the oldest of them was asked for.
        answered_at: When the newest part was asked for that it has answered; None if not for `KEPT`.
        failures: Why parts have failed that it was asked for in the last day, the most frequent first.
    """

    processor: str
    moved_at: datetime | None = None
    doubtful: int = 0
    doubtful_since: datetime | None = None
    under_way: int = 0
    under_way_since: datetime | None = None
    answered_at: datetime | None = None
    failures: tuple[FailureCount, ...] = ()


class DayCases(Struct, frozen=True):
    """How many cases of a kind a day's report has shown, and how many of them wait for a person."""

    kind: CaseKind
    cases: int
    waiting: int


class ComparedDay(Struct, frozen=True):
    """A day of a processor's report that was compared with our books.

    Attributes:
        lines: How many lines the report had.
        matched: To how many of them we know a part.
        different: How many cases were found when it was compared last.
        cases: Those that its report has ever shown, by kind.
    """

    processor: str
    day: date
    lines: int
    matched: int
    different: int
    compared_at: datetime
    cases: tuple[DayCases, ...] = ()


async def health_of_processors(
    connection: AsyncConnection, tables: PaymentTables, asked_before: datetime, now: datetime
) -> list[ProcessorHealth]:
    """Return how processors do that were ever asked, by name.

    Args:
        connection: A connection to the wallet's database.
        tables: Where payments are.
        asked_before: What was asked for later may still be answered.
        now: By the machine's clock.
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
    answered = (
        select(part.processor, func.max(part.asked_at))
        .where(part.asked_at >= now - KEPT, part.state != PartState.ASKED.value)
        .group_by(part.processor)
    )
    for name, at in await connection.execute(answered):
        found[name] = with_fields_of(ProcessorHealth, found[name], answered_at=at)
    for name, failures in (await _failures(connection, tables, now - ONE_DAY)).items():
        found[name] = with_fields_of(ProcessorHealth, found[name], failures=tuple(failures))
    return [found[name] for name in sorted(found)]


async def _failures(
    connection: AsyncConnection, tables: PaymentTables, since: datetime
) -> dict[str, list[FailureCount]]:
    """Return why parts have failed, by processor."""
    part, number = tables.part.c, func.count()
    query = (
        select(part.processor, part.reason, number)
        .where(part.asked_at >= since, part.state == PartState.FAILED.value)
        .group_by(part.processor, part.reason)
        .order_by(number.desc(), part.reason)
    )
    found: dict[str, list[FailureCount]] = {}
    for name, reason, parts in await connection.execute(query):
        found.setdefault(name, []).append(FailureCount(reason, parts))
    return found


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
    days = rows.all()
    cases = await _cases_of_days(connection, tables, [row.day for row in days])
    return [
        with_fields_of(ComparedDay, row, cases=tuple(cases.get((row.processor, row.day), ()))) for row in days
    ]


async def _cases_of_days(
    connection: AsyncConnection, tables: PaymentTables, days: Sequence[date]
) -> dict[tuple[str, date], list[DayCases]]:
    """Return what reports of days have shown, by processor and day."""
    c, number = tables.case.c, func.count()
    waiting = number - func.count(c.closed_at)
    query = (
        select(c.processor, c.day, c.kind, number, waiting)
        .where(c.day.in_(sorted(set(days))))
        .group_by(c.processor, c.day, c.kind)
        .order_by(c.kind)
    )
    found: dict[tuple[str, date], list[DayCases]] = {}
    for processor, day, kind, cases, still in await connection.execute(query):
        found.setdefault((processor, day), []).append(DayCases(CaseKind(kind), cases, still))
    return found
