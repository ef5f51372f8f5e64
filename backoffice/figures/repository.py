"""SQL of stored figures: each count replaces the one before; each read is bounded by weeks and rewards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Table, and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.figures.models import RISK_CURVE, RISK_MONEY, RISK_REWARD, RISK_WEEK
from backoffice.figures.week_figures import CREDITED, LIABLE, MoneyFigure, RewardFigure, WeekFigures
from foundation.storage.columns import upsert
from subgraphs.fulfilment.accounting.stage_sql import USED

FINAL_HOUR: Final = 999
REWARD_KEY: Final = ("iso_week", "reward_id", "config_version", "currency", "stage", "source")


@dataclass(frozen=True, slots=True)
class StoredWeek:
    """A week as it was last counted; the attributes are those of `risk_week`."""

    brand: str
    iso_week: str
    starts_at: datetime
    ends_at: datetime
    closed: bool
    finished: bool
    seen: int | None
    opted_in: int
    qualified: int
    chose: int
    credited: int
    used: int
    in_doubt: int
    as_of: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class StoredReward:
    """A figure of rewards, and the week that it is of."""

    iso_week: str
    figure: RewardFigure

    @property
    def key(self) -> list[str | int]:
        """Return the key by which figures are listed."""
        figure = self.figure
        return [
            self.iso_week,
            figure.reward_id,
            figure.config_version,
            figure.currency,
            figure.stage,
            figure.source,
        ]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """How many rewards were expected in a week at the end of an hour, and their value in minor units."""

    iso_week: str
    currency: str
    hour: int
    rewards: int
    value_minor: int


async def store(connection: AsyncConnection, figures: WeekFigures, *, finished: bool) -> None:
    """Replace the figures of a week; call this in a write transaction."""
    await connection.execute(
        upsert(connection.dialect.name, RISK_WEEK, [_week(figures, finished=finished)], update=_OTHERS)
    )
    for table, rows in ((RISK_MONEY, _money(figures)), (RISK_REWARD, _rewards(figures))):
        await connection.execute(delete(table).where(*_of(table, figures)))
        if rows:
            await connection.execute(insert(table).values(rows))
    if points := _curve(figures):
        columns = ("rewards", "value_minor", "recorded_at")
        await connection.execute(upsert(connection.dialect.name, RISK_CURVE, points, update=columns))


async def weeks(
    connection: AsyncConnection, brand: str, limit: int, before: str | None = None
) -> list[StoredWeek]:
    """Return weeks of a brand, the newest first: those before one of them."""
    c = RISK_WEEK.c
    query = select(RISK_WEEK).where(c.brand_id == brand).order_by(c.iso_week.desc()).limit(limit)
    if before is not None:
        query = query.where(c.iso_week < before)
    return [StoredWeek(*row) for row in await connection.execute(query)]


async def week(connection: AsyncConnection, brand: str, iso_week: str) -> StoredWeek | None:
    """Return a week; None if it was never counted."""
    c = RISK_WEEK.c
    query = select(RISK_WEEK).where(c.brand_id == brand, c.iso_week == iso_week)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredWeek(*row)


async def money(
    connection: AsyncConnection, brand: str, iso_weeks: Collection[str]
) -> dict[str, list[MoneyFigure]]:
    """Return the counted bets of weeks, by week."""
    c, figures = RISK_MONEY.c, dict[str, list[MoneyFigure]]()
    query = select(RISK_MONEY).where(c.brand_id == brand, c.iso_week.in_(sorted(iso_weeks)))
    for row in await connection.execute(query.order_by(c.iso_week, c.currency)):
        figures.setdefault(row.iso_week, []).append(MoneyFigure(*row[2:]))
    return figures


async def rewards_of(
    connection: AsyncConnection, brand: str, iso_weeks: Collection[str]
) -> dict[str, list[RewardFigure]]:
    """Return the rewards of weeks, by week."""
    c, figures = RISK_REWARD.c, dict[str, list[RewardFigure]]()
    query = select(RISK_REWARD).where(c.brand_id == brand, c.iso_week.in_(sorted(iso_weeks)))
    for row in await connection.execute(query):
        figures.setdefault(row.iso_week, []).append(_figure(row))
    return figures


async def liable(connection: AsyncConnection, brand: str) -> list[StoredReward]:
    """Return the rewards of all weeks that may still have to be paid."""
    c = RISK_REWARD.c
    query = select(RISK_REWARD).where(c.brand_id == brand, c.stage.in_(LIABLE))
    ordered = query.order_by(c.iso_week, c.stage, c.reward_id, c.config_version, c.currency, c.source)
    return [StoredReward(row.iso_week, _figure(row)) for row in await connection.execute(ordered)]


async def rewards_page(
    connection: AsyncConnection,
    brand: str,
    limit: int,
    after: Sequence[Any] | None = None,
    iso_week: str | None = None,
) -> list[StoredReward]:
    """Return figures of rewards in the order of their key: of one week, or of all, the newest first.

    All columns have one direction, so that a page is read from the primary key and nothing is sorted.
    """
    c, key = RISK_REWARD.c, [RISK_REWARD.c[name] for name in REWARD_KEY]
    query = select(RISK_REWARD).where(c.brand_id == brand)
    if iso_week is not None:
        query = query.where(c.iso_week == iso_week)
    if after is not None:
        later = [
            and_(
                *(column == value for column, value in zip(key[:place], after[:place], strict=True)),
                column < value if iso_week is None else column > value,
            )
            for place, (column, value) in enumerate(zip(key, after, strict=True))
        ]
        query = query.where(or_(*later))
    ordered = query.order_by(*(column.desc() if iso_week is None else column for column in key)).limit(limit)
    return [StoredReward(row.iso_week, _figure(row)) for row in await connection.execute(ordered)]


async def curve(connection: AsyncConnection, brand: str, iso_weeks: Collection[str]) -> list[CurvePoint]:
    """Return the recorded hours of weeks."""
    c = RISK_CURVE.c
    query = select(c.iso_week, c.currency, c.hour, c.rewards, c.value_minor)
    mine = (c.brand_id == brand, c.iso_week.in_(sorted(iso_weeks)))
    rows = await connection.execute(query.where(*mine).order_by(c.iso_week, c.currency, c.hour))
    return [CurvePoint(*row) for row in rows]


async def finished(connection: AsyncConnection, brand: str) -> dict[str, tuple[bool, datetime]]:
    """Return which counted weeks can no longer change, and when each was counted."""
    c = RISK_WEEK.c
    rows = await connection.execute(select(c.iso_week, c.finished, c.as_of).where(c.brand_id == brand))
    return {row.iso_week: (row.finished, row.as_of) for row in rows}


async def oldest_count(connection: AsyncConnection, brand: str) -> datetime | None:
    """Return when the weeks that may still change were counted: the oldest of their counts."""
    c = RISK_WEEK.c
    query = select(func.min(c.as_of)).where(c.brand_id == brand, c.finished.is_(False))
    oldest: datetime | None = await connection.scalar(query)
    return oldest


async def in_doubt(connection: AsyncConnection, brand: str) -> int:
    """Return how many changes of choice are in doubt, in weeks that may still change."""
    c = RISK_WEEK.c
    query = select(func.coalesce(func.sum(c.in_doubt), 0))
    return int(await connection.scalar(query.where(c.brand_id == brand, c.finished.is_(False))) or 0)


_OTHERS: Final = tuple(column.name for column in RISK_WEEK.columns if not column.primary_key)


def _of(table: Table, figures: WeekFigures) -> tuple[Any, ...]:
    return (table.c.brand_id == figures.brand, table.c.iso_week == figures.week.iso)


def _week(figures: WeekFigures, *, finished: bool) -> dict[str, Any]:
    return {
        "brand_id": figures.brand,
        "iso_week": figures.week.iso,
        "starts_at": figures.week.starts_at,
        "ends_at": figures.week.ends_at,
        "closed": figures.closed,
        "finished": finished,
        "seen": figures.seen,
        "opted_in": figures.opted_in,
        "qualified": figures.qualified,
        "chose": figures.chose,
        "credited": figures.customers(CREDITED),
        "used": figures.customers((USED,)),
        "in_doubt": figures.in_doubt,
        "as_of": figures.as_of,
        "seconds": figures.seconds,
    }


def _money(figures: WeekFigures) -> list[dict[str, Any]]:
    return [
        {
            "brand_id": figures.brand,
            "iso_week": figures.week.iso,
            "currency": money.currency,
            "customers": money.customers,
            "counted_bets": money.counted_bets,
            "turnover_minor": money.turnover_minor,
            "member_turnover_minor": money.member_turnover_minor,
        }
        for money in figures.money
    ]


def _rewards(figures: WeekFigures) -> list[dict[str, Any]]:
    key = {"brand_id": figures.brand, "iso_week": figures.week.iso}
    return [
        key | {name: getattr(reward, name) for name in RewardFigure.__slots__} for reward in figures.rewards
    ]


def _curve(figures: WeekFigures) -> list[dict[str, Any]]:
    elapsed = figures.as_of - figures.week.starts_at
    ended = figures.as_of >= figures.week.ends_at
    hour = FINAL_HOUR if ended else max(0, elapsed // timedelta(hours=1))
    return [
        {
            "brand_id": figures.brand,
            "iso_week": figures.week.iso,
            "currency": currency,
            "hour": hour,
            "rewards": number,
            "value_minor": value,
            "recorded_at": figures.as_of,
        }
        for currency, (number, value) in sorted(figures.due().items())
    ]


def _figure(row: Row[Any]) -> RewardFigure:
    return RewardFigure(
        row.stage,
        row.source,
        row.reward_id,
        row.config_version,
        row.kind,
        row.currency,
        row.customers,
        row.value_minor,
        row.spins,
        row.unvalued,
    )
