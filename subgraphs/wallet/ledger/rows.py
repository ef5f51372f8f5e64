"""The ledger's SQL: what is read under locks, and what is written, each by one statement."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import (
    JsonRows,
    MultiRow,
    fetch,
    in_portions,
    json_array,
    with_keys,
    write_together,
)
from subgraphs.wallet.ledger.accounts import Account
from subgraphs.wallet.ledger.state import AccountState, LedgerState, PendingState
from subgraphs.wallet.ledger.tables import LedgerTables
from subgraphs.wallet.ledger.transfers import Transfer

STATE_COLUMNS: Final = AccountState.__struct_fields__
TRANSFER_COLUMNS: Final = Transfer.__struct_fields__
_WITH_STANDING: Final = "transfer LEFT JOIN pending_transfer ON pending_transfer.id=transfer.id"
PENDING_COLUMNS: Final = PendingState.__struct_fields__
_OF_FRONTIER: Final = 2


class StoredTransfer(Struct, array_like=True):
    """A row of `transfer`, and how it stands if it is pending."""

    transfer: Transfer
    failure: str
    expires_at: int | None
    status: str | None
    ended_at: int | None
    ended_by: str | None


class LedgerRows:
    """Reads and writes rows of a ledger in one dialect."""

    def __init__(self, dialect: str, tables: LedgerTables) -> None:
        self.dialect = dialect
        is_lite = dialect == "sqlite"
        self._exclusive, self._shared = ("", "") if is_lite else (" FOR UPDATE", " LOCK IN SHARE MODE")
        self._union, self._around = (" UNION ALL ", ("", "")) if is_lite else (") UNION ALL (", ("(", ")"))
        self.accounts: JsonRows[AccountState] = JsonRows.of(
            dialect, AccountState, json_array(dialect, [f"ledger_account.{name}" for name in STATE_COLUMNS])
        )
        transfer = json_array(dialect, [f"transfer.{name}" for name in TRANSFER_COLUMNS])
        pending = [f"pending_transfer.{name}" for name in PENDING_COLUMNS[1:]]
        self.transfers: JsonRows[StoredTransfer] = JsonRows.of(
            dialect, StoredTransfer, json_array(dialect, [transfer, "transfer.failure", *pending])
        )
        self._frontier = f"SELECT closed_until, 2, NULL FROM {tables.frontier.name}{self._shared}"
        self._insert_transfers = MultiRow.into(dialect, tables.transfer, plain=True)
        self._insert_balances = MultiRow.into(dialect, tables.account_balance, plain=True)
        self._insert_accounts = MultiRow.into(dialect, tables.account, order=STATE_COLUMNS, plain=True)
        self._update_accounts = MultiRow.into(
            dialect, tables.account, order=STATE_COLUMNS, update=(*STATE_COLUMNS[3:8], "last_timestamp")
        )
        self._write_pending = MultiRow.into(
            dialect, tables.pending_transfer, order=PENDING_COLUMNS, update=PENDING_COLUMNS[2:]
        )

    async def lock(
        self, connection: AsyncConnection, accounts: Iterable[str], transfers: Iterable[str], time: str
    ) -> tuple[int, dict[str, AccountState], list[StoredTransfer]]:
        """Lock accounts in the order of their ids, and then read transfers, by one statement.

        Both are read as they are now, and not as they were when the statement began.

        Args:
            connection: In a write transaction.
            accounts: Ids; there need not be an account.
            transfers: Ids; there need not be a transfer.
            time: The expression for the time in microseconds.

        Returns:
            The database's time, or the first after what is closed; the accounts; the transfers and failures.
        """
        parts = [
            f"SELECT {time}, 0, {self.accounts.together} FROM {source}{self._exclusive}"
            for source in self._sources("ledger_account", accounts)
        ] or [f"SELECT {time}, 0, NULL"]
        parts += [
            f"SELECT 0, 1, {self.transfers.together} FROM {source}{self._shared}"
            for source in self._sources("transfer", transfers)
        ]
        parts.append(self._frontier)  # the last lock: whoever has it waits for nobody who waits for it
        locked: dict[str, AccountState] = {}
        stored: list[StoredTransfer] = []
        rows = await fetch(connection, f"{self._around[0]}{self._union.join(parts)}{self._around[1]}")
        first = int(rows[0][0])
        for number, kind, value in rows:
            if kind == _OF_FRONTIER:
                first = max(first, int(number) + 1)
            elif value and kind == 0:
                locked |= {account.id: account for account in self.accounts.decode_all(value)}
            elif value:
                stored += self.transfers.decode_all(value)
        return first, locked, stored

    async def stored(self, connection: AsyncConnection, ids: Iterable[str]) -> list[StoredTransfer]:
        """Return the transfers and failures with ids."""
        found: list[StoredTransfer] = []
        for source in self._sources("transfer", ids):
            found += await self.transfers.few(connection, f"FROM {source}")
        return found

    def _sources(self, table: str, ids: Iterable[str]) -> list[str]:
        """Return `tables WHERE …` for rows by id, a few at a time in the order of the ids."""
        tables = _WITH_STANDING if table == "transfer" else table
        return [
            with_keys(self.dialect, tables, f"{table}.id", portion) for portion in in_portions(sorted(ids))
        ]

    async def write(self, connection: AsyncConnection, state: LedgerState, last: int) -> None:
        """Write what a batch has decided: transfers first, as another may have the same id.

        Args:
            connection: The one that holds the locks.
            state: What the batch has decided.
            last: The timestamp after which the next batch of the same accounts begins.
        """
        transfers = [(*astuple(transfer), "") for transfer in state.created]
        transfers += [
            (*astuple(Transfer(id=failure.id, timestamp=failure.timestamp)), failure.status.value)
            for failure in state.failures
        ]
        for account in state.accounts.values():
            account.last_timestamp = last
        await write_together(
            connection,
            (
                (self._insert_transfers, transfers),
                (self._write_pending, [astuple(state.pending[id_]) for id_ in sorted(state.changed_pending)]),
                (self._insert_balances, [(id_, *astuple(balance)) for id_, balance in state.balances]),
                (self._update_accounts, [astuple(state.accounts[id_]) for id_ in sorted(state.accounts)]),
            ),
        )

    async def add_accounts(self, connection: AsyncConnection, created: Sequence[Account]) -> None:
        """Insert new accounts."""
        rows = [(*astuple(account), account.timestamp) for account in created]
        await self._insert_accounts.execute(connection, rows)

    async def expired(self, connection: AsyncConnection, time: str, limit: int) -> list[str]:
        """Return ids of pending transfers whose time has passed, the earliest first."""
        rows = await fetch(
            connection,
            f"SELECT id FROM pending_transfer WHERE status='pending' AND expires_at<={time} "
            f"ORDER BY expires_at, id LIMIT {limit}",
        )
        return [row[0] for row in rows]
