"""The ledger in a database: each batch is one transaction, of some five statements whatever its size.

Accounts are locked in the order of their ids, and so are those of the pending transfers that a batch ends.
What is read after that cannot change before the commit, but for new transfers with an id of the batch between
other accounts: the second of them violates the primary key, its batch is tried again, and finds the first.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final, TypeAlias, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database
from foundation.storage.errors import is_conflict
from subgraphs.wallet.ledger.account_rules import KnownAccounts, create_account
from subgraphs.wallet.ledger.accounts import Account, CreateAccountResult, CreateAccountStatus
from subgraphs.wallet.ledger.chains import ChainStatuses, execute
from subgraphs.wallet.ledger.errors import LedgerBusy, OutcomeUnknown
from subgraphs.wallet.ledger.pending_rules import release
from subgraphs.wallet.ledger.rows import LedgerRows, StoredTransfer
from subgraphs.wallet.ledger.state import AccountState, LedgerState, PendingState
from subgraphs.wallet.ledger.tables import EXPIRED, PENDING, LedgerTables
from subgraphs.wallet.ledger.transfer_rules import create_transfer
from subgraphs.wallet.ledger.transfers import (
    OF_BALANCES,
    CreateTransferResult,
    CreateTransferStatus,
    Transfer,
)

log = structlog.get_logger(__name__)
T = TypeVar("T")
Request: TypeAlias = Sequence[Transfer]
MAX_ATTEMPTS: Final = 8
"""How often a batch is tried that others get in the way of: deadlocks, and transfers with the same id."""

PAUSE_SECONDS: Final = 0.02

OF_TRANSFERS: Final = ChainStatuses(
    CreateTransferStatus.CREATED,
    CreateTransferStatus.LINKED_EVENT_FAILED,
    CreateTransferStatus.LINKED_EVENT_CHAIN_OPEN,
    CreateTransferStatus.TIMESTAMP_MUST_BE_ZERO,
)
_OF_ACCOUNTS: Final = ChainStatuses(
    CreateAccountStatus.CREATED,
    CreateAccountStatus.LINKED_EVENT_FAILED,
    CreateAccountStatus.LINKED_EVENT_CHAIN_OPEN,
    CreateAccountStatus.TIMESTAMP_MUST_BE_ZERO,
)


def database_microseconds(dialect: str) -> str:
    """Return the expression for the database's own clock, in microseconds since 1970.

    SQLite has no server: its clock is the machine's, of which it tells milliseconds.
    """
    if dialect == "sqlite":
        return "CAST(ROUND((julianday('now')-2440587.5)*86400000) AS INTEGER)*1000"
    return "CAST(UNIX_TIMESTAMP(UTC_TIMESTAMP(6))*1000000 AS UNSIGNED)"


def _nothing() -> None:
    """Do nothing."""


class _NotLocked(Exception):
    """A pending transfer appeared after the accounts were locked, and its own are not among them."""


class LedgerStore:
    """Applies batches to a ledger; several processes may do so at once.

    Attributes:
        database: Where the tables are.
        rows: Its SQL.
    """

    def __init__(
        self,
        database: Database,
        tables: LedgerTables,
        clock: Callable[[str], str] = database_microseconds,
    ) -> None:
        """Prepare statements; nothing connects yet.

        Args:
            database: Where the tables are.
            tables: Of the ledger.
            clock: The expression for the time of a dialect: by it alone a pending transfer expires.
        """
        self.database, self.rows = database, LedgerRows(database.dialect, tables)
        self._clock = clock

    @property
    def _time(self) -> str:
        return self._clock(self.database.dialect)

    async def create_accounts(self, asked: Sequence[Account]) -> list[CreateAccountResult]:
        """Create accounts, and return what became of each; raises as `create_transfers`."""
        return await self._settle(partial(self._create_accounts, asked))

    async def create_transfers(
        self, requests: Sequence[Request], committing: Callable[[], None] = _nothing
    ) -> list[list[CreateTransferResult]]:
        """Create the transfers of some requests in one transaction; return what became of each.

        Args:
            requests: Chains are within a request.
            committing: Called when only the commit is left.

        Raises:
            OutcomeUnknown: The connection was lost during the commit.
            LedgerBusy: Others were in the way too often; nothing was written.
            sqlalchemy.exc.SQLAlchemyError: The database is not there, or refuses; nothing was written.
        """
        return await self._settle(partial(self._create_transfers, requests), committing)

    async def expire_pending(self, limit: int) -> list[str]:
        """End pending transfers whose time has passed, the earliest first, and return their ids.

        Args:
            limit: The most of them. Fewer have ended if others ended some at the same moment.

        Raises:
            OutcomeUnknown: The connection was lost during the commit; the next call finds what is left.
            LedgerBusy: Others were in the way too often; nothing was written.
        """
        async with self.database.read() as connection:
            ids = await self.rows.expired(connection, self._time, limit)
        return await self._settle(partial(self._expire, ids)) if ids else []

    async def _settle(
        self, work: Callable[[AsyncConnection], Awaitable[T]], committing: Callable[[], None] = _nothing
    ) -> T:
        """Do work in a write transaction, again if another transaction was in the way."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            is_committing = False
            try:
                async with self.database.write_again() as connection:
                    result = await work(connection)
                    is_committing = True
                    committing()
            except _NotLocked:
                continue
            except (SQLAlchemyError, OSError) as fault:
                if isinstance(fault, DBAPIError) and _may_try_again(fault, is_committing):
                    log.debug("ledger_conflict", attempt=attempt)
                elif is_committing:
                    raise OutcomeUnknown("the commit was not answered: ask by id") from fault
                else:
                    raise
            else:
                return result
            await asyncio.sleep(random.uniform(0, PAUSE_SECONDS) * attempt)  # noqa: S311 - spreads attempts
        raise LedgerBusy(f"others were in the way {MAX_ATTEMPTS} times; nothing was written")

    async def _create_accounts(
        self, asked: Sequence[Account], connection: AsyncConnection
    ) -> list[CreateAccountResult]:
        now, states, _ = await self.rows.lock(connection, {account.id for account in asked}, (), self._time)
        known = KnownAccounts({id_: public(state) for id_, state in states.items()})
        results = execute(asked, now, partial(create_account, known), known, _OF_ACCOUNTS)
        await self.rows.add_accounts(connection, known.created)
        return [CreateAccountResult(timestamp, status) for timestamp, status in results]

    async def _create_transfers(
        self, requests: Sequence[Request], connection: AsyncConnection
    ) -> list[list[CreateTransferResult]]:
        ids, pending_ids, accounts = _named(requests)
        if pending_ids:
            accounts |= _sides(await self.rows.stored(connection, pending_ids))
        now, locked, stored = await self.rows.lock(connection, accounts, ids | pending_ids, self._time)
        if not _sides(row for row in stored if row.transfer.id in pending_ids) <= accounts:
            raise _NotLocked
        state = _state(locked, stored)
        first = first_timestamp(now, locked.values())
        at, answers = first, []
        for request in requests:
            results = execute(request, at, partial(create_transfer, state), state, OF_TRANSFERS)
            answers.append([CreateTransferResult(timestamp, status) for timestamp, status in results])
            at += len(request)
        if any(result.status in OF_BALANCES for results in answers for result in results):
            await self.rows.write(connection, state, at - 1)
        return answers

    async def _expire(self, ids: Sequence[str], connection: AsyncConnection) -> list[str]:
        accounts = _sides(await self.rows.stored(connection, ids))
        now, locked, stored = await self.rows.lock(connection, accounts, ids, self._time)
        state = _state(locked, stored)
        at = first_timestamp(now, locked.values())
        ended: list[str] = []
        for id_ in ids:
            stands = state.pending[id_]
            if stands.status == PENDING and stands.expires_at is not None and stands.expires_at <= at:
                pending = state.transfers[id_]
                debit, credit = locked[pending.debit_account_id], locked[pending.credit_account_id]
                release(pending, debit, credit)
                state.end_pending(id_, EXPIRED, at, "")
                ended.append(id_)
                at += 1
        if ended:
            await self.rows.write(connection, state, at - 1)
        return ended


def _may_try_again(fault: DBAPIError, is_committing: bool) -> bool:  # noqa: FBT001 - a condition
    """Return whether nothing was written, and another attempt may succeed.

    A connection that was kept open may have been closed by the server meanwhile.
    """
    return is_conflict(fault) or (fault.connection_invalidated and not is_committing)


def first_timestamp(now: int, accounts: Iterable[AccountState]) -> int:
    """Return the timestamp of a batch's first event: later than all that these accounts have had."""
    return max([now, *(account.last_timestamp + 1 for account in accounts)])


def public(state: AccountState) -> Account:
    """Return an account as callers see it."""
    return Account(
        state.id,
        state.ledger,
        state.code,
        state.flags,
        state.debits_pending,
        state.debits_posted,
        state.credits_pending,
        state.credits_posted,
        state.user_data_128,
        state.user_data_64,
        state.user_data_32,
        state.timestamp,
    )


def _named(requests: Sequence[Request]) -> tuple[set[str], set[str], set[str]]:
    """Return the ids of transfers, of pending transfers and of accounts that requests name."""
    ids: set[str] = set()
    pending_ids: set[str] = set()
    accounts: set[str] = set()
    for request in requests:
        for transfer in request:
            ids.add(transfer.id)
            pending_ids.add(transfer.pending_id)
            accounts.update((transfer.debit_account_id, transfer.credit_account_id))
    for names in (ids, pending_ids, accounts):
        names.discard("")
    return ids, pending_ids, accounts


def _sides(stored: Iterable[StoredTransfer]) -> set[str]:
    """Return the accounts of pending transfers."""
    return {
        account_id
        for row in stored
        if row.status is not None
        for account_id in (row.transfer.debit_account_id, row.transfer.credit_account_id)
    }


def _state(locked: dict[str, AccountState], stored: Sequence[StoredTransfer]) -> LedgerState:
    """Return what a batch decides by."""
    pending = {
        row.transfer.id: PendingState(
            row.transfer.id, row.expires_at, row.status, row.ended_at, row.ended_by or ""
        )
        for row in stored
        if row.status is not None
    }
    transfers = {row.transfer.id: row.transfer for row in stored if not row.failure}
    return LedgerState(locked, transfers, {row.transfer.id for row in stored if row.failure}, pending)
