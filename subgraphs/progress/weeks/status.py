"""The status of a week: the recorded instants at which it opened, ended, closed and was confirmed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.progress.counting.rulebook import Territory
from subgraphs.progress.models import REFERENCE, WEEK_CLOSING


@dataclass(frozen=True, slots=True)
class WeekStatus:
    """The status of a week for customers of a territory. Instants are None until they have come.

    Attributes:
        provisional_at: When the end of the week was recorded.
        closed_at: When the end of its grace was recorded.
        confirmed_at: When the qualifications of all customers had been confirmed.
        scheme_version: The version with which the week opened; None if it was not recorded.
    """

    brand_id: str
    iso_week: str
    jurisdiction: str
    currency: str
    opened_at: datetime
    provisional_at: datetime | None = None
    closed_at: datetime | None = None
    confirmed_at: datetime | None = None
    scheme_version: int | None = None

    @property
    def territory(self) -> Territory:
        """Return the jurisdiction and currency of the customers."""
        return (self.jurisdiction, self.currency)

    @property
    def state(self) -> WeekState:
        """Return the recorded state of the week."""
        if self.closed_at is not None:
            return WeekState.CLOSED
        return WeekState.PROVISIONAL if self.provisional_at is not None else WeekState.OPEN

    def in_state(self, state: WeekState, now: datetime, *, confirmed: bool = False) -> "WeekStatus":
        """Return the status once the week has reached a state; recorded instants are kept.

        Args:
            state: The state of the week now.
            now: The instant.
            confirmed: Whether a closed week was confirmed before, and its status was lost with the database.
                Its published qualifications are read back. Customers without one may have been paid by hand,
                so a person decides about them.
        """
        ended = now if state is not WeekState.OPEN else None
        closed = now if state is WeekState.CLOSED else None
        return replace(
            self,
            provisional_at=self.provisional_at or ended,
            closed_at=self.closed_at or closed,
            confirmed_at=self.confirmed_at or (closed if confirmed else None),
        )


async def read_statuses(connection: AsyncConnection, brand: str | None) -> list[WeekStatus]:
    """Return the recorded statuses of weeks, by brand and week."""
    c = WEEK_CLOSING.c
    query = select(WEEK_CLOSING).order_by(c.brand_id, c.iso_week, c.jurisdiction, c.currency)
    rows = await connection.execute(query if brand is None else query.where(c.brand_id == brand))
    return [WeekStatus(*row) for row in rows]


async def store_statuses(connection: AsyncConnection, statuses: Sequence[WeekStatus]) -> None:
    """Store the statuses of weeks. When a week opened, and with which scheme, never changes."""
    if statuses:
        rows = [asdict(status) for status in statuses]
        changing = ("provisional_at", "closed_at")
        await connection.execute(upsert(connection.dialect.name, WEEK_CLOSING, rows, update=changing))


async def mark_confirmed(connection: AsyncConnection, statuses: Iterable[WeekStatus], at: datetime) -> None:
    """Record that the qualifications of weeks are confirmed; an earlier instant is kept."""
    c = WEEK_CLOSING.c
    for status in statuses:
        await connection.execute(
            update(WEEK_CLOSING)
            .where(
                c.brand_id == status.brand_id,
                c.iso_week == status.iso_week,
                c.jurisdiction == status.jurisdiction,
                c.currency == status.currency,
                c.confirmed_at.is_(None),
            )
            .values(confirmed_at=at)
        )


async def known_brands(connection: AsyncConnection) -> list[str]:
    """Return the ids of all brands, sorted."""
    return sorted(await connection.scalars(select(REFERENCE.brand.c.brand_id)))
