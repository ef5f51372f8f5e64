"""SQL over facts from Kafka about weeks: qualifications, choices, and outcomes published before a loss."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import among_clubs, club_of_row
from subgraphs.fulfilment.models import CHOICE, PUBLISHED_OUTCOME, QUALIFICATION
from subgraphs.fulfilment.state.outcomes import PublishedOutcome, furthest
from subgraphs.fulfilment.state.reward import Choice, Reward

KEY = ("brand_id", "customer_id", "iso_week")


@dataclass(frozen=True, slots=True)
class ReadModelRepository:
    """Keeps the newest qualification and choice of each customer's week."""

    dialect: str
    qualification: Table = QUALIFICATION
    choice: Table = CHOICE

    async def store_qualifications(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> dict[ClubKey, str]:
        """Store qualifications that are newer than the stored ones.

        Returns:
            The status of each week whose row changed: provisional, confirmed or revoked.
        """
        stored = await self._lock(connection, self.qualification, rows)
        fresh = _newer(stored, rows)
        await self._write(connection, self.qualification, fresh)
        return {club: row["status"] for club, row in fresh.items()}

    async def store_choices(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> dict[ClubKey, bool]:
        """Store choices that are newer than the stored ones; a final choice is never replaced.

        Returns:
            For each week whose row changed, whether its choice is final now.
        """
        stored = await self._lock(connection, self.choice, rows)
        final = {club for club, row in stored.items() if row["final"]}
        changeable = [row for row in _up_to_final(rows) if club_of_row(row) not in final]
        fresh = _newer(stored, changeable)
        await self._write(connection, self.choice, fresh)
        return {club: bool(row["final"]) for club, row in fresh.items()}

    async def choices(self, connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, Choice]:
        """Return the choices of clubs; clubs without one are absent."""
        rows = await connection.execute(select(self.choice).where(among_clubs(self.choice, clubs)))
        return {
            club_of_row(row): Choice(row["final"], Reward.of_row(row)) for row in map(dict, rows.mappings())
        }

    async def confirmed_at(
        self, connection: AsyncConnection, clubs: Collection[ClubKey]
    ) -> dict[ClubKey, datetime]:
        """Return when the weeks of clubs were confirmed; clubs whose week is not confirmed are absent."""
        table = self.qualification
        rows = await connection.execute(
            select(table).where(among_clubs(table, clubs), table.c.status == "confirmed")
        )
        return {club_of_row(row): row["occurred_at"] for row in rows.mappings()}

    async def _lock(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> dict[ClubKey, Mapping[str, Any]]:
        clubs = {club_of_row(row) for row in rows}
        if not clubs:
            return {}
        result = await connection.execute(select(table).where(among_clubs(table, clubs)).with_for_update())
        return {club_of_row(row): row for row in map(dict, result.mappings())}

    async def _write(
        self, connection: AsyncConnection, table: Table, fresh: Mapping[ClubKey, Mapping[str, Any]]
    ) -> None:
        if not fresh:
            return
        rows = sorted(fresh.values(), key=lambda row: tuple(row[name] for name in KEY))
        await connection.execute(upsert(self.dialect, table, rows, update=_columns(table)))


@dataclass(frozen=True, slots=True)
class PublishedOutcomeRepository:
    """Keeps published outcomes of weeks that have no fulfilment in this database yet."""

    dialect: str
    table: Table = PUBLISHED_OUTCOME

    async def of_clubs(
        self, connection: AsyncConnection, clubs: Collection[ClubKey]
    ) -> dict[ClubKey, PublishedOutcome]:
        """Return the published outcomes of clubs; clubs without one are absent."""
        if not clubs:
            return {}
        rows = await connection.execute(select(self.table).where(among_clubs(self.table, clubs)))
        return {club_of_row(row): PublishedOutcome.of_row(row) for row in rows.mappings()}

    async def store(self, connection: AsyncConnection, outcomes: Collection[PublishedOutcome]) -> int:
        """Store outcomes that are further along than the stored ones, and return how many were."""
        if not outcomes:
            return 0
        clubs = [outcome.club for outcome in outcomes]
        locked = await connection.execute(
            select(self.table).where(among_clubs(self.table, clubs)).with_for_update()
        )
        stored = [PublishedOutcome.of_row(row) for row in locked.mappings()]
        known = {outcome.club: outcome for outcome in stored}
        best = furthest([*stored, *outcomes])
        fresh = [outcome.row() for club, outcome in sorted(best.items()) if known.get(club) != outcome]
        if fresh:
            await connection.execute(upsert(self.dialect, self.table, fresh, update=_columns(self.table)))
        return len(fresh)


def _columns(table: Table) -> list[str]:
    """Return the columns that an update replaces."""
    return [column.name for column in table.columns if not column.primary_key]


def _up_to_final(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return rows by revision, without those that follow a final one of the same week."""
    ended: set[ClubKey] = set()
    kept: list[Mapping[str, Any]] = []
    for row in sorted(rows, key=lambda row: row["revision"]):
        if club_of_row(row) not in ended:
            kept.append(row)
        if row["final"]:
            ended.add(club_of_row(row))
    return kept


def _newer(
    stored: Mapping[ClubKey, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> dict[ClubKey, Mapping[str, Any]]:
    """Return, for each week, the first row of the highest revision, if it is newer than the stored row."""
    fresh: dict[ClubKey, Mapping[str, Any]] = {}
    for row in rows:
        club = club_of_row(row)
        known = fresh.get(club) or stored.get(club)
        if known is None or row["revision"] > known["revision"]:
            fresh[club] = row
    return fresh
