"""A wallet whose customers pay and are paid through a bank that tests play."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.paying.answers import Answer
from subgraphs.wallet.paying.opened import OpenedPayments
from subgraphs.wallet.paying.processors import open_processors
from subgraphs.wallet.paying.reconciliation.comparison import Compared
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.paying.reconciliation.statements import take_in
from subgraphs.wallet.payments.bank.adapter import BankProcessor
from subgraphs.wallet.payments.configuration import PaymentsFile, PaymentsSettings
from tests.subgraphs.wallet.payments.conftest import ANN
from tests.subgraphs.wallet.payments.payments_wallet import AMOUNTS, FILE, PaymentsWallet
from tests.subgraphs.wallet.payments.played_bank import (
    Booking,
    Ordered,
    PlayedBank,
    bank_options,
    made_folders,
)


@dataclass
class BankedWallet:
    """A wallet whose customers pay and are paid through a bank.

    Attributes:
        played: The wallet, whose first processor takes cards.
        bank: The other side.
    """

    played: PaymentsWallet
    bank: PlayedBank

    @property
    def processor(self) -> BankProcessor:
        """Return the bank as the wallet sees it."""
        bank = self.played.payments.work.asking.processors["bank"].bank
        assert bank is not None
        return bank

    async def hears(self, *bookings: Booking) -> None:
        """Let the bank send a statement, also of some more movements, and read it."""
        for booking in bookings:
            self.bank.books(booking)
        self.bank.delivers(self.bank.statement())
        await self.reads()

    async def reads(self) -> int:
        """Read what is in the inbox, as the cashier does."""
        return await take_in(self.played.payments.work, "bank", self.processor)

    async def withdraws(self, amount: int = 500) -> Ordered:
        """Let Ann withdraw to her account; return what the bank is asked for."""
        assert (await self.played.withdraw(ANN, f"w{amount}", amount, "transfer")).refusal is None
        [order] = self.bank.takes_orders()
        return order

    async def newest(self) -> Answer:
        """Return Ann's newest payment."""
        return (await self.played.payments.requests.payments(ANN, 1))[0]

    async def cases(self) -> list[tuple[str, str]]:
        """Return the kinds of cases, and what they are about."""
        rows = await self.played.rows(PAYMENTS.case)
        return [(row.kind, row.subject) for row in rows]

    async def compares(self, days_ago: int) -> Compared:
        """Compare a day."""
        day = self.played.time.now().date() - timedelta(days=days_ago)
        return await Reconciler(self.played.payments.work).ask("bank", day)


async def banked_wallet(wallet: PaymentsWallet, folder: Path) -> BankedWallet:
    """Return a wallet in which Ann has won, with a bank by a folder."""
    options = bank_options(made_folders(folder))
    given = {"folder": options.folder, "holder": options.holder, "iban": options.iban, "currency": "GBP"}
    deposit: dict[str, Any] = {
        "id": "send",
        "names": {"en": "Bank transfer"},
        "direction": "DEPOSIT",
        "amounts": AMOUNTS,
        "routes": [{"processor": "bank"}],
    }
    cards = [{"name": name, "adapter": "stripe"} for name in ("first", "second")]
    content = {
        "processors": [*cards, {"name": "bank", "adapter": "bank", "options": given}],
        "methods": [*FILE.model_dump()["methods"], deposit],
        "review": FILE.review.model_dump(),
    }
    file = PaymentsFile.model_validate(content)
    only_bank = file.model_copy(update={"processors": file.processors[-1:]})
    opened = open_processors(only_bank, PaymentsSettings(), wallet.time)
    processors = {**wallet.payments.work.asking.processors, **opened}
    wallet.payments = OpenedPayments.of(wallet.opened, file, processors, "https://{brand}.example/")
    await wallet.win(ANN, 2_000 - 10)
    wallet.later(minutes=1)
    return BankedWallet(wallet, PlayedBank(options, wallet.time.now))
