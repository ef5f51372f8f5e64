"""SQL of announcements: the last published message about the reward of a customer's week."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.club_conditions import club_columns
from subgraphs.rewards.models import ANNOUNCEMENT


class Announcement(NamedTuple):
    """The last published message about a week.

    Attributes:
        revision: Of the last message; 0 before the first.
        due: Whether the week's qualification is confirmed, so that the final reward must be published.
        final: Whether the final reward was published, after which nothing more is published.
        occurred_at: When it was published; None before the first message.
    """

    revision: int
    due: bool
    final: bool
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnnouncementRepository:
    """Reads and writes of announcements, in the caller's transaction."""

    dialect: str

    async def lock(self, connection: AsyncConnection, key: ClubKey) -> Announcement:
        """Return the announcement of a week, created if missing, and locked until the transaction ends."""
        first = {**club_columns(key), "revision": 0, "due": False, "final": False, "occurred_at": None}
        await connection.execute(upsert(self.dialect, ANNOUNCEMENT, [first]))
        c = ANNOUNCEMENT.c
        wanted = select(c.revision, c.due, c.final, c.occurred_at).where(_of(key)).with_for_update()
        rows = await connection.execute(wanted)
        return Announcement(*rows.one())

    async def mark_due(self, connection: AsyncConnection, key: ClubKey) -> None:
        """Record that the qualification of a week is confirmed."""
        await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(due=True))

    async def store(
        self, connection: AsyncConnection, key: ClubKey, revision: int, at: datetime, *, final: bool
    ) -> None:
        """Store the revision that was published about a week, and whether it is final."""
        values: dict[str, Any] = {"revision": revision, "final": final, "occurred_at": at}
        await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(**values))

    async def due_and_not_final(self, connection: AsyncConnection, limit: int) -> list[ClubKey]:
        """Return weeks whose final reward must be published and was not, in the order of their keys."""
        c = ANNOUNCEMENT.c
        rows = await connection.execute(
            select(c.brand_id, c.iso_week, c.customer_id)
            .where(c.due.is_(True), c.final.is_(False))
            .order_by(c.brand_id, c.iso_week, c.customer_id)
            .limit(limit)
        )
        return [ClubKey(*row) for row in rows]


def _of(key: ClubKey) -> ColumnElement[bool]:
    return and_(*(ANNOUNCEMENT.c[name] == value for name, value in club_columns(key).items()))
