"""Bets over a database of their own and a real ledger, with offers that a test states."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.betting.bet import Asked, Bet
from subgraphs.bets.models import BETS, METADATA, OUTBOX
from subgraphs.bets.opened import OpenedBets
from subgraphs.bets.records.results import ToldResult
from subgraphs.bets.settings import BetsSettings
from subgraphs.kit.funds import (
    IN_DOUBT,
    Correction,
    Funds,
    Outcome,
    Reservation,
    ReservationState,
    Settlement,
)
from subgraphs.kit.offers import Offer
from tests.subgraphs.bets.slips import NOON, offer, offered, slip
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.database_probe import migrate
from tests.support.money.contract import CURRENCY, CUSTOMERS
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

OWNER: Final = CUSTOMERS[0]


@dataclass
class StatedOffers:
    """What is offered, as a test says; None while nobody knows it."""

    offers: Mapping[str, Offer] | None = field(default_factory=lambda: offered(offer()))
    asked: int = 0

    async def of(
        self, brand: str, territory: str | None, language: str | None, selections: Collection[str]
    ) -> Mapping[str, Offer] | None:
        """Return what is offered of selections."""
        del brand, territory, language
        self.asked += 1
        if self.offers is None:
            return None
        return {own: stated for own, stated in self.offers.items() if own in selections}


@dataclass
class LosingFunds:
    """Money whose answers are lost, before or after it has moved, as a test says.

    Attributes:
        lost: What becomes of the next requests: `before` they arrive, or `after` they were done.
    """

    funds: Funds
    lost: list[str] = field(default_factory=list)

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        return await self._lost(self.funds.reserve, reservation)

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return await self._lost(self.funds.confirm, reservation)

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, and pay returns."""
        return await self._lost(self.funds.settle, settlement)

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back."""
        return await self._lost(self.funds.release, reservation)

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference."""
        return await self._lost(self.funds.correct, correction)

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands."""
        return await self.funds.ask(reservation)

    async def _lost(self, ask: Any, asked: Any) -> Outcome:
        fault = self.lost.pop(0) if self.lost else ""
        if fault == "before":
            return IN_DOUBT
        outcome: Outcome = await ask(asked)
        return IN_DOUBT if fault == "after" else outcome


@dataclass(repr=False)
class House:
    """Bets, with what a test looks at and changes."""

    database: Database
    bets: OpenedBets
    wallet: LedgerWallet
    offers: StatedOffers
    funds: LosingFunds
    clock: ManualClock

    async def place(self, key: str = "k1", owner: Any = OWNER, **wanted: Any) -> Any:
        """Ask for a bet."""
        asked = Asked(
            owner=owner, key=key, slip=slip(currency=CURRENCY, **({"stake": 10} | wanted)), jurisdiction="GB"
        )
        return await self.bets.placing.place(asked)

    async def told(self, market_id: str, revision: int, result: Any) -> None:
        """Let a result come."""
        async with self.database.write() as connection:
            at = await self.bets.work.clock.at(connection)
            await self.bets.work.results.put(connection, [ToldResult(market_id, revision, result)], at)

    async def work(self) -> None:
        """Do what is due now."""
        work = self.bets.work
        for bet_id in await work.store.due_bets.due(await work.now(), 100):
            await work.advance(bet_id)

    async def bet(self, bet: Bet) -> Bet:
        """Return a bet as it is written."""
        seen = await self.bets.work.store.load(bet.bet_id)
        assert seen is not None
        return seen.bet

    async def cash(self, owner: Any = OWNER) -> int:
        """Return a customer's cash."""
        return (await self.wallet.has(owner)).cash

    async def facts(self) -> list[tuple[str, str]]:
        """Return the topics and values of what goes out, in order."""
        c = OUTBOX.outbox.c
        async with self.database.read() as connection:
            rows = await connection.execute(select(c.topic, c.value).order_by(c.id))
            return [(row.topic, row.value) for row in rows]

    async def rows(self) -> int:
        """Return how many bets there are."""
        async with self.database.read() as connection:
            return len((await connection.execute(select(BETS.bet.c.bet_id))).all())


@asynccontextmanager
async def opened_house(url: str, folder: Path, **settings: Any) -> AsyncIterator[House]:
    """Yield bets over the database at a URL, and a ledger with money in a folder."""
    clock, ledger_clock = ManualClock(NOON), StoppedClock()
    async with AsyncExitStack() as stack:
        where = DatabaseSettings(url=url)
        await migrate(where, "bets", METADATA)
        database = Database.open(where, "bets")
        stack.push_async_callback(database.close)
        money = await stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}/ledger"))
        ledger = await stack.enter_async_context(opened_ledger(money, ledger_clock))
        wallet = LedgerWallet(money, ledger, ledger_clock)
        await wallet.begin()
        funds, offers = LosingFunds(wallet.funds), StatedOffers()
        bets = OpenedBets.of(database, clock, BetsSettings(**settings), funds, offers, None)
        stack.push_async_callback(bets.close)
        yield House(database, bets, wallet, offers, funds, clock)
