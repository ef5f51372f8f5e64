"""Closes days: each once, in order, and only when nothing of the day can still be written.

Every batch of the ledger shares a lock on the frontier. Whoever closes a day raises the frontier to its end,
and so waits for the batches that began before; later ones get later timestamps, whatever the clock says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.signatures.keys import SignatureKey
from foundation.storage.bulk_sql import fetch
from foundation.storage.cells.ownership import read_cell
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.wallet.closing import chain
from subgraphs.wallet.closing.chain import CloseHead
from subgraphs.wallet.closing.close import (
    Close,
    CloseDifference,
    Position,
    StoredClose,
    content_of,
    hash_of,
)
from subgraphs.wallet.closing.days import ONE_DAY, Span, day_of, instant_of, span_of
from subgraphs.wallet.closing.holds import PayoutHold, hold
from subgraphs.wallet.closing.reading import DayReader, DayTables
from subgraphs.wallet.closing.tables import CloseTables
from subgraphs.wallet.funds.codes import currency_of
from subgraphs.wallet.ledger.proof import Difference, prove, unhurried
from subgraphs.wallet.ledger.store import database_microseconds

log = structlog.get_logger(__name__)
FRONTIER: Final = 1
"""The id of the frontier's only row."""

SECONDS_TO_WAIT: Final = 2
"""How long batches that began before are waited for: those that begin meanwhile wait, too."""

ROWS_MOVED: Final = "rows were moved to or from this database"
_CHANGED: Final = (
    "close {}, the last one, was changed or deleted, so that no day can follow it: "
    "`furlong wallet verify` tells what was, docs/runbooks/failed-close.md what to do"
)
NOT_THE_DAY_BEFORE: Final = "the opening is not what the day before closed with"


class NotClosable(Exception):
    """A day that cannot be closed now; the text says why."""


class ClosesChanged(NotClosable):
    """The last close is not as it was made, so that no other one can continue it."""


@dataclass(frozen=True, slots=True)
class Closer:
    """Closes the days of one wallet's database; several processes may do so at the same time.

    Attributes:
        key: Signs closes; None if they are not signed.
        clock: The expression for the time of a dialect, in microseconds.
    """

    database: Database
    days: DayTables
    closes: CloseTables
    key: SignatureKey | None = None
    clock: Callable[[str], str] = database_microseconds

    @property
    def reader(self) -> DayReader:
        """Return what reads the days' transfers."""
        return DayReader(self.database, self.days)

    async def due(self) -> list[date]:
        """Return the days that are over and not closed yet, the earliest first.

        Raises:
            ClosesChanged: The last close was changed, so that it does not tell which day follows.
        """
        await self._begin_frontier()
        async with self.database.read() as connection:
            last = await chain.last(connection, self.closes)
            today = day_of(await self._now(connection))
        if last is not None:
            _require_intact(last)
            first = last.day + ONE_DAY
        elif (timestamp := await self.reader.first_timestamp()) is not None:
            first = day_of(timestamp)
        else:
            return []
        return [first + timedelta(days=number) for number in range((today - first).days)]

    async def close(self, day: date, begins: str = "") -> StoredClose:
        """Close a day, or return its close if it is closed already.

        Args:
            day: The day after the last one that is closed; of the first, the day of the first transfer.
            begins: Why its openings are not compared with the close before; "" if they are, unless a
                reason was noted, or rows were moved to or from this database.

        Raises:
            NotClosable: The day is not over, or another one comes first.
            ClosesChanged: The last close was changed, or is gone.
            sqlalchemy.exc.SQLAlchemyError: The database is not there, or a batch of that day takes too long;
                nothing was stored.
        """
        due = await self.due()
        async with self.database.read() as connection:
            if (stored := await chain.of_day(connection, self.closes, day)) is not None:
                return stored
            last = await chain.last(connection, self.closes)
            cell = await read_cell(connection)
        if day not in due:
            raise NotClosable(f"{day} is not over, or before the first day of the ledger")
        if day != due[0]:
            raise NotClosable(f"{due[0]} has to be closed before {day}")
        span = span_of(day)
        await self._raise_frontier(span)
        async with self.database.write() as connection:
            head = await chain.locked_head(connection, self.closes)
            if await chain.last(connection, self.closes) != last:
                return await self._other(connection, day)
        _require_last(last, head.close)
        epoch = 0 if cell is None else cell.epoch
        is_moved = last is not None and last.close.epoch != epoch
        why = begins or head.begins or (ROWS_MOVED if is_moved else "")
        positions = await self.reader.positions(span)
        digest = await self.reader.digest(span)
        before = () if last is None else last.close.positions
        differences = [
            *await self._named(await prove(self.database)),
            *positions.strays,
            *(() if why else _since(before, positions.all)),
        ]
        async with self.database.write() as connection:
            now = await chain.locked_head(connection, self.closes)
            if now.close != head.close:
                return await self._other(connection, day)
            if now.marks != head.marks:
                raise NotClosable(f"rows of days that are over were changed while {day} was read: try again")
            close = Close(
                sequence=now.close.sequence + 1,
                day=day,
                closed_at=instant_of(await self._now(connection)),
                previous_hash=now.close.hash,
                begins=why,
                epoch=epoch,
                key="" if self.key is None else self.key.key_id,
                transfers=digest.rows,
                digest=digest.sha256,
                positions=positions.all,
                differences=tuple(differences),
            )
            stored = self._sealed(close)
            await chain.append(connection, self.closes, stored)
            await hold(connection, self.closes, await self._holds(close))
        _tell(close, stored)
        return stored

    def _sealed(self, close: Close) -> StoredClose:
        content = content_of(close)
        signature = "" if self.key is None else self.key.sign(content.encode()).hex()
        return StoredClose(
            close.sequence,
            close.day,
            len(close.differences),
            content,
            hash_of(content),
            close.previous_hash,
            signature,
        )

    async def _other(self, connection: AsyncConnection, day: date) -> StoredClose:
        """Return the close that another process has made of the day meanwhile."""
        log.info("day_closed_meanwhile", day=str(day))
        if (stored := await chain.of_day(connection, self.closes, day)) is None:
            raise NotClosable(f"the chain of closes has changed while {day} was read")
        return stored

    async def _named(self, found: Sequence[Difference]) -> list[CloseDifference]:
        """Return what the proof has found, by currency."""
        currencies = await self.reader.currencies({one.account_id for one in found if one.account_id})
        return [
            CloseDifference(
                currency_of(one.ledger) if one.ledger else currencies.get(one.account_id, ""),
                one.account_id,
                one.what,
                one.about,
                one.recorded,
                one.computed,
            )
            for one in found
        ]

    async def _holds(self, close: Close) -> list[PayoutHold]:
        """Return which currencies pay out nothing from now on: all, if it is not known which one differs."""
        currencies = close.currencies
        if "" in currencies:
            currencies = (currencies - {""}) | set(await self.reader.all_currencies())
        return [
            PayoutHold(
                currency,
                close.day,
                sum(difference.currency in {currency, ""} for difference in close.differences),
                close.closed_at,
                None,
                None,
                None,
            )
            for currency in sorted(currencies)
        ]

    async def _begin_frontier(self) -> None:
        """Make the frontier's row, which batches share a lock on from then on."""
        frontier = self.days.ledger.frontier
        async with self.database.read() as connection:
            if await connection.scalar(select(frontier.c.id)) is not None:
                return
        async with self.database.write() as connection:
            row = [{"id": FRONTIER, "closed_until": 0}]
            await connection.execute(upsert(self.database.dialect, frontier, row))

    async def _raise_frontier(self, span: Span) -> None:
        """Let nothing new have a timestamp of the day, once all that may still get one is written."""
        await self._begin_frontier()
        frontier, account = self.days.ledger.frontier, self.days.ledger.account
        is_lite = self.database.dialect == "sqlite"
        async with self.database.write() as connection:
            if is_lite:
                pass  # a write transaction is alone
            elif not await connection.scalar(select(frontier.c.closed_until)):
                # The first time, batches may be running that have not seen the row: they hold accounts.
                # Their locks are waited for, and given back with the transaction.
                await fetch(
                    connection,
                    f"{unhurried(self.database)}SELECT COUNT(*) FROM {account.name} LOCK IN SHARE MODE",
                )
            else:
                await fetch(connection, f"{self._briefly}SELECT id FROM {frontier.name} FOR UPDATE")
            raised = update(frontier).where(frontier.c.closed_until < span.end - 1)
            await connection.execute(raised.values(closed_until=span.end - 1))

    @property
    def _briefly(self) -> str:
        """Return what a statement begins with that waits only a moment for a lock."""
        is_mariadb = getattr(self.database.sql, "is_mariadb", False)
        return f"SET STATEMENT innodb_lock_wait_timeout={SECONDS_TO_WAIT} FOR " if is_mariadb else ""

    async def _now(self, connection: AsyncConnection) -> int:
        rows = await fetch(connection, f"SELECT {self.clock(self.database.dialect)}")
        return int(rows[0][0])


def _require_intact(last: StoredClose) -> None:
    """Check that the last close is as it was made.

    Raises:
        ClosesChanged: Its text has another hash, or its day is another one.
    """
    if hash_of(last.content) != last.hash or last.close.day != last.day:
        raise ClosesChanged(_CHANGED.format(last.sequence))


def _require_last(last: StoredClose | None, head: CloseHead) -> None:
    """Check that the last close is the one that was made last.

    Raises:
        ClosesChanged: It is another one.
    """
    if head != (chain.NO_CLOSE if last is None else CloseHead(last.sequence, last.hash)):
        raise ClosesChanged(_CHANGED.format(head.sequence))


def _since(before: Sequence[Position], now: Sequence[Position]) -> list[CloseDifference]:
    """Return the positions whose opening is not the closing of the day before."""
    closed = {position.key: position.closing for position in before}
    opened = {position.key: position.opening for position in now}
    return [
        CloseDifference(
            currency,
            "",
            NOT_THE_DAY_BEFORE,
            f"{account} of {brand}" if brand else account,
            closed.get((currency, brand, account), 0),
            opened.get((currency, brand, account), 0),
        )
        for currency, brand, account in sorted(closed.keys() | opened.keys())
        if closed.get((currency, brand, account), 0) != opened.get((currency, brand, account), 0)
    ]


def _tell(close: Close, stored: StoredClose) -> None:
    if not close.differences:
        log.info("day_closed", day=str(close.day), hash=stored.hash, transfers=close.transfers)
        return
    log.error(
        "day_differs",
        day=str(close.day),
        hash=stored.hash,
        differences=len(close.differences),
        payouts_stopped=sorted(close.currencies),
        first=close.differences[0].words,
    )
