"""Compares a day of a processor's report with our books; what differs is a case for a person.

Nothing is corrected: a part that a report shows further than we know it is asked about at its processor, as
after a webhook that was lost, and is a case if it still differs then.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

import structlog
from msgspec import json
from sqlalchemy import func, select

from foundation.storage.columns import upsert
from subgraphs.wallet.paying.reconciliation.comparison import (
    Compared,
    Difference,
    Report,
    differences,
    expected_of,
    part_of_line,
)
from subgraphs.wallet.paying.reconciliation.lines import (
    keep_lines,
    moved_between,
    parts_of_lines,
    reported_of,
)
from subgraphs.wallet.paying.work import PaymentWork
from subgraphs.wallet.payments.payment import Part
from subgraphs.wallet.payments.processor import ReportLine
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case

log = structlog.get_logger(__name__)
ONE_DAY: Final = timedelta(days=1)
SETTLED_AFTER: Final = timedelta(hours=6)
"""How long after its end a day is compared: until then, a processor may still write into it."""

LATE: Final = timedelta(hours=2)
"""How much later than we know it something may be in a report: near midnight, on the next day."""

MAX_DAYS_BACK: Final = 35


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Compares reports with payments."""

    work: PaymentWork

    async def due(self, processor: str) -> list[date]:
        """Return the days of a processor that are over and were not compared, the earliest first."""
        tables, now = self.work.store.tables, await self.work.wallet.now()
        last = self._last_day(now)
        async with self.work.wallet.database.read() as connection:
            part, report = tables.part.c, tables.report.c
            began = await connection.scalar(
                select(func.min(part.asked_at)).where(part.processor == processor)
            )
            done = set(await connection.scalars(select(report.day).where(report.processor == processor)))
        if began is None:
            return []
        first = max(began.date(), last - MAX_DAYS_BACK * ONE_DAY)
        days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
        return [day for day in days if day not in done]

    async def is_late(self, processor: str, day: date) -> bool:
        """Tell whether a day is compared by itself no more: it was compared before, or is too long ago."""
        c = self.work.store.tables.report.c
        query = select(func.count()).where(c.processor == processor, c.day == day)
        async with self.work.wallet.database.read() as connection:
            if await connection.scalar(query):
                return True
        return day < self._last_day(await self.work.wallet.now()) - MAX_DAYS_BACK * ONE_DAY

    async def keep(self, report: Report) -> None:
        """Keep lines before their day is compared, so that what came back later is known by then."""
        tables = self.work.store.tables
        async with self.work.wallet.database.write() as connection:
            parts = await parts_of_lines(connection, tables, report)
            await keep_lines(connection, tables, report, parts)

    async def ask(self, processor: str, day: date) -> Compared:
        """Read a processor's report of a day, and compare it.

        Raises:
            KeyError: There is no such processor.
            Unanswered: The report cannot be had now.
        """
        opened = self.work.asking.processors[processor]
        lines = [line async for line in opened.processor.report(day)]
        return await self.compare(Report(processor, day, lines))

    async def compare(self, report: Report) -> Compared:
        """Compare a report's lines with our books; again, if the day was compared before."""
        await self._follow(report)
        processor, day, lines = report.processor, report.day, report.lines
        store, tables = self.work.store, self.work.store.tables
        now = await self.work.wallet.now()
        start = datetime.combine(day, time(), UTC) - LATE
        async with self.work.wallet.database.write() as connection:
            parts = await parts_of_lines(connection, tables, report)
            changed = await keep_lines(connection, tables, report, parts)
            moved = await moved_between(connection, tables, processor, start, start + ONE_DAY)
            ids = sorted({part.part_id for part in (*parts, *moved)})
            reported = await reported_of(connection, tables, ids)
            found = differences(lines, parts, reported, moved)
            brands = await store.brands(
                connection, [difference.part for difference in found if difference.part]
            )
            cases = [_case(report, difference, brands, now) for difference in found]
            cases += [_changed(report, line, now) for line in lines if line.id in changed]
            for case in cases:
                await open_case(connection, tables, case)
            odd = sum(bool(line.odd) for line in lines)
            unmatched = odd + sum(case.kind is CaseKind.UNKNOWN for case in cases)
            compared = Compared(len(lines), len(lines) - unmatched, len(cases))
            row = {
                "processor": processor,
                "day": day,
                "lines": compared.lines,
                "matched": compared.matched,
                "different": compared.different,
                "digest": sha256(json.encode(lines)).hexdigest(),
                "compared_at": now,
            }
            update = ("lines", "matched", "different", "digest", "compared_at")
            await connection.execute(upsert(connection.dialect.name, tables.report, [row], update=update))
        log.info("report_compared", processor=processor, day=str(day), lines=len(lines), cases=len(cases))
        return compared

    @staticmethod
    def _last_day(now: datetime) -> date:
        """Return the last day whose report is complete."""
        return (now - SETTLED_AFTER).astimezone(UTC).date() - ONE_DAY

    async def _follow(self, report: Report) -> None:
        """Ask about the parts that a report shows otherwise than we know them."""
        store = self.work.store
        async with self.work.wallet.database.read() as connection:
            parts = await parts_of_lines(connection, store.tables, report)
        behind = {
            part.payment_id
            for line in report.lines
            if (part := part_of_line(line, parts)) is not None and expected_of(part) != line.amount
        }
        await self.work.loop.each(sorted(behind), self.work.look)


def _case(report: Report, found: Difference, brands: dict[str, str], at: datetime) -> Case:
    part, line = found.part, found.line
    return Case(
        kind=found.kind,
        processor=report.processor,
        subject=_subject(part, line),
        brand_id=brands.get(part.payment_id, "") if part else "",
        payment_id=part.payment_id if part else "",
        currency=found.currency,
        amount_minor=found.reported_minor or found.expected_minor,
        day=report.day,
        details={
            "expected_minor": found.expected_minor,
            "reported_minor": found.reported_minor,
            "line": line and line.id,
            "reference": line.reference if line else part and part.reference,
            "remittance": line.remittance if line else "",
            "holder": line.holder if line else "",
        },
        opened_at=at,
    )


def _subject(part: Part | None, line: ReportLine | None) -> str:
    """Return what tells a difference from others: each line is one, also of a part that had one before."""
    if part is None:
        return f"line {line.id}" if line else ""
    return f"{part.part_id} {line.id}" if line else part.part_id


def _changed(report: Report, line: ReportLine, at: datetime) -> Case:
    """Return that a report says something else under an id than it said before."""
    return Case(
        kind=CaseKind.DIFFERENT,
        processor=report.processor,
        subject=f"changed line {line.id}",
        currency=line.currency,
        amount_minor=line.amount,
        day=report.day,
        details={"line": line.id, "now": line.amount},
        opened_at=at,
    )
