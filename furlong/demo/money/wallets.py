"""The demo's wallets, one for each set of databases, and customers' first money.

In the demo a customer has some money from the start, as if it had been paid in: the deposit is claimed
against limits, and comes from the house's account of payments.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import structlog

from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claim
from subgraphs.wallet.opened import OpenedWallet, UnknownBrand

log = structlog.get_logger(__name__)
OPENING_MINOR: Final = 140_00
"""What a customer begins with: less than what a financial check looks at, which waits for a person."""

PATIENCE_SECONDS: Final = 60.0
"""How long the wallet's consumer may take to hear of the brands."""

_MADE: Final = {CreateTransferStatus.CREATED, CreateTransferStatus.EXISTS}


@dataclass(slots=True)
class LateNotices:
    """Passes notices of changes on, once there is who reads them: wallets are opened before."""

    to: CustomersChanged | None = None

    def __call__(self, customers: Iterable[bytes]) -> None:
        """Pass a notice on."""
        if self.to is not None:
            self.to(customers)


@dataclass(frozen=True, slots=True)
class DemoWallet:
    """The wallet of one set of databases.

    Attributes:
        cell: Whose customers it has; None for all.
        notices: Tell pages whose money has changed.
    """

    wallet: OpenedWallet
    cell: Cell | None
    notices: "LateNotices"
    _welcomed: set[Owner] = field(default_factory=set)

    def has(self, owner: Owner) -> bool:
        """Return whether it is a customer's."""
        return self.cell is None or self.cell.has(owner.brand, owner.customer)

    async def welcome(self, owner: Owner) -> None:
        """Give a customer the first money, once for ever, if their limits and breaks allow a deposit.

        Raises:
            OSError: The database is not there, or does not know the brand yet.
        """
        if owner in self._welcomed:
            return
        name = f"opening/{blake2b(repr(owner).encode(), digest_size=16).hexdigest()}"
        wallet, standing = self.wallet, await self.wallet.standing_of(owner)
        async with wallet.database.write() as connection:
            at = await wallet.clock.at(connection)
            claim = Claim(owner, name, Act.DEPOSIT, OPENING_MINOR, standing.currency, at)
            decision = await wallet.claims.claim(connection, claim, standing)
            if isinstance(decision, Refusal) or not decision.allowed:
                log.info("demo_deposit_refused", brand=owner.brand, code=decision.code)
                return
            await wallet.claims.received(connection, owner, name, standing, at)
        cash = await wallet.accounts.open_cash(owner, standing.currency, at)
        deposit = Transfer(
            id=name,
            debit_account_id=house_account(owner.brand, standing.currency, AccountCode.PAYMENTS),
            credit_account_id=cash,
            amount=OPENING_MINOR,
            ledger=ledger_of(standing.currency),
            code=int(TransferCode.DEPOSIT),
        )
        status = (await wallet.ledger.create_transfer(deposit)).status
        if status not in _MADE:
            raise RuntimeError(f"a customer of the demo got no money: {status.value}")
        self._welcomed.add(owner)
        wallet.announce(owner)


@asynccontextmanager
async def opened_wallets(
    databases: Sequence[DatabaseSettings], clock: Clock
) -> AsyncIterator[list[DemoWallet]]:
    """Open the wallet of each set of databases for the duration of the block."""
    async with AsyncExitStack() as stack:
        wallets = []
        for settings in databases:
            notices = LateNotices()
            wallet = OpenedWallet.of(Database.open(settings, "wallet"), clock, notices)
            stack.push_async_callback(wallet.close)
            wallets.append(DemoWallet(wallet, settings.cell.own(), notices))
        yield wallets


async def give_first_money(wallets: Sequence[DemoWallet], customers: Iterable[Owner]) -> None:
    """Give customers the first money; at the start, a wallet may not know their brand yet.

    Raises:
        UnknownBrand: It does not know it after a minute.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    for owner in customers:
        wallet = next(wallet for wallet in wallets if wallet.has(owner))
        while True:
            try:
                await wallet.welcome(owner)
                break
            except UnknownBrand:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)
