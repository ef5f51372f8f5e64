"""Starts, results, delays, exclusions and lags in any order, over real databases.

Afterwards no bet stands that was decided before it was struck: neither by a result, nor by a start, nor by
what its customer had chosen.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from msgspec.structs import replace

from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.offers import OfferStatus
from tests.subgraphs.bets.house import House, opened_house
from tests.subgraphs.bets.slips import NOON, offer, offered, selection
from tests.subgraphs.wallet.limited_wallet import LimitedWallet
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CUSTOMERS

T = TypeVar("T")
MARKET: Final = market_of(selection(1))
GRACE: Final = timedelta(minutes=15)
DELAY: Final = timedelta(seconds=5)
STANDS: Final = {BetStatus.OPEN, BetStatus.WON, BetStatus.LOST}


class KnownMachine(RuleBasedStateMachine):
    """One race, several bets, and all that may come between.

    Attributes:
        known_at: When the provider had the result that is true now; None while it has none.
        stored_at: When the house learnt of it.
        was_live: Whether the race was ever in play: then its start closes nothing.
        excluded: Since when customers may not bet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.house, self.wallet = self.run_now(self.opened())
        self.race = offer(starts_at=NOON + timedelta(seconds=20))
        self.is_fresh, self.was_live, self.revision = True, False, 0
        self.known_at: datetime | None = None
        self.stored_at: datetime | None = None
        self.excluded: dict[Any, datetime] = {}
        self.bets: list[Bet] = []
        self.show()

    async def opened(self) -> tuple[House, LimitedWallet]:
        """Return a house whose customers have limits."""
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite+aiosqlite:///{folder}/bets"
        house = await self.stack.enter_async_context(
            opened_house(url, folder, delay_seconds=DELAY.total_seconds(), minimum_stake=1)
        )
        wallet = LimitedWallet(house.wallet.database, house.wallet.ledger, house.wallet.clock)
        house.funds.funds = wallet.limited
        return house, wallet

    def run_now(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step to its end."""
        return self.runner.run(step)

    def now(self) -> datetime:
        """Return the present instant."""
        return self.house.clock.now()

    def show(self) -> None:
        """Offer the race as the store of events has it."""
        self.house.offers.offers = offered(self.race) if self.is_fresh else None

    @rule(owner=st.sampled_from(CUSTOMERS[:2]), lost=st.sampled_from(["", "", "before", "after"]))
    def place(self, owner: Any, lost: str) -> None:
        """A customer asks for a bet; an answer of the wallet may be lost."""
        self.house.funds.lost = [lost] if lost else []
        bet = self.run_now(self.house.place(f"k{len(self.bets)}", owner=owner, stake=3))
        if isinstance(bet, Bet):
            self.bets.append(bet)
        self.house.funds.lost = []

    @rule(seconds=st.sampled_from([1, 3, 6, 20, 60, 900]))
    def pass_time(self, seconds: int) -> None:
        """Time passes."""
        self.house.clock.advance(timedelta(seconds=seconds))

    @rule(lost=st.sampled_from(["", "", "before", "after"]))
    def work(self, lost: str) -> None:
        """Somebody does what is due."""
        self.house.funds.lost = [lost] if lost else []
        self.run_now(self.house.work())
        self.house.funds.lost = []
        self.house.clock.advance(timedelta(seconds=1))

    @rule(status=st.sampled_from([OfferStatus.OPEN, OfferStatus.OPEN, OfferStatus.SUSPENDED]))
    def change(self, status: OfferStatus) -> None:
        """The market is suspended, or open again."""
        self.race = replace(self.race, status=status)
        self.show()

    @rule(is_live=st.booleans())
    def begin(self, *, is_live: bool) -> None:
        """The race begins, or it turns out that it has not."""
        self.race = replace(self.race, in_play=is_live)
        self.was_live = self.was_live or is_live
        self.show()

    @rule(is_fresh=st.booleans())
    def lag(self, *, is_fresh: bool) -> None:
        """The store of events falls behind, and is not believed; or it has caught up."""
        self.is_fresh = is_fresh
        self.show()

    @rule()
    def decide(self) -> None:
        """The race is decided at its provider; the house does not know yet, and offers it still."""
        self.known_at = self.known_at or self.now()

    @rule(status=st.sampled_from(["winner", "loser"]))
    def tell(self, status: str) -> None:
        """The result comes, or another one that corrects it."""
        if self.known_at is not None:
            self.stored_at = self.stored_at or self.now()
            self.told(status, "settled", self.now() if self.revision else self.known_at)

    @rule(owner=st.sampled_from(CUSTOMERS[:2]))
    def exclude(self, owner: Any) -> None:
        """A customer excludes themselves."""
        self.run_now(self.wallet.exclude(owner, 6))
        self.excluded.setdefault(owner, self.now())
        self.house.clock.advance(timedelta(seconds=1))

    def told(self, status: str, market: str, at: datetime) -> None:
        """Let a state of the market come, as its provider said it at an instant."""
        runners = (Runner(selection_id=selection(1), status=status),)
        known = MarketResult(kind="WIN", status=market, runners=runners, known_at=at)
        self.revision += 1
        self.run_now(self.house.told(MARKET, self.revision, known))

    def teardown(self) -> None:
        """Let all bets come to an end, and look at those that stand."""
        self.is_fresh = True
        for _ in range(4):
            self.work("")
            self.pass_time(60)
        self.decide()
        self.tell("winner")
        for _ in range(4):
            self.work("")
        try:
            for bet in self.bets:
                self.stands(self.run_now(self.house.bet(bet)))
        finally:
            self.run_now(self.stack.aclose())
            self.runner.close()

    def stands(self, bet: Bet) -> None:
        """Look whether a bet may stand."""
        assert bet.status is not BetStatus.PENDING
        if bet.refusal:
            assert bet.released_at is not None
            return
        struck = bet.decided_at
        assert struck is not None
        assert self.stored_at is None or struck <= self.stored_at, "a stored result was bet on"
        assert bet.owner not in self.excluded or struck <= self.excluded[bet.owner], "against an exclusion"
        assert struck < self.race.starts_at + GRACE or self.was_live, "after the start"
        if bet.status in STANDS:
            assert self.known_at is None or struck < self.known_at, "what was known stands"


def test_no_bet_stands_that_was_decided_before_it_was_struck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes in which order; the time of a step on a slow machine is none of the house's clock."""
    monkeypatch.setattr("subgraphs.bets.placing.work.monotonic", lambda: 0.0)
    run_state_machine_as_test(
        KnownMachine,
        settings=settings(
            max_examples=OUTER_LAYER * 2,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
