"""The bets of the demo's slip that wait for their results, and what they return.

They are kept in a file beside the databases, so that a demo that is started again pays them, too.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from furlong.demo.bets.offers import Offers, OffersUnavailable
from simulator.sqlite_file import open_file, transaction
from subgraphs.kit.credits import TERMS, CreditKind
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Funds, Outcome, Purpose, Reservation, Settlement, Status

log = structlog.get_logger(__name__)
FILE: Final = "slips.sqlite"
_COLUMNS: Final = """
    bet_id TEXT PRIMARY KEY, brand TEXT NOT NULL, customer TEXT NOT NULL, currency TEXT NOT NULL,
    stake_minor INTEGER NOT NULL, odds_milli INTEGER NOT NULL, selection_id TEXT NOT NULL,
    free_bet TEXT NOT NULL, placed_at TEXT NOT NULL
"""
TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS open_slip ({_COLUMNS}) STRICT;
CREATE TABLE IF NOT EXISTS placed_slip ({_COLUMNS}) STRICT;
"""
"""`placed_slip` keeps what was bet under an id, also once it is settled."""

HOLD_SECONDS: Final = 60
"""How long a stake is reserved until the bet is published; then it is taken."""

ROUND_SECONDS: Final = 2.0
MAX_SLIPS: Final = 50
"""How many selections are asked about at once."""


@dataclass(frozen=True, slots=True)
class OpenSlip:
    """A bet of the slip whose result is not known yet.

    Attributes:
        bet_id: Its UUID.
        selection_id: What it is on, by the id in the graph; "" for a bet on no event, which stays open.
        free_bet: The credit that paid it; "" if the customer's money did.
        placed_at: In ISO 8601.
    """

    bet_id: str
    brand: str
    customer: str
    currency: str
    stake_minor: int
    odds_milli: int
    selection_id: str
    free_bet: str
    placed_at: str

    @property
    def owner(self) -> Owner:
        """Return whose bet it is."""
        return Owner(self.brand, self.customer)

    @property
    def at(self) -> datetime:
        """Return when it was placed."""
        return datetime.fromisoformat(self.placed_at)

    @property
    def reservation(self) -> Reservation:
        """Return the reservation of its stake."""
        return Reservation(
            id=f"slip-{self.bet_id}",
            owner=self.owner,
            currency=self.currency,
            amount=self.stake_minor,
            purpose=Purpose.BET,
            seconds=HOLD_SECONDS,
            free_bet=self.free_bet,
        )

    def taken(self) -> Settlement:
        """Return the settlement that takes the stake."""
        return Settlement(id=f"{self.bet_id}-taken", reservation=self.reservation, returns=0)

    def paid(self, result: str) -> Settlement:
        """Return the settlement that pays what a result returns: WON, LOST or DEAD_HEAT."""
        return Settlement(
            id=f"{self.bet_id}-result", reservation=self.reservation, returns=self._returns(result)
        )

    def _returns(self, result: str) -> int:
        staked = {"WON": self.stake_minor, "DEAD_HEAT": self.stake_minor // 2}.get(result, 0)
        returned = staked * self.odds_milli // 1000
        is_returned = TERMS[CreditKind.FREE_BET if self.free_bet else CreditKind.CASH].returns_stake
        return returned if is_returned else max(0, returned - staked)


class OpenSlips:
    """The file of open bets."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def add(self, slip: OpenSlip) -> OpenSlip:
        """Add a bet, and return it; or the bet that was placed under its id before, settled or not."""
        places = ", ".join("?" * len(astuple(slip)))
        with transaction(self._file):
            before = self._file.execute(
                "SELECT * FROM placed_slip WHERE bet_id = ?", (slip.bet_id,)
            ).fetchone()
            if before is not None:
                return OpenSlip(*before)
            for table in ("placed_slip", "open_slip"):
                self._file.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", astuple(slip))  # noqa: S608 - ours
        return slip

    def forget(self, slip: OpenSlip) -> None:
        """Forget a bet that was never published."""
        with transaction(self._file):
            self.remove(slip)
            self._file.execute("DELETE FROM placed_slip WHERE bet_id = ?", (slip.bet_id,))

    def remove(self, slip: OpenSlip) -> None:
        """Remove a bet, once it has been paid."""
        self._file.execute("DELETE FROM open_slip WHERE bet_id = ?", (slip.bet_id,))

    def after(self, bet_id: str) -> list[OpenSlip]:
        """Return the next bets on selections, by id."""
        rows = self._file.execute(
            "SELECT * FROM open_slip WHERE selection_id <> '' AND bet_id > ? ORDER BY bet_id LIMIT ?",
            (bet_id, MAX_SLIPS),
        )
        return [OpenSlip(*row) for row in rows]


@asynccontextmanager
async def opened_slips(data: Path) -> AsyncIterator[OpenSlips]:
    """Open the file of a data folder for the duration of the block."""
    with closing(open_file(data / FILE, TABLES)) as file:
        yield OpenSlips(file)


VOIDED: Final = {"VOID", "WITHDRAWN"}
RESULTS: Final = {"WON", "LOST", "DEAD_HEAT", *VOIDED}
Publish = Callable[[OpenSlip, str], Awaitable[None]]
"""Tells everybody the result of a bet."""


@dataclass(frozen=True, slots=True)
class SlipSettlement:
    """Pays bets whose results are known.

    Attributes:
        funds_of: Returns where a customer's money is.
        offers: Tells results.
    """

    slips: OpenSlips
    funds_of: Callable[[Owner], Funds]
    offers: Offers
    publish: Publish

    async def round(self) -> int:
        """Pay what is due, and return how many bets were settled."""
        settled, last = 0, ""
        while page := self.slips.after(last):
            last = page[-1].bet_id
            results = await self._results(page)
            for slip in page:
                result = results.get(slip.selection_id, "")
                settled += result in RESULTS and await self._settle(slip, result)
        return settled

    async def _results(self, page: Sequence[OpenSlip]) -> Mapping[str, str]:
        return await self.offers.results(sorted({slip.selection_id for slip in page}))

    async def _settle(self, slip: OpenSlip, result: str) -> bool:
        """Pay a bet, and tell its result; return whether that was done."""
        funds = self.funds_of(slip.owner)
        if result in VOIDED:
            outcome = await funds.release(slip.reservation)
        else:
            await funds.settle(slip.taken())
            outcome = await funds.settle(slip.paid(result))
        if outcome.status is Status.IN_DOUBT:
            return False
        if outcome.status is Status.REFUSED:
            _tell(slip, outcome)
        else:
            await self.publish(slip, result)
        self.slips.remove(slip)
        return outcome.status is Status.DONE


def _tell(slip: OpenSlip, outcome: Outcome) -> None:
    log.warning("demo_bet_not_paid", bet=slip.bet_id, why=None if outcome.why is None else outcome.why.value)


@asynccontextmanager
async def running_settlements(settlement: SlipSettlement) -> AsyncIterator[None]:
    """Pay bets while the block runs."""
    task = asyncio.create_task(_settle_for_ever(settlement), name="slips")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _settle_for_ever(settlement: SlipSettlement) -> None:
    while True:
        try:
            await settlement.round()
        except (OffersUnavailable, OSError) as error:
            log.info("demo_bets_not_settled_yet", error=type(error).__name__)
        await asyncio.sleep(ROUND_SECONDS)
