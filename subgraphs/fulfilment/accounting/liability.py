"""What the club owes: from who qualified and what was credited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.accounting.exclusion_sql import PROVISIONAL, ended_weeks, is_barred
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION
from subgraphs.fulfilment.state.state_machine import PERHAPS_SENT, STOPPING, UNSENT, FulfilmentState
from subgraphs.fulfilment.state.state_machine import STOPPED as GIVEN_UP

EXPECTED, OWED, OUTSTANDING = "expected", "owed", "outstanding"
USED, EXPIRED, STOPPED = "used", "expired", "stopped"


@dataclass(frozen=True, slots=True)
class LiabilityLine:
    """Rewards of one week, kind and stage.

    Attributes:
        stage: expected (qualified, the week not closed), owed (confirmed, not credited), outstanding
            (credited, not used yet; cash never is), used, expired, or stopped, which before the close of the
            week is whoever could not take part when it was over.
        kind: None where the reward is not chosen yet.
        value_minor: their worth in minor units of the currency; spins and boosts without a value add none.
    """

    brand: str
    iso_week: str
    currency: str
    stage: str
    kind: str | None
    customers: int
    value_minor: int
    spins: int


@dataclass(frozen=True, slots=True)
class RewardStanding:
    """For how many customers a week's reward is expected, owed, or credited, used and expired included."""

    brand: str
    iso_week: str
    reward_id: str
    expected: int
    owed: int
    credited: int


async def liability(
    connection: AsyncConnection, now: datetime, brand: str | None = None, iso_week: str | None = None
) -> Sequence[LiabilityLine]:
    """The figures, by brand, week, currency, stage and kind; of all brands and weeks by default."""
    stage = _stage(is_barred(await ended_weeks(connection, now)))
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
        LiabilityLine(week_of, iso, unit, in_stage, kind, customers, int(value), int(number))
        for week_of, iso, unit, in_stage, kind, customers, value, number in await connection.execute(query)
    ]


async def reward_standings(
    connection: AsyncConnection, now: datetime, brand: str | None = None, iso_week: str | None = None
) -> Sequence[RewardStanding]:
    """The same figures by brand, week and reward, for whom the reward is known."""
    stage = _stage(is_barred(await ended_weeks(connection, now)))
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
    return [RewardStanding(*row[:3], *map(int, row[3:])) for row in await connection.execute(query)]


def _staged(
    columns: Sequence[ColumnElement[Any]], stage: ColumnElement[Any], brand: str | None, iso_week: str | None
) -> Select[tuple[Any, ...]]:
    """Columns of all qualifications that cost something, with what was chosen and what was paid."""
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
    """A reward's column, as it is paid, else as it is chosen."""
    return func.coalesce(FULFILMENT.c[name], CHOICE.c[name])


def _stage(barred: ColumnElement[bool]) -> ColumnElement[Any]:
    """Of a reward that is credited and cash nothing is outstanding: it counts as used."""
    state = FULFILMENT.c.state
    return case(
        (state.in_(_names((UNSENT | PERHAPS_SENT) - STOPPING)), literal(OWED)),
        (state.in_(_names(GIVEN_UP | STOPPING)), literal(STOPPED)),
        (and_(state == "CREDITED", FULFILMENT.c.kind == "cash"), literal(USED)),
        (state == "CREDITED", literal(OUTSTANDING)),
        (state == "USED", literal(USED)),
        (state == "EXPIRED", literal(EXPIRED)),
        (and_(QUALIFICATION.c.status == PROVISIONAL, barred), literal(STOPPED)),
        (QUALIFICATION.c.status == PROVISIONAL, literal(EXPECTED)),
        else_=None,
    )


def _names(states: Collection[FulfilmentState]) -> list[str]:
    return sorted(state.value for state in states)


def _same_week(table: Any) -> ColumnElement[bool]:
    q = QUALIFICATION.c
    return and_(
        table.c.brand_id == q.brand_id,
        table.c.customer_id == q.customer_id,
        table.c.iso_week == q.iso_week,
    )
