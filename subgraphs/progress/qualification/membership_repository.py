"""SQL of memberships for the graph: when customers opted in and out, as the club has published it."""

from collections.abc import Collection

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import MEMBERSHIP_CHANGE
from subgraphs.progress.qualification.week_membership import MembershipChange


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
    found: dict[Owner, list[MembershipChange]] = {}
    for row in rows:
        change = MembershipChange(row.version, row.opted_in, row.at)
        found.setdefault(Owner(row.brand_id, row.customer_id), []).append(change)
    return found
