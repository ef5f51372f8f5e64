"""A ledger as the rest of the wallet sees it."""

from collections.abc import Callable, Iterable, Sequence

from foundation.storage.database import Database
from subgraphs.wallet.ledger.accounts import Account, AccountBalance, CreateAccountResult, check_account
from subgraphs.wallet.ledger.applier import MAX_BATCH, CombiningApplier
from subgraphs.wallet.ledger.reading import AccountFilter, LedgerReader
from subgraphs.wallet.ledger.store import LedgerStore, database_microseconds
from subgraphs.wallet.ledger.tables import LedgerTables
from subgraphs.wallet.ledger.transfers import CreateTransferResult, Transfer


class Ledger:
    """Double entry in one database: any number of processes may have one of their own on it.

    What it raises is what `CombiningApplier` and `LedgerStore` say.
    """

    def __init__(
        self,
        database: Database,
        tables: LedgerTables,
        clock: Callable[[str], str] = database_microseconds,
    ) -> None:
        """Prepare everything; nothing connects yet.

        Args:
            database: Where the tables are.
            tables: The ledger's.
            clock: The expression for the time of a dialect, in microseconds.
        """
        self._store = LedgerStore(database, tables, clock)
        self._applier = CombiningApplier(self._store.create_transfers)
        self._reader = LedgerReader(database)

    async def create_accounts(self, accounts: Sequence[Account]) -> list[CreateAccountResult]:
        """Create accounts, and return what became of each.

        Raises:
            ValueError: Something in them cannot be stored, or they are too many.
        """
        if len(accounts) > MAX_BATCH:
            raise ValueError(f"a request has at most {MAX_BATCH:,} accounts")
        for account in accounts:
            check_account(account)
        return await self._store.create_accounts(accounts)

    async def create_transfers(self, transfers: Sequence[Transfer]) -> list[CreateTransferResult]:
        """Create transfers in one transaction, and return what became of each when that is durable."""
        return await self._applier.create_transfers(transfers)

    async def create_transfer(self, transfer: Transfer) -> CreateTransferResult:
        """Create a transfer, and return what became of it when that is durable."""
        return (await self._applier.create_transfers((transfer,)))[0]

    async def expire_pending(self, limit: int = MAX_BATCH) -> list[str]:
        """End pending transfers whose time has passed; return the ids of those that this call has ended."""
        return await self._store.expire_pending(limit)

    async def lookup_accounts(self, ids: Iterable[str]) -> list[Account]:
        """Return those of some accounts that exist, by id."""
        return await self._reader.lookup_accounts(ids)

    async def lookup_transfers(self, ids: Iterable[str]) -> list[Transfer]:
        """Return those of some transfers that exist, by id."""
        return await self._reader.lookup_transfers(ids)

    async def get_account_transfers(self, wanted: AccountFilter) -> list[Transfer]:
        """Return transfers of an account in time."""
        return await self._reader.get_account_transfers(wanted)

    async def get_account_balances(self, wanted: AccountFilter) -> list[AccountBalance]:
        """Return the balances of an account after each of its transfers, if it keeps them."""
        return await self._reader.get_account_balances(wanted)

    async def close(self) -> None:
        """Wait until all that was asked for is settled; the database stays open."""
        await self._applier.close()
