"""The stage of each qualification in SQL: the one rule of every figure about what the club owes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    case,
    literal,
    select,
    true,
)

from subgraphs.fulfilment.accounting.exclusion_sql import PROVISIONAL
from subgraphs.fulfilment.accounting.liability import EXPECTED, STOPPED
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION

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
    """Return the stage: of the fulfilment, if there is one.

    The transaction that confirms a qualification opens its fulfilment. If it did not, the reward belongs to a
    customer who was erased, and is counted there.
    """
    paid, status = FULFILMENT.c.stage, QUALIFICATION.c.status
    return case(
        (paid.is_not(None), paid),
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
