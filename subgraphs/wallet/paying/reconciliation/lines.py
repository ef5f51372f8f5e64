"""Keeps what reports say: each line once, and what it said first."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.wallet.paying.reconciliation.comparison import Report, Reported, part_of_line
from subgraphs.wallet.payments.payment import Part
from subgraphs.wallet.payments.processor import PartKind, ReportLine
from subgraphs.wallet.payments.records.store import part_of
from subgraphs.wallet.payments.records.tables import PaymentTables

BATCH = 200


async def parts_of_lines(connection: AsyncConnection, tables: PaymentTables, report: Report) -> list[Part]:
    """Return the parts that the lines of a report may be of."""
    c = tables.part.c
    found: dict[str, Part] = {}
    for start in range(0, len(report.lines), BATCH):
        some = report.lines[start : start + BATCH]
        ids = [line.part for line in some if line.part]
        references = [line.reference for line in some if line.reference]
        named = or_(c.part_id.in_(ids), c.reference.in_(references))
        query = select(tables.part).where(c.processor == report.processor, named)
        for row in await connection.execute(query):
            found[row.part_id] = part_of(row)
    return list(found.values())


async def keep_lines(
    connection: AsyncConnection, tables: PaymentTables, report: Report, parts: Sequence[Part]
) -> list[str]:
    """Write down the lines that are not there yet; return the ids of those that were otherwise before."""
    c = tables.line.c
    changed: list[str] = []
    for start in range(0, len(report.lines), BATCH):
        some = report.lines[start : start + BATCH]
        rows = [_row(report, line, parts) for line in some]
        await connection.execute(upsert(connection.dialect.name, tables.line, rows))
        ids = [line.id for line in some]
        stored = select(tables.line).where(c.processor == report.processor, c.line_id.in_(ids))
        said = {row["line_id"]: _body(row) for row in rows}
        rows_stored = (await connection.execute(stored)).mappings()
        changed += [row["line_id"] for row in rows_stored if _body(row) != said[row["line_id"]]]
    return changed


async def reported_of(
    connection: AsyncConnection, tables: PaymentTables, part_ids: Sequence[str]
) -> dict[str, Reported]:
    """Return what all reports have said of parts, by part."""
    c = tables.line.c
    found: dict[str, Reported] = {}
    for start in range(0, len(part_ids), BATCH):
        some = list(part_ids[start : start + BATCH])
        query = (
            select(c.part_id, c.currency, func.sum(c.amount_minor), func.count())
            .where(c.part_id.in_(some))
            .group_by(c.part_id, c.currency)
        )
        for part_id, currency, minor, lines in await connection.execute(query):
            known = found.get(part_id, Reported())
            found[part_id] = Reported(
                known.minor + int(minor), known.currencies | {currency}, known.lines + int(lines)
            )
    return found


async def moved_between(
    connection: AsyncConnection, tables: PaymentTables, processor: str, start: datetime, end: datetime
) -> list[Part]:
    """Return the parts of a processor whose money has moved in a time."""
    c = tables.part.c
    query = select(tables.part).where(c.processor == processor, c.moved_at >= start, c.moved_at < end)
    return [part_of(row) for row in await connection.execute(query)]


async def lines_of(
    connection: AsyncConnection, tables: PaymentTables, part_ids: Sequence[str]
) -> list[Row[Any]]:
    """Return the rows of the lines of parts, the earliest first."""
    c = tables.line.c
    query = select(tables.line).where(c.part_id.in_(list(part_ids))).order_by(c.at, c.line_id)
    return list((await connection.execute(query)).all())


def _row(report: Report, line: ReportLine, parts: Sequence[Part]) -> dict[str, Any]:
    part = part_of_line(line, parts)
    details = {"remittance": line.remittance, "holder": line.holder, "account": line.account}
    return {
        "processor": report.processor,
        "line_id": line.id,
        "day": report.day,
        "part_id": "" if part is None else part.part_id,
        "kind": PartKind(line.kind).value,
        "reference": line.reference,
        "amount_minor": line.amount,
        "currency": line.currency,
        "fee_minor": line.fee,
        "at": line.at,
        "details": json.dumps({name: value for name, value in details.items() if value}),
    }


def _body(row: Any) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("kind", "reference", "amount_minor", "currency", "fee_minor"))
