"""A wallet of ours with credits, whose writes may be cut off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.credits import Credits
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.wallet.funds.expired_credits import ExpiredCredits
from subgraphs.wallet.funds.given_credits import CreditRows
from subgraphs.wallet.funds.ledger_credits import LedgerCredits
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, GIVEN_CREDIT, LEDGER, METADATA, POSTPONED
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.database_probe import migrate
from tests.support.wallet.ledgers import FaultyDatabase, Killed, StoppedClock

SURE: Final = 1_000
"""After so many attempts, something that is repeated until it is known is never known."""


class DyingDatabase(FaultyDatabase):
    """A database in which one of the next writes is cut off.

    Attributes:
        writes: How many writes come before the one that is cut off; None if none is.
        is_written: Whether that one is committed first.
    """

    writes: int | None = None
    is_written: bool = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a write transaction that may be cut off."""
        writes = self.writes
        self.writes = None if not writes else writes - 1
        is_cut_off = writes == 0
        if is_cut_off and not self.is_written:
            raise Killed("before the write")
        async with super().write() as connection:
            yield connection
        if is_cut_off:
            raise Killed("after the write")


@asynccontextmanager
async def opened_dying(url: str) -> AsyncIterator[DyingDatabase]:
    """Yield the wallet's migrated database at a URL."""
    settings = DatabaseSettings(url=url)
    await migrate(settings, "wallet", METADATA)
    database = DyingDatabase(settings, "wallet")
    try:
        yield database
    finally:
        await database.close()


class CreditsWallet(LedgerWallet):
    """A wallet of ours with credits."""

    def __init__(self, database: FaultyDatabase, ledger: Ledger, clock: StoppedClock) -> None:
        super().__init__(database, ledger, clock)
        rows = CreditRows(database, GIVEN_CREDIT, CUSTOMER_ACCOUNT, LEDGER.transfer)
        self.credits: Credits = LedgerCredits(database, ledger, self.accounts, rows, self.time)
        self.expired = ExpiredCredits(
            database,
            CUSTOMER_ACCOUNT,
            LEDGER,
            ledger,
            self.accounts,
            self.time,
            PostponedItems(database, POSTPONED),
        )

    async def pass_time(self, seconds: int, *, is_upkept: bool = True) -> None:
        """Let time pass, and let the upkeep do its work, again if it is cut off; or only end reservations."""
        self.clock.now += seconds * 1_000_000 + 1_000
        for _ in range(SURE):
            try:
                await self.ledger.expire_pending()
                if is_upkept:
                    await self.expired.end()
            except OSError:  # cut off before the commit, or in it: then it is not known
                continue
            return
        raise AssertionError("the upkeep never ends")
