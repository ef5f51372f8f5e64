"""The stage of each qualification in SQL: the one rule of every figure about what the club owes."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    case,
    exists,
    literal,
    not_,
    select,
    true,
)

from subgraphs.fulfilment.accounting.exclusion_sql import PROVISIONAL
from subgraphs.fulfilment.accounting.liability import EXPECTED, EXPIRED, OUTSTANDING, OWED, STOPPED, USED
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, PUBLISHED_OUTCOME, QUALIFICATION
from subgraphs.fulfilment.state import state_machine
from subgraphs.fulfilment.state.state_machine import POSSIBLY_SENT, STOPPING, UNSENT, FulfilmentState

CONFIRMED = "confirmed"


def staged(
    columns: Sequence[ColumnElement[Any]], stage: ColumnElement[Any], brand: str | None, iso_week: str | None
) -> Select[tuple[Any, ...]]:
    """Select columns of all qualifications that have a cost, joined with the choice and the fulfilment."""
    q = QUALIFICATION.c
    return (
        select(*columns)
        .select_from(with_reward())
        .where(
            stage.is_not(None),
            q.brand_id == brand if brand else true(),
            q.iso_week == iso_week if iso_week else true(),
        )
    )


def with_reward() -> FromClause:
    """Return the qualifications, joined with the choice and the fulfilment."""
    chosen = QUALIFICATION.outerjoin(CHOICE, same_week(CHOICE))
    return chosen.outerjoin(FULFILMENT, same_week(FULFILMENT))


def reward_column(name: str) -> ColumnElement[Any]:
    """Return a column of the reward: of the fulfilment if it has one, otherwise of the choice.

    They are never mixed: cash that replaced spins has no spins.
    """
    return case((FULFILMENT.c.reward_id.is_not(None), FULFILMENT.c[name]), else_=CHOICE.c[name])


def stage_column(excluded: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return the stage; cash counts as used once it is credited, because none of it is outstanding.

    A confirmed qualification is owed before its fulfilment exists: its choice may still be in doubt. Where an
    outcome was published before the database was lost, it is not owed again.
    """
    state, status = FULFILMENT.c.state, QUALIFICATION.c.status
    published = exists().where(same_week(PUBLISHED_OUTCOME))
    return case(
        (state.in_(_names((UNSENT | POSSIBLY_SENT) - STOPPING)), literal(OWED)),
        (state.in_(_names(state_machine.STOPPED | STOPPING)), literal(STOPPED)),
        (and_(state == "CREDITED", FULFILMENT.c.kind == "cash"), literal(USED)),
        (state == "CREDITED", literal(OUTSTANDING)),
        (state == "USED", literal(USED)),
        (state == "EXPIRED", literal(EXPIRED)),
        (and_(status == CONFIRMED, state.is_(None), not_(published)), literal(OWED)),
        (and_(status == PROVISIONAL, excluded), literal(STOPPED)),
        (status == PROVISIONAL, literal(EXPECTED)),
        else_=None,
    )


def same_week(table: Table) -> ColumnElement[bool]:
    """Return whether a row is about the same customer's week as the qualification."""
    q = QUALIFICATION.c
    return and_(
        table.c.brand_id == q.brand_id,
        table.c.customer_id == q.customer_id,
        table.c.iso_week == q.iso_week,
    )


def _names(states: Collection[FulfilmentState]) -> list[str]:
    return sorted(state.value for state in states)
