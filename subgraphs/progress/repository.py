"""All SQL over contributions and progress: the graph's reads, the ledger's reads and writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.kit.columns import upsert
from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.progress.entries import BetKey, Entry
from subgraphs.progress.models import CONTRIBUTION, PROGRESS, REFERENCE


@dataclass(frozen=True, slots=True)
class Total:
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
class Delta:
    """A change of a week's progress.

    Attributes:
        as_of: event time of the newest message behind the change.
    """

    total_minor: int
    counted_bets: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ProgressRepository:
    """Reads for the graph. Each method is one SELECT for all keys; keys with nothing stored are absent."""

    contribution: Table = CONTRIBUTION
    progress: Table = PROGRESS

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


@dataclass(frozen=True, slots=True)
class LedgerRepository:
    """Reads and writes of the reducer, all in the consumer's write transaction.

    Rows are written in the order of their keys, so that two writers lock them in one order.
    """

    dialect: str
    contribution: Table = CONTRIBUTION
    progress: Table = PROGRESS
    brand: Table = REFERENCE.brand

    async def hold_brands(
        self, connection: AsyncConnection, brands: Collection[str], *, exclusive: bool
    ) -> None:
        """Locks the rows of brands until the transaction ends.

        Bets hold their brand shared, changes of accounts and schemes hold it alone: so neither is judged
        or judged again by rules that the other is just changing.
        """
        table = self.brand
        await connection.execute(
            select(table.c.brand_id)
            .where(table.c.brand_id.in_(sorted(brands)))
            .order_by(table.c.brand_id)
            .with_for_update(read=not exclusive)
        )

    async def entries(self, connection: AsyncConnection, bets: Collection[BetKey]) -> dict[BetKey, Entry]:
        """The entries of bets, locked; bets not seen before are absent."""
        table = self.contribution
        key = tuple_(table.c.brand_id, table.c.bet_id)
        rows = await connection.execute(select(table).where(key.in_(sorted(bets))).with_for_update())
        return {entry.bet.key: entry for entry in _entries(rows)}

    async def entries_of_customers(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> list[Entry]:
        """All entries of customers, locked."""
        table = self.contribution
        owner = tuple_(table.c.brand_id, table.c.customer_id)
        rows = await connection.execute(select(table).where(owner.in_(sorted(owners))).with_for_update())
        return _entries(rows)

    async def entries_of_weeks(
        self, connection: AsyncConnection, after: BetKey, weeks: Collection[str] | None, limit: int
    ) -> list[Entry]:
        """A page of a brand's entries of some weeks or all, locked: `limit` bets after the given one."""
        table = self.contribution
        wanted = table.c.iso_week.in_(sorted(weeks)) if weeks is not None else true()
        rows = await connection.execute(
            select(table)
            .where(table.c.brand_id == after.brand, table.c.bet_id > after.bet_id, wanted)
            .order_by(table.c.bet_id)
            .limit(limit)
            .with_for_update()
        )
        return _entries(rows)

    async def add(self, connection: AsyncConnection, entries: Collection[Entry]) -> None:
        """Stores bets that were not there.

        A plain INSERT: where another writer was quicker, it fails, and the transaction starts anew and
        sees that writer's row; an upsert would silently take over what may be another customer's bet.

        Raises:
            sqlalchemy.exc.IntegrityError: one of the bets is there by now.
        """
        if entries:
            await connection.execute(insert(self.contribution).values(_rows_in_order(entries)))

    async def change(self, connection: AsyncConnection, entries: Collection[Entry]) -> None:
        """Replaces entries that were read, and so locked, in this transaction."""
        table = self.contribution
        if entries:
            columns = [column.name for column in table.columns if not column.primary_key]
            await connection.execute(upsert(self.dialect, table, _rows_in_order(entries), update=columns))

    async def move(self, connection: AsyncConnection, deltas: Mapping[ClubKey, Delta]) -> None:
        """Adds to the progress of weeks, relative to what is there."""
        if not deltas:
            return
        rows = [
            {
                "brand_id": key.brand,
                "customer_id": key.customer,
                "iso_week": key.iso_week,
                "total_minor": delta.total_minor,
                "counted_bets": delta.counted_bets,
                "as_of": delta.as_of,
            }
            for key, delta in sorted(deltas.items(), key=lambda item: _in_index_order(item[0]))
        ]
        added = ("total_minor", "counted_bets")
        await connection.execute(upsert(self.dialect, self.progress, rows, add=added, greatest=("as_of",)))

    async def settle(self, connection: AsyncConnection, keys: Collection[ClubKey]) -> None:
        """Takes `as_of` anew from the entries, where the newest may have left; drops weeks left empty."""
        if not keys:
            return
        table = self.contribution
        found = await connection.execute(
            select(*_key_columns(table), func.max(table.c.occurred_at).label("as_of"))
            .where(_among(table, keys))
            .group_by(*_key_columns(table))
            .order_by(*_key_columns(table))
        )
        rows = [{**row, "total_minor": 0, "counted_bets": 0} for row in found.mappings()]
        if rows:
            await connection.execute(upsert(self.dialect, self.progress, rows, update=("as_of",)))
        empty = set(keys) - {ClubKey(row["brand_id"], row["iso_week"], row["customer_id"]) for row in rows}
        if empty:
            await connection.execute(delete(self.progress).where(_among(self.progress, empty)))


def _entries(rows: Any) -> list[Entry]:
    return [Entry.of_row(row) for row in rows.mappings()]


def _rows_in_order(entries: Collection[Entry]) -> Sequence[Mapping[str, Any]]:
    return [entry.row() for entry in sorted(entries, key=lambda entry: entry.bet.key)]


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
