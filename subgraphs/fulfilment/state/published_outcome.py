"""What this subgraph published of a reward, read back from Kafka after its database was lost or restored.

`club.outcomes.v1` outlives the database. A row that is behind what was published takes that over, so a reward
that was sent or credited is never taken for one that was not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.fulfilment.models import PUBLISHED_OUTCOME
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState, is_ahead
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.club_conditions import among_clubs, club_of_row


@dataclass(frozen=True, slots=True)
class PublishedOutcome:
    """Where a reward stood when this subgraph last told others.

    Attributes:
        provider: None in messages of versions that did not tell it.
        reward: None where it was not known, or not told.
        sent_at: when it was first sent; None if it was not, or not told.
    """

    club: ClubKey
    revision: int
    state: FulfilmentState
    provider: str | None
    reward: Reward | None
    sent_at: datetime | None
    credited_at: datetime | None
    expires_at: datetime | None
    reference: str | None
    reason: str | None
    flag: str | None
    occurred_at: datetime

    def row(self) -> dict[str, Any]:
        """Return the columns of the table."""
        reward = asdict(self.reward) if self.reward else dict.fromkeys(Reward.__slots__)
        return {
            "brand_id": self.club.brand,
            "customer_id": self.club.customer,
            "iso_week": self.club.iso_week,
            "revision": self.revision,
            "state": self.state.value,
            "provider": self.provider,
            "sent_at": self.sent_at,
            "credited_at": self.credited_at,
            "expires_at": self.expires_at,
            "reference": self.reference,
            "reason": self.reason,
            "flag": self.flag,
            "occurred_at": self.occurred_at,
            **reward,
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """Read it from a row."""
        names = (
            "revision",
            "provider",
            "sent_at",
            "credited_at",
            "expires_at",
            "reference",
            "reason",
            "flag",
        )
        return cls(
            club=club_of_row(row),
            state=FulfilmentState(row["state"]),
            reward=Reward.of_row(row),
            occurred_at=row["occurred_at"],
            **{name: row[name] for name in names},
        )


def furthest(outcomes: Sequence[PublishedOutcome]) -> dict[ClubKey, PublishedOutcome]:
    """Keep, of each week, the outcome that is furthest ahead, and of equal ones the newest."""
    found: dict[ClubKey, PublishedOutcome] = {}
    for each in sorted(outcomes, key=lambda one: one.revision):
        known = found.get(each.club)
        if known is None or not is_ahead(known.state, each.state):
            found[each.club] = each
    return found


@dataclass(frozen=True, slots=True)
class PublishedOutcomes:
    """Keeps what was published of weeks for which there is no row yet."""

    dialect: str
    table: Table = PUBLISHED_OUTCOME

    async def of_clubs(
        self, connection: AsyncConnection, clubs: Collection[ClubKey]
    ) -> dict[ClubKey, PublishedOutcome]:
        """Read what was published of weeks; the others are absent."""
        if not clubs:
            return {}
        rows = await connection.execute(select(self.table).where(among_clubs(self.table, clubs)))
        return {club_of_row(row): PublishedOutcome.of_row(dict(row)) for row in rows.mappings()}

    async def store(self, connection: AsyncConnection, outcomes: Collection[PublishedOutcome]) -> int:
        """Keep outcomes that are further ahead than those that are kept; return how many."""
        if not outcomes:
            return 0
        clubs = [one.club for one in outcomes]
        held = await connection.execute(
            select(self.table).where(among_clubs(self.table, clubs)).with_for_update()
        )
        kept = [PublishedOutcome.of_row(dict(row)) for row in held.mappings()]
        known = {one.club: one for one in kept}
        best = furthest([*kept, *outcomes])
        fresh = [one.row() for club, one in sorted(best.items()) if known.get(club) != one]
        if fresh:
            columns = [column.name for column in self.table.columns if not column.primary_key]
            await connection.execute(upsert(self.dialect, self.table, fresh, update=columns))
        return len(fresh)
