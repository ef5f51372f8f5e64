"""Operators' wallets beside a wallet's database: our funds, their books, and a clock that tests move."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import httpx
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount

from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from furlong.funds import FundsByBrand
from simulator.seamless.books import OperatorBooks
from simulator.seamless.faults import OperatorFaults
from simulator.seamless.serve import operator_api
from simulator.seamless.signing import OPERATORS_PUBLIC, OURS
from simulator.seamless.wallet_api import OperatorApi
from simulator.server import HangingRequests
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Funds, Purpose
from subgraphs.kit.hub88_signatures import Signer, Verifier
from subgraphs.wallet.models import OPERATORS, PAYMENTS
from subgraphs.wallet.operators import OperatorRounds
from subgraphs.wallet.payments.records.correction_cases import CorrectionCases
from subgraphs.wallet.seamless.bets import BetState
from subgraphs.wallet.seamless.journal import Journal
from subgraphs.wallet.seamless.operator_client import OperatorClient
from subgraphs.wallet.seamless.operator_funds import OperatorFunds
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from subgraphs.wallet.seamless.operators import Operators
from tests.support.money.contract import CASH, CURRENCY, CUSTOMERS
from tests.support.money.model import Account

NOW: Final = datetime(2026, 11, 28, tzinfo=UTC)
UNITS_OF_ONE: Final = 1_000
"""How many units of Hub88's are a penny."""

BRANDS: Final = tuple(dict.fromkeys(owner.brand for owner in CUSTOMERS))


@cache
def keys() -> Path:
    """Return a folder of keys, made once: that takes long."""
    folder = Path(mkdtemp(prefix="furlong-keys-"))
    with OperatorBooks(":memory:") as books:
        operator_api(books, folder)
    return folder


@dataclass
class OperatorWallet:
    """The money of some brands' customers at their operators.

    Attributes:
        apis: What each brand's operator serves.
        clients: Who asks them.
    """

    database: Database
    apis: Mapping[str, OperatorApi]
    clients: Mapping[str, OperatorClient]
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    @property
    def journal(self) -> Journal:
        """Return the journal."""
        return Journal(self.database, OPERATORS, self.clock)

    @property
    def sessions(self) -> OperatorSessions:
        """Return the sessions."""
        return OperatorSessions(self.database, OPERATORS.session, self.clock)

    @property
    def rounds(self) -> OperatorRounds:
        """Return the work that is left to do."""
        return OperatorRounds(self.database, self.journal, Operators(self.clients))

    @property
    def funds(self) -> Funds:
        """Return our side."""
        by_brand: dict[str, Funds] = {
            brand: OperatorFunds(client, self.journal, self.sessions, CorrectionCases(PAYMENTS))
            for brand, client in self.clients.items()
        }
        return FundsByBrand(by_brand[BRANDS[0]], by_brand)

    async def begin(self) -> None:
        """Give each customer cash at the operator, and a session."""
        for owner in CUSTOMERS:
            token = f"token-{owner.customer}"
            self.apis[owner.brand].books.open(owner.customer, CURRENCY, CASH * UNITS_OF_ONE, token)
            await self.sessions.note(owner, token)

    async def has(self, owner: Owner) -> Account:
        """Return what a customer may use now, by the operator's books."""
        return Account(self.apis[owner.brand].books.balances()[owner.customer] // UNITS_OF_ONE)

    async def house(self) -> int:
        """Return what operators have got, less what is only reserved."""
        given = sum(sum(api.books.balances().values()) for api in self.apis.values()) // UNITS_OF_ONE
        table = OPERATORS.bet
        query = select(table.c.amount_minor).where(table.c.state == BetState.RESERVED.value)
        async with self.database.read() as connection:
            reserved = sum(await connection.scalars(query))
        return len(CUSTOMERS) * CASH - given - reserved

    async def pass_time(self, seconds: int) -> None:
        """Let time pass, and let the worker do its work."""
        self.clock.advance(timedelta(seconds=seconds))
        await self.rounds.round()


@contextmanager
def operators_of(database: Database, folder: Path) -> Iterator[OperatorWallet]:
    """Yield the operators of the contract's brands over a wallet's database."""
    with ExitStack() as stack:
        apis = {}
        for brand in BRANDS:
            books = stack.enter_context(OperatorBooks(folder / f"{brand}-books.sqlite"))
            faults = OperatorFaults(HangingRequests(0), late_seconds=0)
            apis[brand] = operator_api(books, keys(), faults)
        yield OperatorWallet(database, apis, {brand: client_of(api) for brand, api in apis.items()})


def client_of(api: OperatorApi, transport: httpx.AsyncBaseTransport | None = None) -> OperatorClient:
    """Return who asks an operator in this process."""
    http = httpx.AsyncClient(
        base_url="https://operator.example/hub88", transport=transport or httpx.ASGITransport(mounted(api))
    )
    games = {Purpose.BET: "bets", Purpose.GAME: "games"}
    verifier = Verifier([keys() / OPERATORS_PUBLIC])
    return OperatorClient(http, Signer(keys() / OURS), verifier, games, 5.0)


def mounted(api: OperatorApi) -> Starlette:
    """Return an operator's application under the path of its URL."""
    return Starlette(routes=[Mount("/hub88", api.app())])
