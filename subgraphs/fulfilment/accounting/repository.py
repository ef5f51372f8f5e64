"""SQL over what the club owes, and over reconciliation reports."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Table, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.fulfilment.accounting.stage_sql import (
    EXPECTED,
    EXPIRED,
    OUTSTANDING,
    OWED,
    SUMMED,
    USED,
    LiabilityLine,
    RewardCounts,
    ended_weeks,
    reward_column,
    stage_column,
    staged,
    staged_rewards,
    was_excluded,
)
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION, RECONCILIATION


@dataclass(frozen=True, slots=True)
class Difference:
    """A credit on which the two sides do not agree.

    Attributes:
        kind: MISSING_THERE (credited here, not in the journal), MISSING_HERE (in the journal, not credited
            here), TWICE (two credits under one key) or DIFFERENT (in amount, currency or customer).
    """

    kind: str
    key: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one comparison.

    Attributes:
        compared: The number of credits on either side.
    """

    provider: str
    day: date
    compared: int
    differences: Sequence[Difference]


async def liability(
    connection: AsyncConnection, now: datetime, brand: str | None = None, iso_week: str | None = None
) -> Sequence[LiabilityLine]:
    """Return the figures by brand, week, currency, stage and kind; by default of all brands and weeks."""
    stage = stage_column(was_excluded(await ended_weeks(connection, now), reward_column("product")))
    columns = {
        "brand_id": QUALIFICATION.c.brand_id,
        "iso_week": QUALIFICATION.c.iso_week,
        "currency": func.coalesce(FULFILMENT.c.currency, CHOICE.c.currency, QUALIFICATION.c.currency),
        "stage": stage,
        "kind": reward_column("kind"),
    }
    rewards = staged_rewards(columns, stage, brand, iso_week).subquery("reward").c
    groups = [rewards[name] for name in columns]
    sums = [func.coalesce(func.sum(rewards[name]), 0) for name in SUMMED]
    query = select(*groups, func.count(), *sums).group_by(*groups).order_by(*groups)
    rows = await connection.execute(query)
    return [LiabilityLine(*row[:6], *map(int, row[6:])) for row in rows]


async def reward_counts(
    connection: AsyncConnection, now: datetime, brand: str | None = None, iso_week: str | None = None
) -> Sequence[RewardCounts]:
    """Return the counts by brand, week and reward, of customers whose reward is known."""
    stage = stage_column(was_excluded(await ended_weeks(connection, now), reward_column("product")))
    groups = [QUALIFICATION.c.brand_id, QUALIFICATION.c.iso_week, reward_column("reward_id")]
    stages = (("expected", [EXPECTED]), ("owed", [OWED]), ("credited", [OUTSTANDING, USED, EXPIRED]))
    sums = [func.sum(case((stage.in_(names), 1), else_=0)).label(name) for name, names in stages]
    query = (
        staged(groups, stage, brand, iso_week)
        .add_columns(*sums)
        .where(reward_column("reward_id").is_not(None))
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
