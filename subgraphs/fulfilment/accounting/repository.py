"""SQL over what the club owes, and over reconciliation reports."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.fulfilment.accounting.exclusion_sql import PROVISIONAL, ended_weeks, was_excluded
from subgraphs.fulfilment.accounting.liability import (
    EXPECTED,
    EXPIRED,
    OUTSTANDING,
    OWED,
    STOPPED,
    USED,
    LiabilityLine,
    RewardCounts,
)
from subgraphs.fulfilment.accounting.report import Report
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION, RECONCILIATION
from subgraphs.fulfilment.state import state_machine
from subgraphs.fulfilment.state.state_machine import POSSIBLY_SENT, STOPPING, UNSENT, FulfilmentState


async def liability(
    connection: AsyncConnection, now: datetime, brand: str | None = None, iso_week: str | None = None
) -> Sequence[LiabilityLine]:
    """Return the figures by brand, week, currency, stage and kind; by default of all brands and weeks."""
    stage = _stage(was_excluded(await ended_weeks(connection, now)))
    value_minor, spins = _reward("value_minor"), _reward("spins")
    currency = func.coalesce(FULFILMENT.c.currency, CHOICE.c.currency, QUALIFICATION.c.currency)
    groups = [QUALIFICATION.c.brand_id, QUALIFICATION.c.iso_week, currency, stage, _reward("kind")]
    query = (
        _staged(groups, stage, brand, iso_week)
        .add_columns(func.count(), func.coalesce(func.sum(value_minor), 0), func.coalesce(func.sum(spins), 0))
        .group_by(*groups)
        .order_by(*groups)
    )
    return [
        LiabilityLine(of_brand, week, unit, in_stage, kind, customers, int(value), int(number))
        for of_brand, week, unit, in_stage, kind, customers, value, number in await connection.execute(query)
    ]


async def reward_counts(
    connection: AsyncConnection, now: datetime, brand: str | None = None, iso_week: str | None = None
) -> Sequence[RewardCounts]:
    """Return the counts by brand, week and reward, of customers whose reward is known."""
    stage = _stage(was_excluded(await ended_weeks(connection, now)))
    groups = [QUALIFICATION.c.brand_id, QUALIFICATION.c.iso_week, _reward("reward_id")]
    stages = (("expected", [EXPECTED]), ("owed", [OWED]), ("credited", [OUTSTANDING, USED, EXPIRED]))
    sums = [func.sum(case((stage.in_(names), 1), else_=0)).label(name) for name, names in stages]
    query = (
        _staged(groups, stage, brand, iso_week)
        .add_columns(*sums)
        .where(_reward("reward_id").is_not(None))
        .group_by(*groups)
        .order_by(*groups)
    )
    return [RewardCounts(*row[:3], *map(int, row[3:])) for row in await connection.execute(query)]


@dataclass(frozen=True, slots=True)
class ReportRepository:
    """Reads and writes reconciliation reports."""

    dialect: str
    table: Table = RECONCILIATION

    async def exists(self, connection: AsyncConnection, provider: str, day: date) -> bool:
        """Return whether there is a report for a provider's day."""
        c = self.table.c
        query = select(c.day).where(c.provider == provider, c.day == day)
        return await connection.scalar(query) is not None

    async def store(self, connection: AsyncConnection, report: Report, now: datetime) -> None:
        """Store a report, in place of an earlier one for the same day."""
        row = {
            "provider": report.provider,
            "day": report.day,
            "made_at": now,
            "compared": report.compared,
            "differences": [asdict(difference) for difference in report.differences],
        }
        replaced = ("made_at", "compared", "differences")
        await connection.execute(upsert(self.dialect, self.table, [row], update=replaced))


def _staged(
    columns: Sequence[ColumnElement[Any]], stage: ColumnElement[Any], brand: str | None, iso_week: str | None
) -> Select[tuple[Any, ...]]:
    """Select columns of all qualifications that cost something, joined with the choice and the fulfilment."""
    q = QUALIFICATION.c
    return (
        select(*columns)
        .select_from(
            QUALIFICATION.outerjoin(CHOICE, _same_week(CHOICE)).outerjoin(FULFILMENT, _same_week(FULFILMENT))
        )
        .where(
            stage.is_not(None),
            q.brand_id == brand if brand else true(),
            q.iso_week == iso_week if iso_week else true(),
        )
    )


def _reward(name: str) -> ColumnElement[Any]:
    """Return a column of the reward: of the fulfilment if it has one, otherwise of the choice."""
    return func.coalesce(FULFILMENT.c[name], CHOICE.c[name])


def _stage(excluded: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return the stage; cash counts as used once it is credited, because nothing of it is outstanding."""
    state = FULFILMENT.c.state
    return case(
        (state.in_(_names((UNSENT | POSSIBLY_SENT) - STOPPING)), literal(OWED)),
        (state.in_(_names(state_machine.STOPPED | STOPPING)), literal(STOPPED)),
        (and_(state == "CREDITED", FULFILMENT.c.kind == "cash"), literal(USED)),
        (state == "CREDITED", literal(OUTSTANDING)),
        (state == "USED", literal(USED)),
        (state == "EXPIRED", literal(EXPIRED)),
        (and_(QUALIFICATION.c.status == PROVISIONAL, excluded), literal(STOPPED)),
        (QUALIFICATION.c.status == PROVISIONAL, literal(EXPECTED)),
        else_=None,
    )


def _names(states: Collection[FulfilmentState]) -> list[str]:
    return sorted(state.value for state in states)


def _same_week(table: Table) -> ColumnElement[bool]:
    q = QUALIFICATION.c
    return and_(
        table.c.brand_id == q.brand_id,
        table.c.customer_id == q.customer_id,
        table.c.iso_week == q.iso_week,
    )
