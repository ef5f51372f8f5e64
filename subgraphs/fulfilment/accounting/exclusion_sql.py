"""The rule of `subgraphs.kit.records.accounts.exclusion_periods` in SQL, for figures over many customers."""

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

from foundation.storage.columns import UtcDateTime
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, QUALIFICATION, REFERENCE
from subgraphs.kit.domain.schemes import Brand
from subgraphs.kit.records.reference import ReferenceRepository

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


def was_excluded(weeks: EndedWeeks) -> ColumnElement[bool]:
    """Return whether the customer of a qualification could not take part when the week ended, or since."""
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
    superseded = exists().where(
        _same_customer(later, change),
        later.c.revision > change.c.revision,
        later.c.occurred_at <= effective_at,
    )
    return and_(
        ends_at.is_not(None),
        exists().where(_same_customer(change, QUALIFICATION), _ineligible(change, weeks), not_(superseded)),
    )


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
