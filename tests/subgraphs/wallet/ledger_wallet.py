"""A wallet of ours, into which tests look."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Funds
from subgraphs.wallet.funds.codes import HOUSE, AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccount, CustomerAccounts
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.written_reservations import ReservationReader
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import CUSTOMER_ACCOUNT
from tests.support.money.contract import BONUSES, CASH, CURRENCY, CUSTOMERS, FREE_BETS
from tests.support.money.model import Account
from tests.support.wallet.ledgers import START, FaultyDatabase, StoppedClock

NOW: Final = datetime(2026, 11, 28, tzinfo=UTC)
CODES: Final = {"bonus": AccountCode.BONUS, "free-bet": AccountCode.FREE_BET}


class ProductTime:
    """Product time that moves with the time of a ledger's database."""

    def __init__(self, clock: StoppedClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Return the present instant."""
        return NOW + timedelta(microseconds=self._clock.now - START)

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the present instant."""
        del connection
        return self.now()

    @property
    def machine(self) -> Clock:
        """Return this clock."""
        return self


class LedgerWallet:
    """A wallet of ours."""

    def __init__(self, database: FaultyDatabase, ledger: Ledger, clock: StoppedClock) -> None:
        self.database, self.ledger, self.clock = database, ledger, clock
        self.accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, ledger)
        self.time = ProductTime(clock)
        reader = ReservationReader(database, clock)
        self.funds: Funds = LedgerFunds(ledger, self.accounts, reader, self.time)
        self.paid_in = 0

    async def begin(self) -> None:
        """Give all customers money, from the house's accounts."""
        for owner in CUSTOMERS:
            await self._pay(owner, await self.accounts.open_cash(owner, CURRENCY, NOW), CASH)
            for number, (name, amount) in enumerate((BONUSES | FREE_BETS).items()):
                code = CODES[name.rpartition("-")[0]]
                expires_at = NOW + timedelta(days=1 + number)
                wanted = CustomerAccount("", CURRENCY, code, name, expires_at)
                await self._pay(owner, await self.accounts.open_credit(owner, wanted, NOW), amount)

    async def has(self, owner: Owner) -> Account:
        """Return what a customer may use now."""
        has = Account()
        for account in await self.accounts.of(owner):
            [sums] = await self.ledger.lookup_accounts([account.id])
            amount = sums.credits_posted - sums.debits_posted - sums.debits_pending
            if account.code is AccountCode.CASH:
                has.cash = amount
            elif account.code is AccountCode.BONUS:
                has.bonuses[account.credit] = amount
            else:
                has.free_bets[account.credit] = amount
        return has

    async def house(self) -> int:
        """Return what the house has got; the ledger proves itself, too."""
        assert not await prove(self.database)
        ids = [house_account(owner.brand, CURRENCY, code) for owner in CUSTOMERS for code in HOUSE]
        accounts = await self.ledger.lookup_accounts(set(ids))
        return sum(account.credits_posted - account.debits_posted for account in accounts) + self.paid_in

    async def pass_time(self, seconds: int) -> None:
        """Let time pass, and let the upkeep do its work."""
        # A little more than that: timestamps run ahead of a clock that stands.
        self.clock.now += seconds * 1_000_000 + 1_000
        await self.ledger.expire_pending()

    async def _pay(self, owner: Owner, account: str, amount: int) -> None:
        transfer = Transfer(
            id=f"deposit {account}",
            debit_account_id=house_account(owner.brand, CURRENCY, AccountCode.PAYMENTS),
            credit_account_id=account,
            amount=amount,
            ledger=ledger_of(CURRENCY),
            code=int(TransferCode.DEPOSIT),
        )
        self.paid_in += amount
        result = await self.ledger.create_transfer(transfer)
        assert result.status is CreateTransferStatus.CREATED
