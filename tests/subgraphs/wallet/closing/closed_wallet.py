"""A wallet of two brands whose days are closed, by a clock that a test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson

from foundation.signatures.keys import SignatureKey, new_key, read_key_set
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.closes import DAYS
from subgraphs.wallet.closing.closer import Closer
from subgraphs.wallet.closing.days import span_of
from subgraphs.wallet.closing.verification import Verification, Verifier
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import CLOSES, CUSTOMER_ACCOUNT
from tests.support.wallet.ledgers import StoppedClock, opened_ledger

NORTH, SOUTH = "northbet", "south.bet"
FIRST: Final = date(2026, 11, 20)
HOUR: Final = 3_600 * 1_000_000
OPENED: Final = datetime(2026, 11, 20, tzinfo=UTC)


def signing_key(name: str = "close-1") -> SignatureKey:
    """Return a new key of Ed25519."""
    key = read_key_set(orjson.dumps({"keys": [new_key(name)]})).signing
    assert key is not None
    return key


@dataclass(slots=True)
class ClosedWallet:
    """The wallet, and what closes its days.

    Attributes:
        cash: The accounts of two customers, of a brand each.
    """

    database: Database
    ledger: Ledger
    clock: StoppedClock
    closer: Closer
    cash: dict[str, str]
    _number: int = 0

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, database: Database, key: SignatureKey | None = None
    ) -> AsyncIterator["ClosedWallet"]:
        """Yield a wallet at noon of the first day."""
        clock = StoppedClock(span_of(FIRST).start + 12 * HOUR)
        async with opened_ledger(database, clock) as ledger:
            accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, ledger)
            cash = {
                brand: await accounts.open_cash(
                    Owner(brand, "ann"), "GBP", datetime(2026, 11, 20, tzinfo=UTC)
                )
                for brand in (NORTH, SOUTH)
            }
            yield cls(database, ledger, clock, Closer(database, DAYS, CLOSES, key, clock), cash)

    async def pay(self, brand: str, amount: int, **values: Any) -> str:
        """Let a customer deposit an amount; return the id of the transfer."""
        self._number += 1
        transfer = Transfer(
            **{
                "id": f"transfer {self._number}",
                "debit_account_id": house_account(brand, "GBP", AccountCode.PAYMENTS),
                "credit_account_id": self.cash[brand],
                "amount": amount,
                "ledger": ledger_of("GBP"),
                "code": int(TransferCode.DEPOSIT),
                **values,
            }
        )
        result = await self.ledger.create_transfer(transfer)
        assert result.status is CreateTransferStatus.CREATED
        return transfer.id

    async def stake(self, brand: str, amount: int, **values: Any) -> str:
        """Let a customer lose a bet; return the id of the transfer."""
        house = house_account(brand, "GBP", AccountCode.BETS)
        sides = {"debit_account_id": self.cash[brand], "credit_account_id": house}
        return await self.pay(brand, amount, code=int(TransferCode.STAKE), **(sides | values))

    def tomorrow(self) -> None:
        """Let a day pass."""
        self.clock.now += 24 * HOUR

    async def verify(self, *keys: SignatureKey) -> Verification:
        """Look for what was changed."""
        known = {key.key_id: key for key in keys}
        return await Verifier(self.database, DAYS, CLOSES, known).verify()

    async def change(self, statement: str) -> None:
        """Change rows behind the ledger's back."""
        async with self.database.write() as connection:
            await connection.exec_driver_sql(statement)
