"""A wallet with payments, at processors that tests play."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.circuit_breaker import Breaker
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.answers import Answer
from subgraphs.wallet.paying.asking import OpenProcessor
from subgraphs.wallet.paying.opened import OpenedPayments
from subgraphs.wallet.paying.requests import Asked, Customer
from subgraphs.wallet.payments.configuration import PaymentsFile
from subgraphs.wallet.payments.payment import Direction
from tests.subgraphs.wallet.limited_wallet import LimitedWallet
from tests.subgraphs.wallet.payments.played_processor import PlayedProcessor
from tests.support.money.contract import CURRENCY
from tests.support.wallet.ledgers import FaultyDatabase, StoppedClock

MINUTES: Final = 60
CHARGE_SECONDS: Final = 60 * MINUTES
IBAN: Final = "GB33BUKB20201555555555"
NAMES: Final = {"en": "Debit card"}
AMOUNTS: Final = {CURRENCY: {"minimum": 100, "maximum": 100_000, "fee": 10}}
FILE: Final = PaymentsFile.model_validate(
    {
        "processors": [
            {"name": "first", "adapter": "stripe"},
            {"name": "second", "adapter": "stripe"},
            {"name": "bank", "adapter": "stripe"},
        ],
        "methods": [
            {
                "id": "card",
                "names": NAMES,
                "direction": "DEPOSIT",
                "amounts": AMOUNTS,
                "routes": [{"processor": "first"}, {"processor": "second"}],
            },
            {
                "id": "back",
                "names": {"en": "Back to your card"},
                "direction": "WITHDRAWAL",
                "to": "source",
                "amounts": AMOUNTS,
            },
            {
                "id": "transfer",
                "names": {"en": "Bank transfer"},
                "direction": "WITHDRAWAL",
                "amounts": AMOUNTS,
                "routes": [{"processor": "bank"}],
                "days": 1,
            },
        ],
        "review": {"above": {CURRENCY: 2_000}, "new_account": False},
    }
)


class PaymentsWallet(LimitedWallet):
    """A wallet whose customers deposit and withdraw.

    Attributes:
        played: The processors, by name.
        payments: What brings payments forward.
    """

    def __init__(self, database: FaultyDatabase, ledger: Ledger, clock: StoppedClock) -> None:
        super().__init__(database, ledger, clock)
        self._wins = 0
        self.played = {name: PlayedProcessor(name) for name in ("first", "second", "bank")}
        opened = OpenedWallet.of(database, self.time)
        self.opened = replace(
            opened,
            ledger=ledger,
            accounts=self.accounts,
            standing_of=_Standing(self),  # type: ignore[arg-type]
        )
        self.restart()

    def restart(self) -> None:
        """Begin anew, as another process does: nothing is in memory but what processors have."""
        processors = {
            name: OpenProcessor(name, played, CHARGE_SECONDS, breaker=Breaker(failures=1_000))
            for name, played in self.played.items()
        }
        self.payments = OpenedPayments.of(self.opened, FILE, processors, "https://{brand}.example/")

    def customer(self, owner: Owner) -> Customer:
        """Return who asks."""
        return Customer(owner, self.standing, "en-GB")

    async def deposit(self, owner: Owner, key: str, amount: int, method: str = "card") -> Answer:
        """Let a customer ask to deposit."""
        asked = Asked(
            direction=Direction.DEPOSIT, method_id=method, amount_minor=amount, currency=CURRENCY, key=key
        )
        return await self.payments.requests.deposit(self.customer(owner), asked)

    async def withdraw(self, owner: Owner, key: str, amount: int, method: str = "back") -> Answer:
        """Let a customer ask to withdraw; `transfer` goes to a bank account that they have added."""
        if method == "transfer":
            added = await self.payments.requests.destinations.add(owner, "Ann Bettor", IBAN, self.time.now())
            assert added is not None
            method = f"transfer:{added.destination_id}"
        asked = Asked(
            direction=Direction.WITHDRAWAL, method_id=method, amount_minor=amount, currency=CURRENCY, key=key
        )
        return await self.payments.requests.withdraw(self.customer(owner), asked)

    async def win(self, owner: Owner, amount: int) -> None:
        """Give a customer what no method of payment has brought; below 0, they lose it."""
        account = await self.accounts.open_cash(owner, CURRENCY, self.time.now())
        bets = house_account(owner.brand, CURRENCY, AccountCode.BETS)
        await self.accounts.open_house(owner.brand, CURRENCY)
        payer, payee = (bets, account) if amount > 0 else (account, bets)
        self._wins += 1
        transfer = Transfer(
            id=f"win {self._wins}",
            debit_account_id=payer,
            credit_account_id=payee,
            amount=abs(amount),
            ledger=ledger_of(CURRENCY),
            code=int(TransferCode.RETURN),
        )
        result = await self.ledger.create_transfer(transfer)
        assert result.status is CreateTransferStatus.CREATED

    async def work(self) -> int:
        """Do what is due, as the worker does; return how many payments were."""
        due = await self.payments.work.store.due_payments.due(self.time.now(), 100)
        for payment_id in due:
            await self.payments.work.advance(payment_id, looks=True)
        return len(due)

    async def cash(self, owner: Owner) -> int:
        """Return the cash that a customer may use."""
        return (await self.has(owner)).cash

    async def balance(self, brand: str, code: AccountCode) -> int:
        """Return what an account of the house has got, and not given."""
        found = await self.ledger.lookup_accounts([house_account(brand, CURRENCY, code)])
        return sum(account.credits_posted - account.debits_posted for account in found)

    def later(self, **lengths: float) -> None:
        """Let time pass."""
        self.clock.now += int(timedelta(**lengths).total_seconds() * 1_000_000)

    async def rows(self, table: Any) -> list[Any]:
        """Return the rows of a table."""
        async with self.database.read() as connection:
            return list(await connection.execute(table.select()))


class _Standing:
    """Where all customers are."""

    def __init__(self, wallet: PaymentsWallet) -> None:
        self._wallet = wallet

    async def __call__(self, _owner: Owner) -> Standing:
        """Return where a customer is."""
        return self._wallet.standing
