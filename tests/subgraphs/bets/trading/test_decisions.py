"""What bets apply of traders' decisions, from messages to what a bet is settled by."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.betting.facts import Settled, with_fact
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.models import GLOBAL_STATE
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.bets.trading.rules import FULL_MILLI, NO_RULES, Limit, Scope, StakeRange, Target, TradingRules
from subgraphs.bets.trading.voids import Voids, with_voids
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.records.global_state import GlobalStateRepository
from tests.subgraphs.bets.house import OWNER
from tests.subgraphs.bets.slips import NOON, bet, made, offer, offered, selection, slip
from tests.subgraphs.bets.trading.traded import TradedHouse, at, bet_void, factor, traded_house, trading, void

LATER: Final = NOON + timedelta(hours=1)
MARKET: Final = market_of(selection(1))


@pytest.fixture
async def decided(database_url: str, tmp_path: Path) -> AsyncIterator[TradedHouse]:
    """Bets over each kind of database."""
    async with traded_house(database_url, tmp_path, minimum_stake=1) as opened:
        yield opened


async def test_what_traders_decide_are_the_rules_of_their_brand(decided: TradedHouse) -> None:
    """All of a state is replaced by the next, and an older one changes nothing."""
    assert await decided.rules() == NO_RULES
    event = {"scope": "event", "id": "e1", "name": "Race 1", "starts_at": at()}
    limit = {"scope": "brand", "id": "", "currency": "GBP", "stake_minor": None, "liability_minor": 9}
    stakes = {"currency": "GBP", "minimum_minor": 5, "maximum_minor": 500}
    whole = trading(2, suspended=[event], limits=[limit], stakes=[stakes], max_legs=3, delay_seconds=4.5)
    await decided.decide(whole)
    assert await decided.rules() == TradingRules(
        suspended=frozenset({Target(Scope.EVENT, "e1")}),
        limits={(Target(Scope.BRAND), "GBP"): Limit(liability=9)},
        stakes={"GBP": StakeRange(5, 500)},
        max_legs=3,
        delay_seconds=4.5,
    )
    assert (await decided.decide(trading(1))).stale == 1
    assert (await decided.rules()).max_legs == 3
    assert await decided.rules("southbet") == NO_RULES
    await decided.decide(trading(3))
    assert await decided.rules() == NO_RULES


async def test_a_state_that_was_not_understood_is_no_rule(decided: TradedHouse) -> None:
    """A version that did not know the kind has kept it unchecked; this one checks it first."""
    await decided.decide(trading(1, max_legs=3))
    async with decided.house.database.write() as connection:
        await connection.execute(GLOBAL_STATE.update().values(understood=False))
    assert await decided.rules() == NO_RULES
    async with decided.house.database.write() as connection:
        repository = GlobalStateRepository(GLOBAL_STATE)
        assert len(await repository.not_understood(connection)) == 1
        assert await decided.reducer.reducer.apply_kept(connection) == 1
    assert (await decided.rules()).max_legs == 3


async def test_the_last_factor_of_a_customer_stands(decided: TradedHouse) -> None:
    """In whatever order they come, and whoever else has one."""
    assert await decided.factor(OWNER) == FULL_MILLI
    assert (await decided.apply(factor(250, 2), factor(500, 1), factor(0, 3, "bob"))).stale == 1
    assert await decided.factor(OWNER) == 250
    assert (await decided.apply(factor(250, 2))).stale == 1
    await decided.apply(factor(1000, 4))
    assert await decided.factor(OWNER) == FULL_MILLI


async def test_a_bet_knows_what_is_void_of_it(decided: TradedHouse) -> None:
    """Not of others, and of other brands nothing."""
    asked = bet(slip((1, 2, 3)))
    assert await decided.voids(asked) == Voids()
    await decided.decide(void(1, "market", MARKET), void(2, "selection", selection(2)))
    await decided.decide(void(3, "selection", "market3-other"), void(4, "market", "elsewhere"))
    found = Voids(markets=frozenset({MARKET}), selections=frozenset({selection(2)}))
    assert await decided.voids(asked) == found
    await decided.decide(void(5, "market", MARKET, is_void=False))
    await decided.apply(bet_void("b1"), bet_void("b2"))
    assert await decided.voids(asked) == Voids(bet=True, selections=frozenset({selection(2)}))


async def test_bets_are_due_once_for_each_void(decided: TradedHouse) -> None:
    """Those on the market, or the bet alone; a decision that is repeated changes nothing."""
    decided.house.offers.offers = offered(offer(1), offer(2))
    first, second = await decided.house.place("k1"), await decided.house.place("k2", numbers=(2,))
    await decided.house.work()
    assert await decided.due() == []
    await decided.decide(void(1, "market", MARKET))
    assert await decided.due() == [first.bet_id]
    await decided.house.work()
    assert (await decided.apply(bet_void(second.bet_id), bet_void(second.bet_id, "p-2"))).stale == 1
    assert await decided.due() == [second.bet_id]
    await decided.house.work()
    await decided.decide(void(1, "market", MARKET))
    await decided.apply(bet_void(second.bet_id))
    assert await decided.due() == []


WON: Final = {
    market_of(selection(number)): MarketResult(
        kind="WIN", status="settled", runners=(Runner(selection_id=selection(number), status="winner"),)
    )
    for number in (1, 2)
}


@pytest.mark.parametrize(
    ("voids", "status", "returns"),
    [
        (Voids(), BetStatus.WON, 9000),
        (Voids(bet=True), BetStatus.VOID, 1000),
        (Voids(markets=frozenset({market_of(selection(1))})), BetStatus.PARTLY_VOID, 3000),
        (Voids(selections=frozenset({selection(2)})), BetStatus.PARTLY_VOID, 3000),
        (Voids(selections=frozenset({"market2-other"})), BetStatus.WON, 9000),
    ],
)
def test_what_is_void_is_settled_as_if_it_had_been_cancelled(
    voids: Voids, status: BetStatus, returns: int
) -> None:
    """Whether results are known or not; a bet that has won before is settled again."""
    double = made(slip((1, 2)))
    settlement = settlement_of(double, with_voids(double, WON, voids), LATER)
    assert settlement is not None
    assert (settlement.status, settlement.returns_minor) == (status, returns)
    won = settlement_of(double, WON, LATER)
    assert won is not None
    after = with_fact(double, Settled(won))
    again = settlement_of(after, with_voids(after, WON, voids), LATER)
    assert (None if again is None else (again.number, again.returns_minor)) == (
        None if status is BetStatus.WON else (2, returns)
    )


def test_a_void_bet_is_settled_without_results() -> None:
    """At once, with its stake back."""
    single = made()
    assert settlement_of(single, with_voids(single, {}, Voids()), LATER) is None
    settlement = settlement_of(single, with_voids(single, {}, Voids(bet=True)), LATER)
    assert settlement is not None
    assert (settlement.status, settlement.returns_minor) == (BetStatus.VOID, single.slip.total_minor)
