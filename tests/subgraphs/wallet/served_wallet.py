"""The wallet as customers reach it: its subgraph, and beside it a process that moves money."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import insert

from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Purpose, Reservation, Settlement
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.event_bus import EventBus, MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.settings import Execution, UpstreamSettings
from subgraphs.wallet.app import create_subgraph
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccount
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import METADATA, REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from tests.support.database_probe import migrate
from tests.support.subgraphs.club_fixture import session, session_settings
from tests.support.subgraphs.club_samples import (
    NOW,
    OWNER,
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)

SECONDS: Final = 600


@dataclass(frozen=True)
class ServedWallet:
    """A wallet's subgraph, and a process that moves money in the same database.

    Attributes:
        subgraph: What customers ask.
        wallet: The parts of the process that moves money; it tells what it changes by the bus.
        bus: Of the subgraph.
        clock: Product time.
    """

    subgraph: Subgraph
    wallet: OpenedWallet
    bus: EventBus
    clock: ManualClock
    numbers: "count[int]"

    async def data(self, query: str, owner: Owner | None = OWNER, /, **variables: Any) -> Any:
        """Return the data of an answer to a customer, which must have no errors."""
        answer = await self.answer(query, owner, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def answer(self, query: str, owner: Owner | None = OWNER, /, **variables: Any) -> dict[str, Any]:
        """Return an answer to a customer; to an anonymous visitor for None."""
        headers = session(None) if owner is None else session(owner.customer, owner.brand)
        return await self.subgraph.execute(query, variables, None, headers)

    async def pay_in(self, owner: Owner, amount: int, currency: str = "GBP") -> str:
        """Give a customer cash, and return the transfer's id."""
        account = await self.wallet.accounts.open_cash(owner, currency, NOW)
        return await self.move(owner, amount, TransferCode.DEPOSIT, to=account, currency=currency)

    async def give(
        self, owner: Owner, code: AccountCode, credit: str, amount: int, expires_at: datetime | None = None
    ) -> str:
        """Give a customer a credit of the club, and return its account."""
        wanted = CustomerAccount("", "GBP", code, credit, expires_at)
        account = await self.wallet.accounts.open_credit(owner, wanted, NOW)
        await self.move(owner, amount, TransferCode[code.name], to=account)
        return account

    async def move(
        self, owner: Owner, amount: int, code: TransferCode, *, to: str, currency: str = "GBP"
    ) -> str:
        """Move money from the house to an account of a customer; a negative amount back."""
        house = house_account(owner.brand, currency, AccountCode.PAYMENTS)
        debit, credit = (house, to) if amount > 0 else (to, house)
        transfer = Transfer(
            id=f"{code.name.lower()}-{next(self.numbers)}",
            debit_account_id=debit,
            credit_account_id=credit,
            amount=abs(amount),
            ledger=ledger_of(currency),
            code=int(code),
        )
        result = await self.wallet.ledger.create_transfer(transfer)
        assert result.status is CreateTransferStatus.CREATED
        self.wallet.announce(owner)
        return transfer.id


def stake(id_: str, amount: int, owner: Owner = OWNER, **values: Any) -> Reservation:
    """Return a stake of a bet."""
    given: dict[str, Any] = {"currency": "GBP", "purpose": Purpose.BET, "seconds": SECONDS}
    return Reservation(id=id_, owner=owner, amount=amount, **(given | values))


def settled(reservation: Reservation, returns: int, name: str = "settled") -> Settlement:
    """Return what a bet returns."""
    return Settlement(id=f"{reservation.id}-{name}", reservation=reservation, returns=returns)


def wallet_subgraph(
    url: str,
    clock: ManualClock,
    *,
    execution: Execution = "compiled",
    bus: EventBus | None = None,
    given: GivenSettings | None = None,
) -> Subgraph:
    """Return the wallet's subgraph over an existing database; its streams do not pause between events."""
    parts = SubgraphParts(
        DatabaseSettings(url=url),
        UpstreamSettings(),
        SessionVerifier.from_settings(session_settings(), clock),
        clock,
        ReadOptions(execution=execution),
        bus=bus or MemoryBus(),
        live=LiveSettings(interval_seconds=0),
        given=given or GivenSettings(),
    )
    return create_subgraph(parts)


@asynccontextmanager
async def served_wallet(
    url: str,
    *,
    accounts: Mapping[Owner, Account] | None = None,
    brand: Brand | None = None,
    buses: tuple[EventBus, EventBus] | None = None,
    given: GivenSettings | None = None,
) -> AsyncIterator[ServedWallet]:
    """Serve the wallet of a brand over a new database.

    Args:
        url: As FURLONG_DATABASE_URL.
        accounts: What account messages have said; one in good standing by default.
        brand: By default Northbet.
        buses: Of the process that moves money, and of the subgraph; by default one in memory.
        given: Settings that the subgraph has not from the environment, such as those of payments.
    """
    settings, clock = DatabaseSettings(url=url), ManualClock(NOW)
    await migrate(settings, "wallet", METADATA)
    moving, serving = buses or (MemoryBus(),) * 2
    subgraph = wallet_subgraph(url, clock, bus=serving, given=given)
    database = Database.open(settings, "wallet")
    wallet = OpenedWallet.of(database, clock, moving.customers_changed)
    known = brand or make_brand()
    rows = accounts if accounts is not None else {OWNER: good_account()}
    async with database.write() as connection:
        await connection.execute(insert(REFERENCE.brand).values(brand_row(known)))
        await connection.execute(insert(REFERENCE.scheme).values(scheme_row(make_scheme(brand=known.id))))
        for owner, account in rows.items():
            await connection.execute(insert(REFERENCE.account).values(account_row(owner, account)))
    yield ServedWallet(subgraph, wallet, serving, clock, count(1))
    await wallet.close()
    await subgraph.close()
