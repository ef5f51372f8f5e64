"""SQL of who takes part in a week, and of the turnover of counted bets: figures, and customers behind them.

Figures are summed over a few thousand customers at a time: one statement over all of them could exceed the
time limit of statements, because consumers write the same tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.weeks import Week
from subgraphs.progress.models import MEMBERSHIP_CHANGE, PROGRESS, REFERENCE, WEEK_CLOSING
from subgraphs.progress.qualification.week_membership import NO_MEMBERSHIP, MembershipChange, membership_in

CUSTOMERS_PER_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Turnover:
    """The counted bets of a week's customers of one currency.

    Attributes:
        currency: Of the customers' accounts; None for customers whose account is not known.
        customers: How many have a bet that counts.
        counted_bets: How many bets count.
        turnover_minor: The counting stakes of these bets, in minor units.
        member_turnover_minor: The part that members of the club staked.
    """

    currency: str | None
    customers: int
    counted_bets: int
    turnover_minor: int
    member_turnover_minor: int


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The counted bets of one customer's week."""

    customer: str
    currency: str | None
    total_minor: int
    counted_bets: int
    is_member: bool
    as_of: datetime


async def count_members(connection: AsyncConnection, brand: str, week: Week) -> int:
    """Return how many customers took part in a week: members at its end, or those who left during it."""
    count, after = 0, ""
    while names := await ever_members_after(connection, brand, after, CUSTOMERS_PER_BATCH):
        count += len(await members_between(connection, brand, week, (after, names[-1])))
        after = names[-1]
    return count


async def turnover(connection: AsyncConnection, brand: str, week: Week) -> list[Turnover]:
    """Return the counted bets of a week by currency. Reads one row for each customer, and no bets."""
    sums: dict[str | None, list[int]] = {}
    after = ""
    while rows := await totals_after(connection, brand, week, after, CUSTOMERS_PER_BATCH):
        for row in rows:
            line = sums.setdefault(row.currency, [0, 0, 0, 0])
            line[0] += row.counted_bets > 0
            line[1] += row.counted_bets
            line[2] += row.total_minor
            line[3] += row.total_minor if row.is_member else 0
        after = rows[-1].customer
    return [Turnover(currency, *line) for currency, line in sums.items()]


async def is_closed(connection: AsyncConnection, brand: str, iso_week: str) -> bool:
    """Return whether a week has closed for all territories, and all its qualifications are confirmed."""
    c = WEEK_CLOSING.c
    counts = select(func.count(), func.count(c.confirmed_at)).where(
        c.brand_id == brand, c.iso_week == iso_week
    )
    kept, confirmed = (await connection.execute(counts)).one()
    return bool(kept and kept == confirmed)


async def totals_after(
    connection: AsyncConnection, brand: str, week: Week, after: str, limit: int
) -> Sequence[TotalRow]:
    """Return the counted bets of customers after the given one, by customer."""
    p, account = PROGRESS.c, REFERENCE.account
    known = and_(account.c.brand_id == p.brand_id, account.c.customer_id == p.customer_id)
    query = (
        select(p.customer_id, account.c.currency, p.total_minor, p.counted_bets, p.as_of)
        .select_from(PROGRESS.outerjoin(account, known))
        .where(p.brand_id == brand, p.iso_week == week.iso, p.customer_id > after)
        .order_by(p.customer_id)
        .limit(limit)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return ()
    changes = await _changes(connection, brand, (after, rows[-1].customer_id))
    return [
        TotalRow(
            row.customer_id,
            row.currency,
            row.total_minor,
            row.counted_bets,
            membership_in(changes.get(row.customer_id, ()), week) != NO_MEMBERSHIP,
            row.as_of,
        )
        for row in rows
    ]


async def ever_members_after(
    connection: AsyncConnection, brand: str, after: str, limit: int
) -> Sequence[str]:
    """Return customers after the given one who were ever in the club."""
    c = MEMBERSHIP_CHANGE.c
    query = select(c.customer_id).where(c.brand_id == brand, c.customer_id > after).distinct()
    return (await connection.scalars(query.order_by(c.customer_id).limit(limit))).all()


async def members_between(
    connection: AsyncConnection, brand: str, week: Week, between: tuple[str, str]
) -> list[tuple[str, datetime]]:
    """Return who took part in a week, with the time of their last change: ids in `(first, second]`."""
    changes = await _changes(connection, brand, between)
    return [
        (customer, max(changes).at)
        for customer, changes in sorted(changes.items())
        if membership_in(changes, week) != NO_MEMBERSHIP
    ]


async def _changes(
    connection: AsyncConnection, brand: str, between: tuple[str, str]
) -> dict[str, list[MembershipChange]]:
    c = MEMBERSHIP_CHANGE.c
    mine = (c.brand_id == brand, c.customer_id > between[0], c.customer_id <= between[1])
    rows = await connection.execute(select(c.customer_id, c.version, c.opted_in, c.at).where(*mine))
    changes: dict[str, list[MembershipChange]] = {}
    for customer, version, opted_in, at in rows:
        changes.setdefault(customer, []).append(MembershipChange(version, opted_in, at))
    return changes
