"""Determines whether a customer was a member in a week, from the stored changes of the membership."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.weeks import Week
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import MEMBERSHIP_CHANGE


class MembershipChange(NamedTuple):
    """An opt-in or opt-out."""

    version: int
    opted_in: bool
    at: datetime


class WeekMembership(NamedTuple):
    """A customer's membership in a week.

    Attributes:
        member: Whether the customer is a member at the end of the week, or now if it has not ended.
        left_at: When the customer opted out during the week, unless the customer is a member at its end.
    """

    member: bool
    left_at: datetime | None


NO_MEMBERSHIP: Final = WeekMembership(member=False, left_at=None)


def membership_in(changes: Sequence[MembershipChange], week: Week) -> WeekMembership:
    """Return a customer's membership in a week. Changes after the end of the week do not count.

    The topic of memberships is compacted, so changes before the first one given may be missing: a customer
    whose first known change is an opt-out was a member until then.
    """
    ordered = sorted(changes)
    during = [change for change in ordered if change.at < week.ends_at]
    if not during:
        return WeekMembership(bool(ordered) and not ordered[0].opted_in, None)
    last = during[-1]
    if last.opted_in:
        return WeekMembership(member=True, left_at=None)
    return WeekMembership(member=False, left_at=last.at if last.at >= week.starts_at else None)


async def read_membership_changes(
    connection: AsyncConnection, owners: Collection[Owner]
) -> dict[Owner, list[MembershipChange]]:
    """Return the opt-ins and opt-outs of customers; those without any are absent."""
    c = MEMBERSHIP_CHANGE.c
    rows = await connection.execute(
        select(c.brand_id, c.customer_id, c.version, c.opted_in, c.at).where(
            tuple_(c.brand_id, c.customer_id).in_(sorted(owners))
        )
    )
    changes: dict[Owner, list[MembershipChange]] = {}
    for row in rows:
        change = MembershipChange(row.version, row.opted_in, row.at)
        changes.setdefault(Owner(row.brand_id, row.customer_id), []).append(change)
    return changes
