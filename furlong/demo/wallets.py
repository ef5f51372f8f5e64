"""The demo's wallets, one for each set of databases: customers' first money, and credits for them.

In the demo a customer has some money from the start, as if it had been paid in: the deposit is claimed
against limits, and comes from the house's account of payments.
"""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Final

import structlog

from foundation.signatures import FixedKeys
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.tokens import HOUSE_SECRET, house_key
from furlong.serve.http_server import listen, own_names_only, serving
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.credits import Credit, CreditAnswer, Credits, JournalPage
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.served_credits import credits_app
from subgraphs.kit.signed_endpoint import keys_of_secret
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

HOUSE_BRAND: Final = "lagunabet"
HOUSE_KINDS: Final = (RewardKind.FREE_BET, RewardKind.CASH)
"""What the wallet is given of the rewards of one brand; simulated companies pay all others."""

PORT_FILE: Final = "house.json"
KEY_HOURS: Final = 24 * 3_660
"""The wallet remembers keys for ever."""

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


@dataclass(frozen=True, slots=True)
class CreditsOfWallets:
    """The credits of all wallets: each customer's in their own (`Credits`)."""

    wallets: Sequence[DemoWallet]

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld."""
        return await self._of(credit).give(credit)

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        return await self._of(credit).ask(credit)

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit, unless it has been given already."""
        return await self._of(credit).withhold(credit)

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return a page of the credits of a day, of one wallet after the other."""
        place, _, after = after.partition(" ")
        number = int(place or 0)
        page = await self.wallets[number].wallet.credits.journal(day, after)
        if page is None:
            return None
        if page.next is not None:
            return JournalPage(page.entries, f"{number} {page.next}")
        is_last = number + 1 == len(self.wallets)
        return JournalPage(page.entries, None if is_last else f"{number + 1} ")

    def _of(self, credit: Credit) -> Credits:
        return next(wallet.wallet.credits for wallet in self.wallets if wallet.has(credit.owner))


@dataclass(frozen=True, slots=True)
class ServedWallets:
    """The wallets of a demo, and the entry of the providers' file by which fulfilment reaches them."""

    wallets: Sequence[DemoWallet]
    entry: dict[str, object]


@asynccontextmanager
async def serving_wallets(
    databases: Sequence[DatabaseSettings], data: Path, clock: Clock
) -> AsyncIterator[ServedWallets]:
    """Open the wallets, and serve credits to fulfilment, while the block runs.

    The port is that of the last time as long as it is free: configurations of providers name it.
    """
    secret, file = house_key(data), data / PORT_FILE
    keys = FixedKeys(keys_of_secret(secret.encode()))
    with _listener(file) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with opened_wallets(databases, clock) as wallets:
            app = credits_app(CreditsOfWallets(wallets), keys)
            async with serving(app, listener, own_names_only()):
                yield ServedWallets(wallets, _entry(url))


def _listener(file: Path) -> socket.socket:
    port = int(json.loads(file.read_text())["port"]) if file.exists() else 0
    try:
        listener = listen("127.0.0.1", port)
    except OSError:
        listener = listen("127.0.0.1", 0)
    file.write_text(json.dumps({"port": listener.getsockname()[1]}))
    return listener


def _entry(url: str) -> dict[str, object]:
    return {
        "name": "house",
        "adapter": "house",
        "url": url,
        "secret": HOUSE_SECRET,
        "brands": [HOUSE_BRAND],
        "kinds": [kind.value for kind in HOUSE_KINDS],
        "key_hours": KEY_HOURS,
    }
