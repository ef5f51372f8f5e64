"""How far weeks are, as it is recorded: what makes keeping them resumable, and shows what they began with."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.kit.domain.schemes import WeekState
from subgraphs.progress.customers import Place
from subgraphs.progress.models import WEEK_CLOSING


@dataclass(frozen=True, slots=True)
class WeekStep:
    """How far a week is for customers of a jurisdiction and currency; the instants are None until then.

    Attributes:
        confirmed_at: since when everybody who has reached the target is confirmed.
        scheme_version: what it was played by when it was opened; None where that was not recorded.
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
    def place(self) -> Place:
        """For whom."""
        return (self.jurisdiction, self.currency)

    @property
    def state(self) -> WeekState:
        """What is recorded of it."""
        if self.closed_at is not None:
            return WeekState.CLOSED
        return WeekState.PROVISIONAL if self.provisional_at is not None else WeekState.OPEN

    def turned(self, state: WeekState, now: datetime, *, confirmed: bool = False) -> "WeekStep":
        """Return the step once the week has come to a state; what is recorded of earlier ones stays.

        Args:
            state: where the week is now.
            now: the instant.
            confirmed: whether a closed week was confirmed before, and its step lost with the database. What
                was said of it is read back; of customers of whom nothing was said a person decides: they may
                have been paid by hand.
        """
        ended = now if state is not WeekState.OPEN else None
        closed = now if state is WeekState.CLOSED else None
        return replace(
            self,
            provisional_at=self.provisional_at or ended,
            closed_at=self.closed_at or closed,
            confirmed_at=self.confirmed_at or (closed if confirmed else None),
        )


async def read_steps(connection: AsyncConnection, brand: str | None) -> list[WeekStep]:
    """What is recorded of weeks, by brand and week."""
    c = WEEK_CLOSING.c
    query = select(WEEK_CLOSING).order_by(c.brand_id, c.iso_week, c.jurisdiction, c.currency)
    rows = await connection.execute(query if brand is None else query.where(c.brand_id == brand))
    return [WeekStep(*row) for row in rows]


async def store_steps(connection: AsyncConnection, steps: Sequence[WeekStep]) -> None:
    """Records how far weeks are; when one was opened, and by which scheme, never changes."""
    if steps:
        rows = [asdict(step) for step in steps]
        update_only = ("provisional_at", "closed_at")
        await connection.execute(upsert(connection.dialect.name, WEEK_CLOSING, rows, update=update_only))


async def mark_confirmed(connection: AsyncConnection, steps: Iterable[WeekStep], at: datetime) -> None:
    """Records that everybody who has reached the target is confirmed; what was so before stays."""
    c = WEEK_CLOSING.c
    for step in steps:
        await connection.execute(
            update(WEEK_CLOSING)
            .where(
                c.brand_id == step.brand_id,
                c.iso_week == step.iso_week,
                c.jurisdiction == step.jurisdiction,
                c.currency == step.currency,
                c.confirmed_at.is_(None),
            )
            .values(confirmed_at=at)
        )
