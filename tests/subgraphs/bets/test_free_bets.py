"""A free bet that a void bet gave back is taken again by a corrected result, if it is still unused."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from structlog.testing import capture_logs

from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.betting.bet import Asked, Bet, BetStatus
from subgraphs.bets.betting.known_money import known_money
from subgraphs.kit.funds import DONE, Purpose, Reservation, Settlement
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.reconciliation import lacks
from subgraphs.wallet.funds.written_reservations import ReservationReader
from tests.subgraphs.bets.house import House, opened_house
from tests.subgraphs.bets.slips import bet, offer, offered, slip
from tests.subgraphs.bets.test_money import OWNER, with_result, worked
from tests.subgraphs.bets.test_placing import result
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import BONUSES, CASH, FREE_BETS
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

MONEY: Final = CASH + sum(BONUSES.values())
CREDIT, AMOUNT = next(iter(FREE_BETS.items()))
RESULTS: Final = ["winner", "loser", "removed", "winner 500", "loser 500"]


def free_slip() -> Slip:
    """Return a single that a free bet pays."""
    return replace(slip(stake=AMOUNT), free_bet=CREDIT)


def elsewhere(number: int) -> Reservation:
    """Return another stake that the free bet pays."""
    return Reservation(
        id=f"elsewhere{number}",
        owner=OWNER,
        currency="GBP",
        amount=AMOUNT,
        purpose=Purpose.BET,
        seconds=600,
        free_bet=CREDIT,
    )


class Customer:
    """Where the free bet is, by what was done: beside the bets and the wallet, a third account of it."""

    def __init__(self, wallet: LedgerWallet) -> None:
        self.wallet = wallet
        self.is_here, self.is_kept = False, False
        self.used: Reservation | None = None
        self.others = 0

    async def use(self) -> None:
        """Use the free bet elsewhere, or give back what was; nothing if it is not there."""
        if self.used is not None:
            assert await self.wallet.funds.release(self.used) == DONE
            self.used, self.is_here = None, True
            return
        self.others += 1
        stake = elsewhere(self.others)
        outcome = await self.wallet.funds.reserve(stake)
        assert (outcome == DONE) is self.is_here
        if outcome == DONE:
            taken = Settlement(id=f"{stake.id}.0", reservation=stake, returns=0)
            assert await self.wallet.funds.settle(taken) == DONE
            self.used, self.is_here = stake, False

    def settle(self, *, is_void: bool, was_void: bool) -> None:
        """Let the bet end otherwise than before."""
        if is_void and not was_void and not self.is_kept:
            self.is_here = True
        elif was_void and not is_void and not self.is_kept:
            self.is_kept = not self.is_here
            self.is_here = False


async def played(steps: list[str], folder: str) -> None:
    """Let results of a free bet come, and see after each where the free bet is, and the money."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{folder}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        wallet = LedgerWallet(database, ledger, clock)
        await wallet.begin()
        known, customer = await worked(wallet.funds, bet(free_slip())), Customer(wallet)
        for step in steps:
            if step == "use":
                await customer.use()
                continue
            was_void = known.status is BetStatus.VOID
            known = await worked(wallet.funds, with_result(known, step))
            customer.settle(is_void=known.status is BetStatus.VOID, was_void=was_void)
            has = await wallet.has(OWNER)
            assert has.free_bets[CREDIT] == (AMOUNT if customer.is_here else 0)
            assert has.cash + sum(has.bonuses.values()) == MONEY + known.settlements[-1].returns_minor
            assert any(settlement.is_free_bet_kept for settlement in known.settlements) is customer.is_kept
        await wallet.house()  # which has the ledger prove itself
        reader = ReservationReader(database, clock)
        funds = LedgerFunds(ledger, wallet.accounts, reader, wallet.time)
        assert await lacks(funds, ledger, known_money(known)) == []


@settings(max_examples=OUTER_LAYER, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([*RESULTS, "removed", "use"]), max_size=9))
@example(["removed", "winner", "loser", "removed", "winner"])
@example(["removed", "use", "winner", "removed", "winner", "loser"])
@example(["removed", "use", "loser", "use", "removed", "winner"])
@example(["winner", "removed", "use", "use", "loser"])
def test_any_corrections_leave_the_free_bet_in_one_place(steps: list[str]) -> None:
    """With this bet, with the customer or with another one; winnings are what the last result says."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(played(steps, folder))


async def test_a_person_is_told_of_a_free_bet_that_was_used_meanwhile(
    tmp_path: Path, database_url: str
) -> None:
    """The winnings are paid, the log names the bet, and the settlement says it for good."""
    async with opened_house(database_url, tmp_path, delay_seconds=5.0, minimum_stake=1) as house:
        house.offers.offers = offered(offer())
        asked = Asked(owner=OWNER, key="k1", slip=free_slip(), jurisdiction="GB")
        placed = await house.bets.placing.place(asked)
        assert isinstance(placed, Bet)
        before = await house.wallet.has(OWNER)
        await told(house, 1, "removed")
        assert await house.wallet.funds.reserve(elsewhere(1)) == DONE
        with capture_logs() as logs:
            await told(house, 2, "winner")
        [line] = [line for line in logs if line["event"] == "free_bet_kept"]
        assert (line["bet"], line["settlement"]) == (placed.bet_id, 2)
        written = await house.bet(placed)
        assert [settlement.is_free_bet_kept for settlement in written.settlements] == [False, True]
        has = await house.wallet.has(OWNER)
        assert has.total == before.total + written.settlements[-1].returns_minor > before.total


async def told(house: House, revision: int, status: str) -> None:
    """Let a result come, and settle by it."""
    market, one = result(status)
    await house.told(market, revision, one)
    await house.work()
