"""What the club owes: from who qualified and what was credited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION
from subgraphs.fulfilment.states import PERHAPS_SENT, STOPPING, UNSENT, FulfilmentState
from subgraphs.fulfilment.states import STOPPED as GIVEN_UP

EXPECTED, OWED, OUTSTANDING = "expected", "owed", "outstanding"
USED, EXPIRED, STOPPED = "used", "expired", "stopped"


@dataclass(frozen=True, slots=True)
class LiabilityLine:
    """Rewards of one week, kind and stage.

    Attributes:
        stage: expected (qualified, the week not closed), owed (confirmed, not credited), outstanding
            (credited, not used yet; cash never is), used, expired, or stopped.
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


async def liability(
    connection: AsyncConnection, brand: str | None = None, iso_week: str | None = None
) -> Sequence[LiabilityLine]:
    """The figures, by brand, week, currency, stage and kind; of all brands and weeks by default."""
    stage = _stage()
    reward = {
        name: func.coalesce(FULFILMENT.c[name], CHOICE.c[name]) for name in ("kind", "value_minor", "spins")
    }
    currency = func.coalesce(FULFILMENT.c.currency, CHOICE.c.currency, QUALIFICATION.c.currency)
    q = QUALIFICATION.c
    query = (
        select(
            q.brand_id,
            q.iso_week,
            currency.label("currency"),
            stage.label("stage"),
            reward["kind"].label("kind"),
            func.count().label("customers"),
            func.coalesce(func.sum(reward["value_minor"]), 0).label("value_minor"),
            func.coalesce(func.sum(reward["spins"]), 0).label("spins"),
        )
        .select_from(
            QUALIFICATION.outerjoin(CHOICE, _same_week(CHOICE)).outerjoin(FULFILMENT, _same_week(FULFILMENT))
        )
        .where(
            stage.is_not(None),
            q.brand_id == brand if brand else true(),
            q.iso_week == iso_week if iso_week else true(),
        )
        .group_by(q.brand_id, q.iso_week, currency, stage, reward["kind"])
        .order_by(q.brand_id, q.iso_week, currency, stage, reward["kind"])
    )
    return [_line(row) for row in await connection.execute(query)]


def _stage() -> ColumnElement[Any]:
    """Of a reward that is credited and cash nothing is outstanding: it counts as used."""
    state = FULFILMENT.c.state
    return case(
        (state.in_(_names((UNSENT | PERHAPS_SENT) - STOPPING)), literal(OWED)),
        (state.in_(_names(GIVEN_UP | STOPPING)), literal(STOPPED)),
        (and_(state == "CREDITED", FULFILMENT.c.kind == "cash"), literal(USED)),
        (state == "CREDITED", literal(OUTSTANDING)),
        (state == "USED", literal(USED)),
        (state == "EXPIRED", literal(EXPIRED)),
        (QUALIFICATION.c.status == "provisional", literal(EXPECTED)),
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


def _line(row: Row[Any]) -> LiabilityLine:
    return LiabilityLine(
        row.brand_id,
        row.iso_week,
        row.currency,
        row.stage,
        row.kind,
        row.customers,
        int(row.value_minor),
        int(row.spins),
    )
