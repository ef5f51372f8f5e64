"""All SQL of the ledger: bets and totals, read and written in the consumer's transactions.

Statements over the bets of a batch are put together as text: one a table, whatever the size of the batch.
Rows are written in the order of their keys, so that two writers lock them in one order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

import msgspec
from msgspec.structs import astuple
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from storage.bulk_sql import JsonRows, MultiRow, fetch, few_at_once, json_array, listed, quote
from subgraphs.progress.entries import Bet, BetKey, CustomerKey, Decisions, Entry, Kept, Review, WeekKey
from subgraphs.progress.models import (
    CONTRIBUTION,
    KEPT_REVISION,
    LATE_DECISION,
    LATE_REVISION,
    PROGRESS,
    REFERENCE,
)
from subgraphs.progress.rules import ContributionReason, Verdict

_BET: Final = (
    *("status", "bet_type", "product", "channel", "stake_minor", "counting_stake_minor", "currency"),
    *("stake_source", "odds_milli", "placed_at"),
    *("brand_id", "bet_id", "customer_id", "revision", "occurred_at"),
)
"""The columns in the order of the fields of `Bet`: bets are read and written in it."""

_ENTRY: Final = (*_BET, "iso_week", "counted_minor", "reason", "kept")
_KEPT: Final = (*_BET, "iso_week")
_BET_KEY = itemgetter(_BET.index("brand_id"), _BET.index("bet_id"), _BET.index("revision"))
_FIRST, _FIRST_TWO, _WEEK_KEY = itemgetter(0), itemgetter(0, 1), itemgetter(0, 1, 2)


class _EntryRow(msgspec.Struct, array_like=True, frozen=True):
    bet: Bet
    iso_week: str
    counted_minor: int
    reason: ContributionReason
    kept: int


class _KeptRow(msgspec.Struct, array_like=True, frozen=True):
    bet: Bet
    iso_week: str


@dataclass(slots=True)
class Delta:
    """A change of a week's progress, added up bet by bet.

    Attributes:
        as_of: event time of the newest message behind the change.
    """

    as_of: datetime
    total_minor: int = 0
    counted_bets: int = 0


@dataclass(frozen=True, slots=True)
class LedgerRepository:
    """Reads and writes of the reducer."""

    dialect: str
    stored: JsonRows[_EntryRow]
    stored_kept: JsonRows[_KeptRow]
    added: MultiRow
    changed: MultiRow
    kept: MultiRow
    late: MultiRow
    moved: MultiRow
    settled: MultiRow

    @classmethod
    def of(cls, dialect: str) -> "LedgerRepository":
        """The repository for `mysql`, `mariadb` or `sqlite`."""
        bet = json_array(dialect, _BET, ["placed_at", "occurred_at"])
        entry = json_array(dialect, [bet, "iso_week", "counted_minor", "reason", "kept"])
        return cls(
            dialect=dialect,
            stored=JsonRows.of(dialect, _EntryRow, entry),
            stored_kept=JsonRows.of(dialect, _KeptRow, json_array(dialect, [bet, "iso_week"])),
            added=MultiRow.into(dialect, CONTRIBUTION, order=_ENTRY, plain=True),
            changed=MultiRow.into(dialect, CONTRIBUTION, order=_ENTRY, update=_other_columns(CONTRIBUTION)),
            kept=MultiRow.into(dialect, KEPT_REVISION, order=_KEPT, update=_other_columns(KEPT_REVISION)),
            late=MultiRow.into(dialect, LATE_REVISION, update=_other_columns(LATE_REVISION)),
            moved=MultiRow.into(dialect, PROGRESS, add=("total_minor", "counted_bets"), greatest=("as_of",)),
            settled=MultiRow.into(dialect, PROGRESS, update=("as_of",)),
        )

    async def hold_brands(
        self, connection: AsyncConnection, brands: Collection[str], *, exclusive: bool
    ) -> None:
        """Locks the rows of brands until the transaction ends.

        Bets hold their brand shared, changes of accounts, memberships and schemes hold it alone: so neither
        is judged or judged again by what the other is just changing.
        """
        table = REFERENCE.brand
        await connection.execute(
            select(table.c.brand_id)
            .where(table.c.brand_id.in_(sorted(brands)))
            .order_by(table.c.brand_id)
            .with_for_update(read=not exclusive)
        )

    async def entries(self, connection: AsyncConnection, bets: Collection[BetKey]) -> dict[BetKey, Entry]:
        """The entries of bets, locked; bets not seen before are absent."""
        rows: list[_EntryRow] = []
        for brand, ids in few_at_once(bets):
            among = self._among(brand, "bet_id", ids)
            rows += await self.stored.few(connection, f"FROM contribution WHERE {among}{self._locked}")
        return {entry.bet.key: entry for entry in await self._entries(connection, rows)}

    async def entries_of_customers(
        self, connection: AsyncConnection, owners: Collection[CustomerKey]
    ) -> list[Entry]:
        """All entries of customers, locked."""
        rows: list[_EntryRow] = []
        for brand, customers in few_at_once(owners):
            among = self._among(brand, "customer_id", customers)
            rows += await self.stored.many(connection, f"FROM contribution WHERE {among}{self._locked}")
        return await self._entries(connection, rows)

    async def entries_of_week(
        self, connection: AsyncConnection, after: BetKey, week: str, limit: int
    ) -> list[Entry]:
        """A page of a brand's entries that have a revision in a week, locked: bets after the given one."""
        brand, bet = (quote(part, self.dialect) for part in after)
        page = (
            f"WHERE brand_id={brand} AND iso_week={quote(week, self.dialect)} AND bet_id>{bet} "
            f"ORDER BY bet_id LIMIT {limit}"
        )
        ids = await fetch(
            connection,
            f"SELECT bet_id FROM (SELECT bet_id FROM contribution {page}) a "  # noqa: S608 - quoted above
            f"UNION SELECT bet_id FROM (SELECT bet_id FROM kept_revision {page}) b "
            f"ORDER BY bet_id LIMIT {limit}",
        )
        found = await self.entries(connection, [(after[0], row[0]) for row in ids])
        return sorted(found.values(), key=lambda entry: entry.bet.key)

    async def weeks(self, connection: AsyncConnection, brand: str) -> list[str]:
        """The weeks of a brand in which any bet was placed."""
        here = f"brand_id={quote(brand, self.dialect)}"
        rows = await fetch(
            connection,
            f"SELECT DISTINCT iso_week FROM contribution WHERE {here} "  # noqa: S608 - quoted above
            f"UNION SELECT DISTINCT iso_week FROM kept_revision WHERE {here}",
        )
        return sorted(row[0] for row in rows)

    async def add(self, connection: AsyncConnection, entries: Collection[Entry]) -> None:
        """Stores bets that were not there.

        A plain INSERT: where another writer was quicker, it fails, and the transaction starts anew and
        sees that writer's row; an upsert would silently take over what may be another customer's bet.

        Raises:
            sqlalchemy.exc.IntegrityError: one of the bets is there by now.
        """
        await self.added.execute(connection, _rows_in_order(entries))

    async def change(self, connection: AsyncConnection, entries: Collection[Entry]) -> None:
        """Replaces entries that were read, and so locked, in this transaction."""
        await self.changed.execute(connection, _rows_in_order(entries))

    async def keep(self, connection: AsyncConnection, bets: Collection[BetKey], kept: Iterable[Kept]) -> None:
        """Replaces the revisions that are kept of bets beside the ones in force."""
        await self._delete(connection, "kept_revision", bets)
        rows = sorted([(*astuple(one.bet), one.iso_week) for one in kept], key=_BET_KEY)
        await self.kept.execute(connection, rows)

    async def queue(
        self, connection: AsyncConnection, bets: Collection[BetKey], reviews: Iterable[Review]
    ) -> None:
        """Replaces what the review queue has of bets."""
        await self._delete(connection, "late_revision", bets)
        rows = sorted([_review_row(one) for one in reviews], key=_FIRST_TWO)
        await self.late.execute(connection, rows)

    async def decisions(self, connection: AsyncConnection, bets: Collection[BetKey]) -> Decisions:
        """What persons decided about late revisions of bets; bets of which nothing was are absent."""
        c, found = LATE_DECISION.c, dict[BetKey, dict[int, bool]]()
        for brand, ids in few_at_once(bets):
            rows = await connection.execute(
                select(c.bet_id, c.revision, c.accepted).where(c.brand_id == brand, c.bet_id.in_(ids))
            )
            for bet, revision, accepted in rows:
                found.setdefault((brand, bet), {})[revision] = accepted
        return found

    async def move(self, connection: AsyncConnection, deltas: Mapping[WeekKey, Delta]) -> None:
        """Adds to the progress of weeks, relative to what is there."""
        rows = [
            (*week, delta.total_minor, delta.counted_bets, delta.as_of)
            for week, delta in sorted(deltas.items(), key=_FIRST)
        ]
        await self.moved.execute(connection, rows)

    async def settle(self, connection: AsyncConnection, keys: Collection[WeekKey]) -> None:
        """Takes `as_of` anew from the entries, where the newest may have left; drops weeks left empty."""
        newest: list[tuple[Any, ...]] = []
        for week in sorted({key[2] for key in keys}):
            for brand, customers in few_at_once((key[0], key[1]) for key in keys if key[2] == week):
                found = await self._newest(connection, brand, week, customers)
                newest += [(brand, customer, week, 0, 0, as_of) for customer, as_of in found.items()]
                if empty := [customer for customer in customers if customer not in found]:
                    await connection.execute(delete(PROGRESS).where(*_of_week(PROGRESS, brand, week, empty)))
        newest.sort(key=_WEEK_KEY)
        await self.settled.execute(connection, newest)

    async def _newest(
        self, connection: AsyncConnection, brand: str, week: str, customers: Collection[str]
    ) -> dict[str, datetime]:
        """When the newest of the entries that customers have in a week came about."""
        c = CONTRIBUTION.c
        rows = await connection.execute(
            select(c.customer_id, func.max(c.occurred_at))
            .where(*_of_week(CONTRIBUTION, brand, week, customers))
            .group_by(c.customer_id)
        )
        return {row[0]: row[1] for row in rows}

    async def _entries(self, connection: AsyncConnection, rows: Sequence[_EntryRow]) -> list[Entry]:
        partly = [row.bet.key for row in rows if row.kept]
        kept = await self._kept(connection, partly) if partly else {}
        return [
            Entry(
                row.bet,
                row.iso_week,
                Verdict(row.counted_minor, row.reason),
                tuple(kept[row.bet.key]) if row.kept else (),
            )
            for row in rows
        ]

    async def _kept(self, connection: AsyncConnection, bets: Collection[BetKey]) -> dict[BetKey, list[Kept]]:
        found: dict[BetKey, list[Kept]] = {}
        for brand, ids in few_at_once(bets):
            among = self._among(brand, "bet_id", ids)
            rows = await self.stored_kept.many(connection, f"FROM kept_revision WHERE {among}{self._locked}")
            for row in sorted(rows, key=lambda row: row.bet.revision):
                found.setdefault(row.bet.key, []).append(Kept(row.bet, row.iso_week))
        return found

    async def _delete(self, connection: AsyncConnection, table: str, bets: Collection[BetKey]) -> None:
        for brand, ids in few_at_once(bets):
            await connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE {self._among(brand, 'bet_id', ids)}",  # noqa: S608 - quoted
                execution_options={"no_parameters": True},
            )

    def _among(self, brand: str, column: str, ids: Collection[str]) -> str:
        return f"brand_id={quote(brand, self.dialect)} AND {column} IN ({listed(ids, self.dialect)})"

    @property
    def _locked(self) -> str:
        return "" if self.dialect == "sqlite" else " FOR UPDATE"


def _rows_in_order(entries: Collection[Entry]) -> list[tuple[Any, ...]]:
    rows = [
        (
            *astuple(entry.bet),
            entry.iso_week,
            entry.verdict.counted_minor,
            entry.verdict.reason._value_,  # `value` is a call
            len(entry.kept),
        )
        for entry in entries
    ]
    rows.sort(key=_BET_KEY)
    return rows


def _review_row(review: Review) -> tuple[Any, ...]:
    bet, would_be = review.bet, review.would_be
    return (
        bet.brand,
        bet.bet_id,
        bet.customer,
        review.iso_week,
        bet.revision,
        bet.occurred_at,
        review.closed_at,
        review.counted_minor,
        would_be.counted_minor,
        would_be.reason.value,
    )


def _other_columns(table: Any) -> list[str]:
    return [column.name for column in table.columns if not column.primary_key]


def _of_week(
    table: Any, brand: str, week: str, customers: Collection[str]
) -> tuple[ColumnElement[bool], ...]:
    c = table.c
    return (c.brand_id == brand, c.iso_week == week, c.customer_id.in_(customers))
