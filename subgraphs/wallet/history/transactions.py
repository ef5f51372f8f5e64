"""What has happened to a customer's money, read from the ledger in pages, the newest first.

What a customer sees as one transaction may be several transfers. A stake is paid by credits and by cash, each
of them reserved by a pending transfer, which another one posts or voids. All of them are one line, at the
time of the transfer that decides; what a bet has returned, and what was given back, are lines of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from msgspec import Struct
from sqlalchemy import Row, Select, and_, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.wallet.customer_record import CREDITS, HeldAccount
from subgraphs.wallet.funds.codes import AccountCode, TransferCode
from subgraphs.wallet.funds.reservation_transfers import REFUND_OF, STAKE_OF
from subgraphs.wallet.funds.written_reservations import parts_of, returned
from subgraphs.wallet.ledger.tables import POSTED, LedgerTables

IN_PARTS: Final = frozenset({*STAKE_OF.values(), *REFUND_OF.values()})
"""Why money moves in several transfers at once: what credits pay is one each, and the rest may be nothing."""


REVIEWED: Final = "reviewed"
"""The status of a withdrawal that a person has to look at."""


class Place(NamedTuple):
    """Where a page ends.

    Attributes:
        timestamp: In microseconds of the database's clock.
        id: Of the transaction: two accounts of a customer may have transfers of one timestamp.
    """

    timestamp: int
    id: str


class StoredTransaction(Struct, frozen=True, gc=False):
    """A line of what has happened to a customer's money.

    Attributes:
        id: That of the transfer that decides.
        timestamp: When it was made, in microseconds of the database's clock.
        code: Why money moves.
        of: What the account is for that it was paid from, or to.
        minor: What the customer has got, in minor units; negative for what was taken.
        credits_minor: How much of that is credits of the club.
        status: `pending`, `posted`, `REVIEWED`, or how else a pending one has ended.
        reference: The id of the reservation, or what else the transfer names; "" if nothing.
    """

    id: str
    timestamp: int
    code: TransferCode
    of: AccountCode
    currency: str
    minor: int
    credits_minor: int
    status: str
    reference: str

    @property
    def place(self) -> Place:
        """Return where a page ends whose last transaction this is."""
        return Place(self.timestamp, self.id)


class Page(NamedTuple):
    """Some transactions in order, and whether there are older ones."""

    transactions: tuple[StoredTransaction, ...]
    has_next: bool


class Transactions:
    """Reads customers' transactions."""

    def __init__(self, tables: LedgerTables) -> None:
        self._transfer, self._pending = tables.transfer, tables.pending_transfer
        self._end = tables.transfer.alias("ended_by")

    async def page(
        self,
        connection: AsyncConnection,
        accounts: Sequence[HeldAccount],
        first: int,
        after: Place | None = None,
    ) -> Page:
        """Return up to `first` transactions of a customer after a place, by at most two statements.

        Args:
            connection: To read with.
            accounts: All that are the customer's.
            first: How many.
            after: The end of the page before; None for the newest.
        """
        if not accounts:
            return Page((), has_next=False)
        by_id = {account.id: account for account in accounts}
        rows = (await connection.execute(self._lines(accounts, first + 1, after))).all()
        shown = rows[:first]
        parts = await self._parts(connection, shown, by_id)
        lines = tuple(_line(row, parts.get(row.id, ()), by_id) for row in shown)
        return Page(lines, has_next=len(rows) > first)

    def _lines(self, accounts: Sequence[HeldAccount], limit: int, after: Place | None) -> Select[Any]:
        """Return the SELECT of the transfers that decide; each account's side is read along its index."""
        table = self._transfer
        cash = [[account.id] for account in accounts if account.code is AccountCode.CASH]
        others = [account.id for account in accounts if account.code is not AccountCode.CASH]
        sides = [
            select(
                select(table)
                .where(column.in_(ids), self._is_line(), *self._behind(after))
                .order_by(table.c.timestamp.desc(), table.c.id.desc())
                .limit(limit)
                .subquery()
            )
            for column in (table.c.debit_account_id, table.c.credit_account_id)
            for ids in (*cash, others)
            if ids
        ]
        line = union(*sides).subquery("line")
        return self._standing(line).order_by(line.c.timestamp.desc(), line.c.id.desc()).limit(limit)

    def _is_line(self) -> ColumnElement[bool]:
        """Match transfers that are neither the end of a pending one, nor a part, nor nothing at all."""
        c = self._transfer.c
        is_part = and_(
            c.user_data_128 != "",
            func.instr(c.id, c.user_data_128.concat("/")) == 1,
            c.id != c.user_data_128.concat(returned("")),
        )
        moves = or_(c.amount > 0, c.code.in_(sorted(IN_PARTS)))
        return and_(c.failure == "", c.pending_id == "", moves, ~is_part)

    def _behind(self, place: Place | None) -> list[ColumnElement[bool]]:
        if place is None:
            return []
        c = self._transfer.c
        same = and_(c.timestamp == place.timestamp, c.id < place.id)
        return [c.timestamp <= place.timestamp, or_(c.timestamp < place.timestamp, same)]

    def _standing(self, table: Any) -> Select[Any]:
        """Return the SELECT of transfers with how they stand, and how much was posted of pending ones."""
        pending, end = self._pending.c, self._end.c
        joined = table.outerjoin(self._pending, pending.id == table.c.id).outerjoin(
            self._end, end.id == pending.ended_by
        )
        return select(table, pending.status.label("status"), end.amount.label("ended")).select_from(joined)

    async def _parts(
        self, connection: AsyncConnection, rows: Iterable[Row[Any]], accounts: Mapping[str, HeldAccount]
    ) -> dict[str, list[Row[Any]]]:
        """Return what credits pay or get of lines, by the id of the line."""
        if not any(account.code is AccountCode.BONUS for account in accounts.values()):
            return {}
        line_of = {part: row.id for row in rows if row.code in IN_PARTS for part in _part_ids(row)}
        if not line_of:
            return {}
        c = self._transfer.c
        query = self._standing(self._transfer).where(c.id.in_(list(line_of)), c.failure == "")
        parts: dict[str, list[Row[Any]]] = {}
        for row in await connection.execute(query):
            parts.setdefault(line_of[row.id], []).append(row)
        return parts


def _part_ids(row: Row[Any]) -> list[str]:
    """Return the ids that further transfers of a line may have."""
    reservation = row.user_data_128
    if row.id == reservation:
        return parts_of(reservation)
    return [returned(part) for part in parts_of(reservation)] if row.id == returned(reservation) else []


def _line(row: Row[Any], parts: Iterable[Row[Any]], accounts: Mapping[str, HeldAccount]) -> StoredTransaction:
    minor = credits_minor = 0
    for each in (row, *parts):
        amount = int(each.ended if each.status == POSTED else each.amount)
        for account_id, signed in ((each.credit_account_id, amount), (each.debit_account_id, -amount)):
            if (account := accounts.get(account_id)) is not None:
                minor += signed
                credits_minor += signed if account.code in CREDITS else 0
    own = accounts.get(row.credit_account_id) or accounts[row.debit_account_id]
    return StoredTransaction(
        id=row.id,
        timestamp=int(row.timestamp),
        code=TransferCode(row.code),
        of=own.code,
        currency=own.currency,
        minor=minor,
        credits_minor=credits_minor,
        status=row.status or POSTED,
        reference=row.user_data_128,
    )
