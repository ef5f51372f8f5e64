"""SQL of the ledger: contributions and totals, written in the consumer's transactions.

Statements over the bets of a batch are built as text, one for each table, however large the batch is.
Rows are written in the order of their keys, so that two writers lock them in the same order.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from msgspec.structs import astuple
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.bulk_sql import (
    MultiRow,
    few_at_once,
)
from subgraphs.progress.adjustment_repository import adjustment_sums
from subgraphs.progress.counting.contribution import (
    BetKey,
    Contribution,
    Decisions,
    KeptRevision,
    PendingReview,
    WeekKey,
)
from subgraphs.progress.ledger.changes import TotalChange
from subgraphs.progress.ledger.stored_bets import BET_COLUMNS, StoredBets, among_ids
from subgraphs.progress.models import (
    CONTRIBUTION,
    KEPT_REVISION,
    LATE_DECISION,
    LATE_REVISION,
    PROGRESS,
)

_CONTRIBUTION: Final = (*BET_COLUMNS, "iso_week", "counted_minor", "reason", "kept")
_KEPT_REVISION: Final = (*BET_COLUMNS, "iso_week")
_BET_KEY = itemgetter(
    BET_COLUMNS.index("brand_id"), BET_COLUMNS.index("bet_id"), BET_COLUMNS.index("revision")
)
_LEGS: Final = BET_COLUMNS.index("legs")
_LEGS_OF: Final = itemgetter(_LEGS)
MAX_LEGS_TEXT: Final = 1_000_000
"""Of so many characters are all legs in a statement at most: it may have 16 MB, and some are written in eight
bytes."""

_FIRST, _FIRST_TWO, _WEEK_KEY = itemgetter(0), itemgetter(0, 1), itemgetter(0, 1, 2)


@dataclass(frozen=True, slots=True)
class LedgerRepository:
    """Reads and writes of the reducer."""

    dialect: str
    bets: StoredBets
    added: MultiRow
    changed: MultiRow
    kept: MultiRow
    late: MultiRow
    totals_added: MultiRow
    times_replaced: MultiRow

    @classmethod
    def of(cls, dialect: str, *, held: bool = True) -> "LedgerRepository":
        """Return the repository for `mysql`, `mariadb` or `sqlite`."""
        return cls(
            dialect=dialect,
            bets=StoredBets.of(dialect, held=held),
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
        )

    async def add(self, connection: AsyncConnection, contributions: Collection[Contribution]) -> None:
        """Store new bets.

        A plain INSERT fails if another writer was faster; the transaction then starts again and sees that
        writer's row. An upsert would silently overwrite what may be another customer's bet.

        Raises:
            sqlalchemy.exc.IntegrityError: One of the bets has been stored meanwhile.
        """
        for rows in _in_portions(_rows_in_order(contributions)):
            await self.added.execute(connection, rows)

    async def change(self, connection: AsyncConnection, contributions: Collection[Contribution]) -> None:
        """Replace contributions that this transaction has read and thereby locked."""
        for rows in _in_portions(_rows_in_order(contributions)):
            await self.changed.execute(connection, rows)

    async def keep(
        self, connection: AsyncConnection, bets: Collection[BetKey], kept: Iterable[KeptRevision]
    ) -> None:
        """Replace the revisions of bets that are kept beside the ones in force."""
        await self._delete(connection, "kept_revision", bets)
        rows = sorted([(*astuple(revision.bet), revision.iso_week) for revision in kept], key=_BET_KEY)
        for portion in _in_portions(rows):
            await self.kept.execute(connection, portion)

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

    async def _delete(self, connection: AsyncConnection, table: str, bets: Collection[BetKey]) -> None:
        for brand, ids in few_at_once(bets):
            await connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE {among_ids(self.dialect, brand, 'bet_id', ids)}",  # noqa: S608 - quoted
                execution_options={"no_parameters": True},
            )


def _in_portions(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield rows of bets, as many at a time as a database takes in one statement, however long their legs."""
    start, length = 0, 0
    if not any(map(_LEGS_OF, rows)):
        yield rows
        return
    for at, row in enumerate(rows, 1):
        length += len(row[_LEGS] or "")
        if length > MAX_LEGS_TEXT:
            yield rows[start:at]
            start, length = at, 0
    yield rows[start:]


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
