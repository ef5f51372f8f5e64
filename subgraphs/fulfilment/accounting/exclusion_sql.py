"""The rule of `subgraphs.kit.records.exclusion_periods` in SQL, for figures over many customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    exists,
    false,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import UtcDateTime
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, QUALIFICATION, REFERENCE
from subgraphs.kit.domain.schemes import Brand
from subgraphs.kit.records.reference import ReferenceRepository

PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class EndedWeeks:
    """Weeks that are over and not closed, with what their customers are judged by.

    Attributes:
        ends: of each brand and week, its end.
        served: of each brand, the jurisdictions and currencies in which it may be paid.
    """

    ends: Mapping[tuple[str, str], datetime]
    served: Mapping[str, frozenset[tuple[str, str]]]


async def ended_weeks(connection: AsyncConnection, now: datetime) -> EndedWeeks:
    """The weeks that are over by now, and in which somebody has qualified but is not confirmed yet."""
    c = QUALIFICATION.c
    rows = await connection.execute(
        select(c.brand_id, c.iso_week)
        .where(c.status == PROVISIONAL)
        .distinct()
        .order_by(*_week(QUALIFICATION))
    )
    weeks = [(row.brand_id, row.iso_week) for row in rows]
    reference = ReferenceRepository(REFERENCE)
    brands = await reference.brands(connection, {brand for brand, _ in weeks})
    schemes = await reference.schemes(connection, list(brands))
    opened = await reference.opened_weeks(connection, list(brands))
    calendars = {name: opened[name].calendar(brand.time_zone) for name, brand in brands.items()}
    ends = {(brand, iso): calendars[brand].week_named(iso).ends_at for brand, iso in weeks if brand in brands}
    places = {name: {(one.jurisdiction, one.currency) for one in schemes[name]} for name in brands}
    return EndedWeeks(
        {week: end for week, end in ends.items() if end <= now},
        {name: _licensed(brand, places[name]) for name, brand in brands.items()},
    )


def is_barred(weeks: EndedWeeks) -> ColumnElement[bool]:
    """Whether the customer of a qualification could not take part at the end of the week, or since."""
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
    from_then = case((change.c.occurred_at > ends_at, change.c.occurred_at), else_=ends_at)
    overtaken = exists().where(
        _same_customer(later, change),
        later.c.revision > change.c.revision,
        later.c.occurred_at <= from_then,
    )
    return and_(
        ends_at.is_not(None),
        exists().where(_same_customer(change, QUALIFICATION), _unfit(change, weeks), not_(overtaken)),
    )


def _unfit(change: FromClause, weeks: EndedWeeks) -> ColumnElement[bool]:
    c = change.c
    served = [
        and_(c.brand_id == brand, tuple_(c.jurisdiction, c.currency).in_(sorted(places)))
        for brand, places in sorted(weeks.served.items())
        if places
    ]
    return or_(
        c.rg_state != "none",
        c.status != "active",
        c.promo_restricted,
        not_(c.verified),
        not_(or_(false(), *served)),
    )


def _licensed(brand: Brand, places: set[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((place, currency) for place, currency in places if place in brand.jurisdictions)


def _same_customer(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(one.c.brand_id == other.c.brand_id, one.c.customer_id == other.c.customer_id)


def _week(table: FromClause) -> tuple[ColumnElement[str], ColumnElement[str]]:
    return (table.c.brand_id, table.c.iso_week)
