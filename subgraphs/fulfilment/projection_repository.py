"""SQL over what other subgraphs said of a week: qualifications, and choices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.fulfilment.models import CHOICE, QUALIFICATION
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.kit.domain.keys import ClubKey

KEY = ("brand_id", "customer_id", "iso_week")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be paid for a week.

    Attributes:
        final: nothing else will be said of this week.
        reward: None where there is nothing that could be paid.
    """

    final: bool
    reward: Reward | None


@dataclass(frozen=True, slots=True)
class Projections:
    """Keeps, of each customer's week, what was said last."""

    dialect: str
    qualification: Table = QUALIFICATION
    choice: Table = CHOICE

    async def store_qualifications(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> dict[ClubKey, str]:
        """Stores what is newer than what is known.

        Returns:
            The status of each week whose row changed: provisional, confirmed or revoked.
        """
        stored = await self._stored(connection, self.qualification, rows)
        fresh = _newer(stored, rows)
        await self._write(connection, self.qualification, fresh)
        return {club: row["status"] for club, row in fresh.items()}

    async def store_choices(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> dict[ClubKey, bool]:
        """Stores what is newer than what is known; a final choice is never replaced.

        Returns:
            Whether it is final now, for each week whose row changed.
        """
        stored = await self._stored(connection, self.choice, rows)
        final = {club for club, row in stored.items() if row["final"]}
        open_ = [row for row in _first_final(rows) if _club(row) not in final]
        fresh = _newer(stored, open_)
        await self._write(connection, self.choice, fresh)
        return {club: bool(row["final"]) for club, row in fresh.items()}

    async def choices(self, connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, Choice]:
        """The choices of clubs; where nothing was said the key is absent."""
        table = self.choice
        rows = await connection.execute(select(table).where(_among(table, clubs)))
        return {_club(row): Choice(row["final"], Reward.of_row(row)) for row in map(dict, rows.mappings())}

    async def confirmed_at(
        self, connection: AsyncConnection, clubs: Collection[ClubKey]
    ) -> dict[ClubKey, datetime]:
        """When the weeks of clubs were confirmed, for those that are."""
        table = self.qualification
        rows = await connection.execute(
            select(table).where(_among(table, clubs), table.c.status == "confirmed")
        )
        return {_club(row): row["occurred_at"] for row in map(dict, rows.mappings())}

    async def statuses(self, connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, str]:
        """What is said of the qualification of clubs."""
        table = self.qualification
        rows = await connection.execute(select(table).where(_among(table, clubs)))
        return {_club(row): row["status"] for row in map(dict, rows.mappings())}

    async def _stored(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> dict[ClubKey, Mapping[str, Any]]:
        clubs = {_club(row) for row in rows}
        if not clubs:
            return {}
        found = await connection.execute(select(table).where(_among(table, clubs)).with_for_update())
        return {_club(row): row for row in map(dict, found.mappings())}

    async def _write(
        self, connection: AsyncConnection, table: Table, fresh: Mapping[ClubKey, Mapping[str, Any]]
    ) -> None:
        if not fresh:
            return
        rows = sorted(fresh.values(), key=lambda row: tuple(row[name] for name in KEY))
        columns = [column.name for column in table.columns if not column.primary_key]
        await connection.execute(upsert(self.dialect, table, rows, update=columns))


def _first_final(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows without those that come after a final one of the same week, in order of revision."""
    ended: set[ClubKey] = set()
    kept: list[Mapping[str, Any]] = []
    for row in sorted(rows, key=lambda row: row["revision"]):
        if _club(row) not in ended:
            kept.append(row)
        if row["final"]:
            ended.add(_club(row))
    return kept


def _newer(
    stored: Mapping[ClubKey, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> dict[ClubKey, Mapping[str, Any]]:
    """Of each week the row of the highest revision, the first of equal ones, where it is new."""
    fresh: dict[ClubKey, Mapping[str, Any]] = {}
    for row in rows:
        known = fresh.get(_club(row)) or stored.get(_club(row))
        if known is None or row["revision"] > known["revision"]:
            fresh[_club(row)] = row
    return fresh


def _club(row: Mapping[str, Any]) -> ClubKey:
    return ClubKey(row["brand_id"], row["iso_week"], row["customer_id"])


def _among(table: Table, clubs: Collection[ClubKey]) -> Any:
    key = tuple_(*(table.c[name] for name in KEY))
    return key.in_(sorted((club.brand, club.customer, club.iso_week) for club in clubs))
