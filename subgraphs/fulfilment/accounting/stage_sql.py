"""What the club owes: its stages and figures, and the one rule in SQL for the stage of a qualification."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    case,
    exists,
    false,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import UtcDateTime
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, CHOICE, FULFILMENT, QUALIFICATION, REFERENCE

EXPECTED, OWED, OUTSTANDING = "expected", "owed", "outstanding"
USED, EXPIRED, STOPPED = "used", "expired", "stopped"


@dataclass(frozen=True, slots=True)
class LiabilityLine:
    """Rewards of one week, kind and stage.

    Attributes:
        stage: Expected (qualified, and the week is not closed), owed (confirmed, not credited), outstanding
            (credited, not used yet; cash never is), used, expired or stopped. Before the week is closed,
            stopped counts the customers who could not take part when it ended, or since.
        kind: None if the reward is not chosen yet.
        value_minor: Their value in minor units of the currency; spins and boosts without a value add nothing.
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
class RewardCounts:
    """For how many customers a week's reward is expected, owed or credited (including used and expired)."""

    brand: str
    iso_week: str
    reward_id: str
    expected: int
    owed: int
    credited: int


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


SUMMED = ("value_minor", "spins")


def staged_rewards(
    columns: Mapping[str, ColumnElement[Any]],
    stage: ColumnElement[Any],
    brand: str | None,
    iso_week: str | None,
) -> Select[tuple[Any, ...]]:
    """Select named columns, and what is summed of each reward, to be grouped around it.

    Servers with `ONLY_FULL_GROUP_BY` do not see that a column with a subquery, as the stage is, is the one in
    their GROUP BY. A column of a derived table they know by its name.
    """
    named = dict(columns) | {name: reward_column(name) for name in SUMMED}
    return staged([column.label(name) for name, column in named.items()], stage, brand, iso_week)


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


PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class EndedWeeks:
    """Weeks that have ended but are not closed, with the data that decides who was excluded.

    Attributes:
        ends: The end of each brand's week.
        served: For each brand, the pairs of jurisdiction and currency in which it may pay.
    """

    ends: Mapping[tuple[str, str], datetime]
    served: Mapping[str, frozenset[tuple[str, str]]]


async def ended_weeks(
    connection: AsyncConnection, now: datetime, only: tuple[str, str] | None = None
) -> EndedWeeks:
    """Return the weeks that have ended and in which a qualification is still provisional.

    Args:
        connection: To read with.
        now: Product time.
        only: The brand and week that matter; None reads all qualifications to find the weeks.
    """
    weeks = [only] if only else await _provisional_weeks(connection)
    reference = ReferenceRepository(REFERENCE)
    brands = await reference.brands(connection, {brand for brand, _ in weeks})
    schemes = await reference.schemes(connection, list(brands))
    opened = await reference.opened_weeks(connection, list(brands))
    calendars = {name: opened[name].calendar(brand.time_zone) for name, brand in brands.items()}
    ends = {(brand, iso): calendars[brand].week_named(iso).ends_at for brand, iso in weeks if brand in brands}
    pairs = {name: {(scheme.jurisdiction, scheme.currency) for scheme in schemes[name]} for name in brands}
    return EndedWeeks(
        {week: end for week, end in ends.items() if end <= now},
        {name: _licensed(brand, pairs[name]) for name, brand in brands.items()},
    )


async def _provisional_weeks(connection: AsyncConnection) -> list[tuple[str, str]]:
    c = QUALIFICATION.c
    week = (c.brand_id, c.iso_week)
    rows = await connection.execute(select(*week).where(c.status == PROVISIONAL).distinct().order_by(*week))
    return [(row.brand_id, row.iso_week) for row in rows]


def was_excluded(weeks: EndedWeeks, product: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
    """Return whether the customer of a qualification could not take part when the week ended, or since.

    Args:
        weeks: Those in which somebody can have been.
        product: What the reward is used in, which a break of that product stops; None if nobody knows.
    """
    if not weeks.ends:
        return false()
    q = QUALIFICATION.c
    ends_at = case(
        *(
            (and_(q.brand_id == brand, q.iso_week == iso), literal(end, UtcDateTime()))
            for (brand, iso), end in weeks.ends.items()
        ),
        else_=None,
    )
    change, later = ACCOUNT_CHANGE.alias("change_of_account"), ACCOUNT_CHANGE.alias("later_change")
    effective_at = case((change.c.occurred_at > ends_at, change.c.occurred_at), else_=ends_at)
    # By itself, SQLAlchemy correlates a subquery only with the one directly around it.
    superseded = (
        exists()
        .where(
            _same_customer(later, change),
            later.c.revision > change.c.revision,
            later.c.occurred_at <= effective_at,
        )
        .correlate(change, QUALIFICATION)
    )
    excluded = exists().where(
        _same_customer(change, QUALIFICATION), _ineligible(change, weeks), not_(superseded)
    )
    chosen = REFERENCE.exclusion
    stopped = exists().where(
        _same_customer(chosen, QUALIFICATION),
        chosen.c.ends_at > ends_at,
        chosen.c.product == ""
        if product is None
        else or_(chosen.c.product == "", chosen.c.product == product),
    )
    by_choice = stopped.correlate(QUALIFICATION, CHOICE, FULFILMENT)
    return and_(ends_at.is_not(None), or_(excluded.correlate(QUALIFICATION), by_choice))


def _ineligible(change: FromClause, weeks: EndedWeeks) -> ColumnElement[bool]:
    c = change.c
    served = [
        and_(c.brand_id == brand, tuple_(c.jurisdiction, c.currency).in_(sorted(pairs)))
        for brand, pairs in sorted(weeks.served.items())
        if pairs
    ]
    return or_(
        c.rg_state != "none",
        c.status != "active",
        c.promo_restricted,
        not_(c.verified),
        not_(or_(false(), *served)),
    )


def _licensed(brand: Brand, pairs: set[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in pairs if pair[0] in brand.jurisdictions)


def _same_customer(left: FromClause, right: FromClause) -> ColumnElement[bool]:
    return and_(left.c.brand_id == right.c.brand_id, left.c.customer_id == right.c.customer_id)
