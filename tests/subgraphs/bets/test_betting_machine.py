"""A bet against our wallet: prices, results, corrections, kills and lost answers in any order.

Whatever happens, the bet has one end, and the customer has what it says: nothing twice, nothing lost.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import Acceptance, BetRules, StakeLimits, accept
from subgraphs.bets.accepting.slip import PriceChanges
from subgraphs.bets.betting.bet import Asked, Bet, BetStatus, asked_bet
from subgraphs.bets.betting.bet import Settlement as BetSettlement
from subgraphs.bets.betting.facts import Decided, Settled, with_fact
from subgraphs.bets.betting.performing import Performer
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.betting.steps import next_step
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.funds import DONE, Purpose, Reservation, Settlement
from subgraphs.kit.offers import OfferStatus
from tests.subgraphs.bets.slips import NOON, offer, offered, selection, slip
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import BONUSES, CASH, CURRENCY, CUSTOMERS, FREE_BETS
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

T = TypeVar("T")
OWNER: Final = CUSTOMERS[0]
RULES: Final = BetRules(stakes={CURRENCY: StakeLimits()})
ALL: Final = len(CUSTOMERS) * (CASH + sum(BONUSES.values()) + sum(FREE_BETS.values()))
MINE: Final = ALL // len(CUSTOMERS)
MAX_STEPS: Final = 100
FREE_BET: Final = next(iter(FREE_BETS))
EXPIRES_AFTER: Final = timedelta(days=3)
"""When the free bet of `LedgerWallet` does."""


class BettingMachine(RuleBasedStateMachine):
    """One bet, and all that may come between."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack, self.clock = asyncio.Runner(), AsyncExitStack(), StoppedClock()
        self.wallet = self.run_now(self.opened())
        self.performer = Performer(self.wallet.funds, self.look)
        self.offer, self.is_fresh = offer(), True
        self.at, self.spent, self.others = NOON, 0, 0
        self.is_used, self.passed = False, timedelta()

    async def opened(self) -> LedgerWallet:
        """Return a wallet on a database of its own."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        database = await self.stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        ledger = await self.stack.enter_async_context(opened_ledger(database, self.clock))
        return LedgerWallet(database, ledger, self.clock)

    def run_now(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step to its end."""
        return self.runner.run(step)

    async def look(self, bet: Bet) -> Acceptance | None:
        """Look at what is offered."""
        return accept(bet.slip, offered(self.offer), RULES, self.at) if self.is_fresh else None

    @initialize(
        stake=st.sampled_from([1, 12, 30, 119]),
        each_way=st.booleans(),
        in_play=st.booleans(),
        changes=st.sampled_from(PriceChanges),
        is_free=st.booleans(),
    )
    def begin(
        self, *, stake: int, each_way: bool, in_play: bool, changes: PriceChanges, is_free: bool
    ) -> None:
        """A customer with money asks for a bet on what is offered."""
        self.run_now(self.wallet.begin())
        self.offer = offer(in_play=in_play)
        asked = slip(stake=stake, each_way=each_way, changes=changes)
        if is_free:
            asked = replace(slip(stake=FREE_BETS[FREE_BET], changes=changes), free_bet=FREE_BET)
        self.bet = asked_bet(
            Asked(owner=OWNER, key="k1", slip=asked, jurisdiction="GB"),
            accept(asked, offered(self.offer), RULES, self.at),
            self.at,
            self.at,
        )
        self.seen = [self.bet]

    @rule(back=st.sampled_from([0, 0, 0, 1, 3]), is_killed=st.booleans())
    def work(self, *, back: int, is_killed: bool) -> None:
        """A process does a step, by what it read a while ago, and may be killed before it writes."""
        known = self.seen[max(0, len(self.seen) - 1 - back)]
        step = next_step(known, self.at)
        fact = None if step is None else self.run_now(self.performer.perform(known, step, self.at))
        if fact is None or is_killed:
            return
        if isinstance(fact, Decided):
            assert self.offer.status is OfferStatus.OPEN
        self.learn(with_fact(self.bet, fact))

    @rule()
    def work_on(self) -> None:
        """A process does all that is to be done now."""
        for _ in range(MAX_STEPS):
            known = self.bet
            self.work(back=0, is_killed=False)
            if self.bet is known:
                break

    @rule(
        status=st.sampled_from([OfferStatus.OPEN, *OfferStatus]),
        odds=st.sampled_from([2900, 3000, 3100]),
        in_play=st.booleans(),
        is_fresh=st.sampled_from([True, True, False]),
    )
    def change_offer(self, *, status: OfferStatus, odds: int, in_play: bool, is_fresh: bool) -> None:
        """What is offered changes, or cannot be known."""
        self.offer = replace(self.offer, status=status, odds_milli=odds, in_play=in_play)
        self.is_fresh = is_fresh

    @rule(
        status=st.sampled_from(["winner", "placed", "loser", "removed", "active"]),
        void=st.sampled_from([None, None, 500]),
    )
    def tell_result(self, *, status: str, void: int | None) -> None:
        """A result comes, or is corrected."""
        self.settle(status, void)

    @rule(cash=st.integers(1, 80))
    def spend(self, cash: int) -> None:
        """The customer spends money elsewhere, so that not all of it can be taken back."""
        self.others += 1
        stake = Reservation(
            id=f"other{self.others}",
            owner=OWNER,
            currency=CURRENCY,
            amount=cash,
            purpose=Purpose.GAME,
            seconds=60,
        )
        if self.run_now(self.wallet.funds.reserve(stake)) == DONE:
            payment = Settlement(id=f"{stake.id}.0", reservation=stake, returns=0)
            assert self.run_now(self.wallet.funds.settle(payment)) == DONE
            self.spent += cash

    @rule()
    def use_free_bet(self) -> None:
        """The customer uses the free bet elsewhere, if it is there."""
        stake = Reservation(
            id=f"free{self.others}",
            owner=OWNER,
            currency=CURRENCY,
            amount=FREE_BETS[FREE_BET],
            purpose=Purpose.BET,
            seconds=60,
            free_bet=FREE_BET,
        )
        self.others += 1
        if self.run_now(self.wallet.funds.reserve(stake)) == DONE:
            payment = Settlement(id=f"{stake.id}.0", reservation=stake, returns=0)
            assert self.run_now(self.wallet.funds.settle(payment)) == DONE
            self.spent += stake.amount
            self.is_used = True

    @rule(commit=st.sampled_from(["lost", "unanswered"]))
    def cut_off(self, commit: str) -> None:
        """The wallet's next write is lost, or nobody learns that it was made."""
        self.wallet.database.commit = commit
        self.work(back=0, is_killed=False)
        self.wallet.database.commit = None

    @rule(time=st.sampled_from([timedelta(seconds=3), timedelta(seconds=40), timedelta(days=8)]))
    def pass_time(self, time: timedelta) -> None:
        """Time passes; after a week, a reserved stake is the customer's again."""
        self.at += time
        self.passed += time
        self.run_now(self.wallet.pass_time(int(time.total_seconds())))

    def teardown(self) -> None:
        """Let the bet come to an end, and compare what the customer has."""
        if hasattr(self, "bet"):
            self.end()
            self.settle("winner", None)
            self.end()
        self.run_now(self.stack.aclose())
        self.runner.close()

    def end(self) -> None:
        """Do whatever is to be done, and compare."""
        self.is_fresh = True
        for _ in range(MAX_STEPS):
            if next_step(self.bet, self.at) is None and self.bet.status is not BetStatus.PENDING:
                break
            self.work(back=0, is_killed=False)
            self.at += timedelta(seconds=1)
        assert self.bet.status is not BetStatus.PENDING
        assert self.total(OWNER) == MINE - self.spent - self.cost()
        assert ALL - self.total(*CUSTOMERS) == self.run_now(self.wallet.house())

    def cost(self) -> int:
        """Return what the bet has cost the customer, by what it says of itself."""
        if self.bet.status is BetStatus.REFUSED:
            return 0
        moved = [settlement for settlement in self.bet.settlements if not settlement.refusal]
        assert not any(settlement.refusal for settlement in self.bet.settlements)
        returned = moved[-1].returns_minor + moved[-1].owed_minor if moved else 0
        return (self.free_stake(moved) if self.bet.slip.free_bet else self.bet.slip.total_minor) - returned

    def free_stake(self, moved: list[BetSettlement]) -> int:
        """Return what the bet has cost of a free bet: nothing once it is back, unless taken again."""
        is_there, is_kept = False, False
        for settlement in moved:
            is_kept = is_kept or settlement.is_free_bet_kept
            is_there = settlement.status is BetStatus.VOID or is_kept
        assert not is_kept or self.is_used or self.passed >= EXPIRES_AFTER, "it could be taken again"
        return 0 if is_there else self.bet.slip.total_minor

    def total(self, *owners: Any) -> int:
        """Return all that customers have."""
        return sum(self.run_now(self.wallet.has(owner)).total for owner in owners)

    def settle(self, status: str, void: int | None) -> None:
        """Look at a result of the bet's market."""
        runner = Runner(selection_id=selection(1), status=status, void_milli=void)
        is_known = status != "active"
        market = MarketResult(kind="WIN", status="settled" if is_known else "open", runners=(runner,))
        settlement = settlement_of(self.bet, {market_of(selection(1)): market}, self.at)
        if settlement is not None:
            self.learn(with_fact(self.bet, Settled(settlement)))

    def learn(self, bet: Bet) -> None:
        """Write what is learnt."""
        self.bet = bet
        self.seen.append(bet)


def test_any_sequence_ends_with_what_the_bet_says() -> None:
    """Also for who has spent what they would have to give back: that is written down."""
    run_state_machine_as_test(
        BettingMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
