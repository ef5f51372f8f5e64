"""SQL of the graph's reads over contributions, progress and memberships."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Table, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.kit.domain.keys import ClubKey, Owner
from subgraphs.progress.models import CONTRIBUTION, MEMBERSHIP, PROGRESS


class Total(msgspec.Struct, frozen=True, gc=False):
    """What a customer's bets of one week come to.

    Attributes:
        total_minor: sum of what the bets count, in minor units.
        as_of: event time of the newest message applied.
    """

    total_minor: int
    counted_bets: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Contribution:
    """One bet in the ledger, as a customer may see it.

    Attributes:
        counted_minor: what it adds to the week's total, in minor units.
        reason: the name of a `ContributionReason`.
    """

    bet_id: str
    placed_at: datetime
    stake_minor: int
    counted_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProgressRepository:
    """Reads for the graph. Each method is one SELECT for all keys; keys with nothing stored are absent."""

    contribution: Table = CONTRIBUTION
    progress: Table = PROGRESS
    membership: Table = MEMBERSHIP

    async def totals(self, connection: AsyncConnection, keys: Collection[ClubKey]) -> dict[ClubKey, Total]:
        """Totals of weeks in which the customer has placed any bet."""
        table = self.progress
        rows = await connection.execute(
            select(*_key_columns(table), table.c.total_minor, table.c.counted_bets, table.c.as_of).where(
                _among(table, keys)
            )
        )
        return {_club_key(row): Total(row.total_minor, row.counted_bets, row.as_of) for row in rows}

    async def recent(
        self, connection: AsyncConnection, keys: Collection[ClubKey], first: int
    ) -> dict[ClubKey, list[Contribution]]:
        """The newest contributions of each week, by placing time, at most `first` of them."""
        table = self.contribution
        number = func.row_number().over(
            partition_by=_key_columns(table), order_by=(table.c.placed_at.desc(), table.c.bet_id)
        )
        shown = (
            table.c.bet_id,
            table.c.placed_at,
            table.c.stake_minor,
            table.c.counted_minor,
            table.c.currency,
            table.c.reason,
        )
        ranked = select(*_key_columns(table), *shown, number.label("number")).where(_among(table, keys))
        newest = ranked.subquery("ranked")
        rows = await connection.execute(
            select(newest).where(newest.c.number <= first).order_by(*_key_columns(newest), newest.c.number)
        )
        found: dict[ClubKey, list[Contribution]] = {}
        for row in rows:
            found.setdefault(_club_key(row), []).append(_contribution(row))
        return found

    async def first_opt_ins(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, datetime]:
        """When customers first joined the club, of those who did."""
        table = self.membership
        rows = await connection.execute(
            select(table.c.brand_id, table.c.customer_id, table.c.first_opted_in_at).where(
                tuple_(table.c.brand_id, table.c.customer_id).in_(sorted(owners)),
                table.c.first_opted_in_at.is_not(None),
            )
        )
        return {Owner(row.brand_id, row.customer_id): row.first_opted_in_at for row in rows}

    async def counted_by(
        self, connection: AsyncConnection, moments: Mapping[ClubKey, datetime]
    ) -> dict[ClubKey, int]:
        """What the bets placed at or before each key's moment count, in minor units."""
        if not moments:
            return {}
        table = self.contribution
        # Summed here: moments differ by key, and a week's counting bets of one customer are few.
        rows = await connection.execute(
            select(*_key_columns(table), table.c.placed_at, table.c.counted_minor).where(
                _among(table, moments),
                table.c.counted_minor > 0,
                table.c.placed_at <= max(moments.values()),
            )
        )
        sums: dict[ClubKey, int] = {}
        for row in rows:
            key = _club_key(row)
            if row.placed_at <= moments[key]:
                sums[key] = sums.get(key, 0) + row.counted_minor
        return sums


def _in_index_order(key: ClubKey) -> tuple[str, str, str]:
    return (key.brand, key.customer, key.iso_week)


def _key_columns(table: Any) -> tuple[ColumnElement[str], ...]:
    """In the order of the indexes, which is not that of a ClubKey."""
    return (table.c.brand_id, table.c.customer_id, table.c.iso_week)


def _among(table: Table, keys: Collection[ClubKey]) -> ColumnElement[bool]:
    return tuple_(*_key_columns(table)).in_(sorted(_in_index_order(key) for key in keys))


def _club_key(row: Any) -> ClubKey:
    return ClubKey(row.brand_id, row.iso_week, row.customer_id)


def _contribution(row: Any) -> Contribution:
    return Contribution(
        row.bet_id, row.placed_at, row.stake_minor, row.counted_minor, row.currency, row.reason
    )
