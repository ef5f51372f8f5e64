"""Records who was drawn for or against a scheme's control group, once, and publishes it for analytics.

A customer is recorded when the club would first have been shown to them, in either group: from then on their
bets are compared, whatever they do. What is recorded decides nothing: the draw itself never changes.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.club.models import CONTROL_DRAW, OUTBOX, REFERENCE
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.records.reference import ReferenceRepository

CONTROL_TOPIC: Final = "club.control.v1"


class ControlDraw(NamedTuple):
    """A customer's draw for a scheme.

    Attributes:
        draw: 0 to 999; the customers with the lowest are the control group.
        control_per_mille: The group's share when the draw was recorded.
        at: When the club would first have been shown.
    """

    owner: Owner
    jurisdiction: str
    currency: str
    draw: int
    control_per_mille: int
    at: datetime

    @property
    def fact(self) -> Fact:
        """Return the message about the draw."""
        body = {
            "brand_id": self.owner.brand,
            "customer_id": self.owner.customer,
            "jurisdiction": self.jurisdiction,
            "currency": self.currency,
            "draw": self.draw,
            "control_per_mille": self.control_per_mille,
            "occurred_at": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        identity = f"{self.jurisdiction}:{self.currency}"
        return Fact(CONTROL_TOPIC, "club.control/1", ":".join(self.owner), identity, body)


async def record(connection: AsyncConnection, draws: Collection[ControlDraw]) -> None:
    """Record draws in the caller's write transaction; those already recorded stay unchanged.

    Customers without an account are left out: they have been erased since. Two processes may publish the same
    draw, with one meaning.
    """
    if not draws:
        return
    c, owners = CONTROL_DRAW.c, {draw.owner for draw in draws}
    accounts = await ReferenceRepository(REFERENCE).accounts(connection, owners, held=True)
    key = tuple_(c.brand_id, c.customer_id)
    rows = await connection.execute(
        select(c.brand_id, c.customer_id, c.jurisdiction, c.currency).where(key.in_(sorted(owners)))
    )
    known = {(Owner(row.brand_id, row.customer_id), row.jurisdiction, row.currency) for row in rows}
    fresh = [draw for draw in sorted(draws) if draw.owner in accounts and draw[:3] not in known]
    if not fresh:
        return
    values = [
        {
            "brand_id": draw.owner.brand,
            "customer_id": draw.owner.customer,
            "jurisdiction": draw.jurisdiction,
            "currency": draw.currency,
            "draw": draw.draw,
            "control_per_mille": draw.control_per_mille,
            "drawn_at": draw.at,
        }
        for draw in fresh
    ]
    await connection.execute(upsert(connection.dialect.name, CONTROL_DRAW, values))
    await Outbox(OUTBOX).put_all(connection, [draw.fact for draw in fresh], fresh[0].at)
