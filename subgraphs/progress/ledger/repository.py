"""SQL of the ledger: contributions and totals, read and written in the consumer's transactions.

Statements over the bets of a batch are built as text, one for each table, however large the batch is.
Rows are written in the order of their keys, so that two writers lock them in the same order.
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

from foundation.storage.bulk_sql import (
    JsonRows,
    MultiRow,
    fetch,
    few_at_once,
    json_array,
    listed,
    quote,
    with_keys,
)
from subgraphs.progress.adjustment_repository import adjustment_sums
from subgraphs.progress.counting.contribution import (
    Bet,
    BetKey,
    Contribution,
    CustomerKey,
    Decisions,
    KeptRevision,
    PendingReview,
    WeekKey,
)
from subgraphs.progress.counting.rules import ContributionReason, Verdict
from subgraphs.progress.ledger.changes import TotalChange
from subgraphs.progress.models import (
    CONTRIBUTION,
    KEPT_REVISION,
    LATE_DECISION,
    LATE_REVISION,
    PROGRESS,
)

BET_COLUMNS: Final = (
    *("status", "bet_type", "product", "channel", "stake_minor", "counting_stake_minor", "currency"),
    *("stake_source", "odds_milli", "placed_at"),
    *("brand_id", "bet_id", "customer_id", "revision", "occurred_at"),
)
"""The columns of a bet in the order of the fields of `Bet`, in which bets are read and written."""

_CONTRIBUTION: Final = (*BET_COLUMNS, "iso_week", "counted_minor", "reason", "kept")
_KEPT_REVISION: Final = (*BET_COLUMNS, "iso_week")
_BET_KEY = itemgetter(
    BET_COLUMNS.index("brand_id"), BET_COLUMNS.index("bet_id"), BET_COLUMNS.index("revision")
)
_FIRST, _FIRST_TWO, _WEEK_KEY = itemgetter(0), itemgetter(0, 1), itemgetter(0, 1, 2)


class _ContributionRow(msgspec.Struct, array_like=True, frozen=True):
    bet: Bet
    iso_week: str
    counted_minor: int
    reason: ContributionReason
    kept: int


class _KeptRevisionRow(msgspec.Struct, array_like=True, frozen=True):
    bet: Bet
    iso_week: str


@dataclass(frozen=True, slots=True)
class LedgerRepository:
    """Reads and writes of the reducer; `held`: what is read stays locked until the transaction ends."""

    dialect: str
    stored: JsonRows[_ContributionRow]
    stored_kept: JsonRows[_KeptRevisionRow]
    added: MultiRow
    changed: MultiRow
    kept: MultiRow
    late: MultiRow
    totals_added: MultiRow
    times_replaced: MultiRow
    held: bool

    @classmethod
    def of(cls, dialect: str, *, held: bool = True) -> "LedgerRepository":
        """Return the repository for `mysql`, `mariadb` or `sqlite`."""
        bet = json_array(dialect, BET_COLUMNS, ["placed_at", "occurred_at"])
        contribution = json_array(dialect, [bet, "iso_week", "counted_minor", "reason", "kept"])
        return cls(
            dialect=dialect,
            stored=JsonRows.of(dialect, _ContributionRow, contribution),
            stored_kept=JsonRows.of(dialect, _KeptRevisionRow, json_array(dialect, [bet, "iso_week"])),
            added=MultiRow.into(dialect, CONTRIBUTION, order=_CONTRIBUTION, plain=True),
            changed=MultiRow.into(
                dialect, CONTRIBUTION, order=_CONTRIBUTION, update=_other_columns(CONTRIBUTION)
            ),
            kept=MultiRow.into(
                dialect, KEPT_REVISION, order=_KEPT_REVISION, update=_other_columns(KEPT_REVISION)
            ),
            late=MultiRow.into(dialect, LATE_REVISION, update=_other_columns(LATE_REVISION)),
            totals_added=MultiRow.into(
                dialect, PROGRESS, add=("total_minor", "counted_bets"), greatest=("as_of",)
            ),
            times_replaced=MultiRow.into(dialect, PROGRESS, update=("as_of",)),
            held=held,
        )

    async def contributions(
        self, connection: AsyncConnection, bets: Collection[BetKey]
    ) -> dict[BetKey, Contribution]:
        """Return the contributions of bets, locked; unknown bets are absent."""
        rows: list[_ContributionRow] = []
        for brand, ids in few_at_once(bets):
            wanted = with_keys(self.dialect, "contribution", "bet_id", ids)
            of_brand = f"brand_id={quote(brand, self.dialect)}"
            rows += await self.stored.few(connection, f"FROM {wanted} AND {of_brand}{self._locked}")
        return {
            contribution.bet.key: contribution for contribution in await self._contributions(connection, rows)
        }

    async def contributions_of_customers(
        self, connection: AsyncConnection, owners: Collection[CustomerKey], week: str | None = None
    ) -> list[Contribution]:
        """Return all contributions of customers, or those to a week, locked."""
        rows: list[_ContributionRow] = []
        in_week = "" if week is None else f" AND iso_week={quote(week, self.dialect)}"
        for brand, customers in few_at_once(owners):
            among = self._among(brand, "customer_id", customers) + in_week
            rows += await self.stored.many(connection, f"FROM contribution WHERE {among}{self._locked}")
        return await self._contributions(connection, rows)

    async def contributions_of_week(
        self, connection: AsyncConnection, after: BetKey, week: str, limit: int
    ) -> list[Contribution]:
        """Return a page of contributions with a revision in a week, locked: bets after the given one."""
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
        contributions = await self.contributions(connection, [(after[0], row[0]) for row in ids])
        return sorted(contributions.values(), key=lambda contribution: contribution.bet.key)

    async def weeks(self, connection: AsyncConnection, brand: str) -> list[str]:
        """Return the weeks of a brand in which any bet was placed."""
        of_brand = f"brand_id={quote(brand, self.dialect)}"
        rows = await fetch(
            connection,
            f"SELECT DISTINCT iso_week FROM contribution WHERE {of_brand} "  # noqa: S608 - quoted above
            f"UNION SELECT DISTINCT iso_week FROM kept_revision WHERE {of_brand}",
        )
        return sorted(row[0] for row in rows)

    async def add(self, connection: AsyncConnection, contributions: Collection[Contribution]) -> None:
        """Store new bets.

        A plain INSERT fails if another writer was faster; the transaction then starts again and sees that
        writer's row. An upsert would silently overwrite what may be another customer's bet.

        Raises:
            sqlalchemy.exc.IntegrityError: One of the bets has been stored meanwhile.
        """
        await self.added.execute(connection, _rows_in_order(contributions))

    async def change(self, connection: AsyncConnection, contributions: Collection[Contribution]) -> None:
        """Replace contributions that this transaction has read and thereby locked."""
        await self.changed.execute(connection, _rows_in_order(contributions))

    async def keep(
        self, connection: AsyncConnection, bets: Collection[BetKey], kept: Iterable[KeptRevision]
    ) -> None:
        """Replace the revisions of bets that are kept beside the ones in force."""
        await self._delete(connection, "kept_revision", bets)
        rows = sorted([(*astuple(revision.bet), revision.iso_week) for revision in kept], key=_BET_KEY)
        await self.kept.execute(connection, rows)

    async def queue(
        self, connection: AsyncConnection, bets: Collection[BetKey], reviews: Iterable[PendingReview]
    ) -> None:
        """Replace the entries of bets in the review queue."""
        await self._delete(connection, "late_revision", bets)
        rows = sorted([_review_row(review) for review in reviews], key=_FIRST_TWO)
        await self.late.execute(connection, rows)

    async def decisions(self, connection: AsyncConnection, bets: Collection[BetKey]) -> Decisions:
        """Return people's decisions about late revisions of bets; bets without a decision are absent."""
        c, by_bet = LATE_DECISION.c, dict[BetKey, dict[int, bool]]()
        for brand, ids in few_at_once(bets):
            rows = await connection.execute(
                select(c.bet_id, c.revision, c.accepted).where(c.brand_id == brand, c.bet_id.in_(ids))
            )
            for bet, revision, accepted in rows:
                by_bet.setdefault((brand, bet), {})[revision] = accepted
        return by_bet

    async def add_to_totals(
        self, connection: AsyncConnection, changes: Mapping[WeekKey, TotalChange]
    ) -> None:
        """Add to the totals of weeks."""
        rows = [
            (*week, change.total_minor, change.counted_bets, change.as_of)
            for week, change in sorted(changes.items(), key=_FIRST)
        ]
        await self.totals_added.execute(connection, rows)

    async def refresh_times(self, connection: AsyncConnection, keys: Collection[WeekKey]) -> None:
        """Read `as_of` again where the newest contribution may have left; delete weeks that are empty now."""
        newest: list[tuple[Any, ...]] = []
        for week in sorted({key[2] for key in keys}):
            for brand, customers in few_at_once((key[0], key[1]) for key in keys if key[2] == week):
                latest = await self._newest(connection, brand, week, customers)
                newest += [(brand, customer, week, 0, 0, as_of) for customer, as_of in latest.items()]
                if empty := [customer for customer in customers if customer not in latest]:
                    await connection.execute(delete(PROGRESS).where(*_of_week(PROGRESS, brand, week, empty)))
        newest.sort(key=_WEEK_KEY)
        await self.times_replaced.execute(connection, newest)

    async def _newest(
        self, connection: AsyncConnection, brand: str, week: str, customers: Collection[str]
    ) -> dict[str, datetime]:
        """Return the event time of each customer's newest contribution or adjustment in a week."""
        c = CONTRIBUTION.c
        rows = await connection.execute(
            select(c.customer_id, func.max(c.occurred_at))
            .where(*_of_week(CONTRIBUTION, brand, week, customers))
            .group_by(c.customer_id)
        )
        newest: dict[str, datetime] = {row[0]: row[1] for row in rows}
        adjusted = await adjustment_sums(connection, brand, customers, week)
        for (customer, _), adjustment_sum in adjusted.items():
            newest[customer] = max(newest.get(customer, adjustment_sum.as_of), adjustment_sum.as_of)
        return newest

    async def _contributions(
        self, connection: AsyncConnection, rows: Sequence[_ContributionRow]
    ) -> list[Contribution]:
        with_kept = [row.bet.key for row in rows if row.kept]
        kept = await self._kept(connection, with_kept) if with_kept else {}
        return [
            Contribution(
                row.bet,
                row.iso_week,
                Verdict(row.counted_minor, row.reason),
                tuple(kept[row.bet.key]) if row.kept else (),
            )
            for row in rows
        ]

    async def _kept(
        self, connection: AsyncConnection, bets: Collection[BetKey]
    ) -> dict[BetKey, list[KeptRevision]]:
        revisions: dict[BetKey, list[KeptRevision]] = {}
        for brand, ids in few_at_once(bets):
            among = self._among(brand, "bet_id", ids)
            rows = await self.stored_kept.many(connection, f"FROM kept_revision WHERE {among}{self._locked}")
            for row in sorted(rows, key=lambda row: row.bet.revision):
                revisions.setdefault(row.bet.key, []).append(KeptRevision(row.bet, row.iso_week))
        return revisions

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
        return " FOR UPDATE" if self.held and self.dialect != "sqlite" else ""


def _rows_in_order(contributions: Collection[Contribution]) -> list[tuple[Any, ...]]:
    rows = [
        (
            *astuple(contribution.bet),
            contribution.iso_week,
            contribution.verdict.counted_minor,
            contribution.verdict.reason._value_,  # `value` is a call
            len(contribution.kept),
        )
        for contribution in contributions
    ]
    rows.sort(key=_BET_KEY)
    return rows


def _review_row(review: PendingReview) -> tuple[Any, ...]:
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


def _other_columns(table: Any) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if not column.primary_key)


def _of_week(
    table: Any, brand: str, week: str, customers: Collection[str]
) -> tuple[ColumnElement[bool], ...]:
    c = table.c
    return (c.brand_id == brand, c.iso_week == week, c.customer_id.in_(customers))
