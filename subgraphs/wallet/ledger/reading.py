"""What a ledger tells: accounts and transfers by id, transfers and balances of an account in time."""

from collections.abc import Iterable
from enum import IntFlag
from typing import Final, TypeVar

from msgspec import Struct

from foundation.storage.bulk_sql import JsonRows, in_portions, json_array, quote, with_keys
from foundation.storage.database import Database
from subgraphs.wallet.ledger.accounts import Account, AccountBalance
from subgraphs.wallet.ledger.limits import USER_DATA_64_MAX, check_id
from subgraphs.wallet.ledger.transfers import Transfer

_R = TypeVar("_R", Account, Transfer)
_S = TypeVar("_S", bound=Struct)
MAX_READ: Final = 1_000
"""The most transfers or balances that are read at once."""


class AccountFilterFlags(IntFlag):
    """Which transfers of an account are asked for, and in which order: reversed has the newest first."""

    DEBITS = 1 << 0
    CREDITS = 1 << 1
    REVERSED = 1 << 2


NEWEST_OF_BOTH_SIDES: Final = int(
    AccountFilterFlags.DEBITS | AccountFilterFlags.CREDITS | AccountFilterFlags.REVERSED
)


class AccountFilter(Struct, frozen=True):
    """What is asked for of an account's past (TigerBeetle's `AccountFilter`).

    Attributes:
        account_id: The account.
        timestamp_min: The least timestamp, inclusive; 0 means any. The next page begins after the last one.
        timestamp_max: The greatest timestamp, inclusive; 0 means any.
        limit: How many are returned; at most 1,000.
        flags: See `AccountFilterFlags`.
    """

    account_id: str
    timestamp_min: int = 0
    timestamp_max: int = 0
    limit: int = MAX_READ
    flags: int = NEWEST_OF_BOTH_SIDES

    @property
    def order(self) -> str:
        """Return the direction of SQL."""
        return "DESC" if self.flags & AccountFilterFlags.REVERSED else "ASC"

    @property
    def between(self) -> str:
        """Return the range of timestamps in SQL."""
        return f"BETWEEN {int(self.timestamp_min)} AND {int(self.timestamp_max) or USER_DATA_64_MAX}"

    @property
    def most(self) -> int:
        """Return how many rows to read.

        Raises:
            ValueError: None, or too many.
        """
        if not 1 <= self.limit <= MAX_READ:
            raise ValueError(f"limit must be between 1 and {MAX_READ:,}")
        return self.limit


class LedgerReader:
    """Reads a ledger, each time what is committed."""

    def __init__(self, database: Database) -> None:
        self._database, self._dialect = database, database.dialect
        self._accounts: JsonRows[Account] = _rows(database, "ledger_account", Account)
        self._transfers: JsonRows[Transfer] = _rows(database, "transfer", Transfer)
        self._balances: JsonRows[AccountBalance] = _rows(database, "account_balance", AccountBalance)

    async def lookup_accounts(self, ids: Iterable[str]) -> list[Account]:
        """Return those of some accounts that exist, by id."""
        return await self._lookup(self._accounts, "ledger_account", ids, "")

    async def lookup_transfers(self, ids: Iterable[str]) -> list[Transfer]:
        """Return those of some transfers that exist, by id; failed ids are none."""
        return await self._lookup(self._transfers, "transfer", ids, " AND failure=''")

    async def get_account_transfers(self, wanted: AccountFilter) -> list[Transfer]:
        """Return transfers of an account in time."""
        check_id("account_id", wanted.account_id)
        sides = [
            f"SELECT * FROM (SELECT * FROM transfer WHERE {column}={quote(wanted.account_id, self._dialect)} "
            f"AND timestamp {wanted.between} ORDER BY timestamp {wanted.order} LIMIT {wanted.most}) {name}"
            for column, name, flag in (
                ("debit_account_id", "debits", AccountFilterFlags.DEBITS),
                ("credit_account_id", "credits", AccountFilterFlags.CREDITS),
            )
            if wanted.flags & flag
        ]
        if not sides or not wanted.account_id:
            return []
        both = " UNION ALL ".join(sides)
        source = f"FROM ({both}) transfer ORDER BY timestamp {wanted.order} LIMIT {wanted.most}"
        async with self._database.read() as connection:
            return await self._transfers.many(connection, source)

    async def get_account_balances(self, wanted: AccountFilter) -> list[AccountBalance]:
        """Return the balances of an account after each of its transfers; none without the flag `history`."""
        check_id("account_id", wanted.account_id)
        source = (
            f"FROM account_balance WHERE account_id={quote(wanted.account_id, self._dialect)} "
            f"AND timestamp {wanted.between} ORDER BY timestamp {wanted.order} LIMIT {wanted.most}"
        )
        async with self._database.read() as connection:
            return await self._balances.many(connection, source)

    async def _lookup(self, rows: JsonRows[_R], table: str, ids: Iterable[str], where: str) -> list[_R]:
        found: list[_R] = []
        async with self._database.read() as connection:
            for portion in in_portions(sorted(set(ids))):
                source = with_keys(self._dialect, table, f"{table}.id", portion)
                found += await rows.few(connection, f"FROM {source}{where}")
        return sorted(found, key=lambda row: row.id)


def _rows(database: Database, table: str, type_: type[_S]) -> JsonRows[_S]:
    """Return the reader of a table's rows, whose columns are the fields of a type."""
    fields: tuple[str, ...] = type_.__struct_fields__
    return JsonRows.of(
        database.dialect, type_, json_array(database.dialect, [f"{table}.{name}" for name in fields])
    )
