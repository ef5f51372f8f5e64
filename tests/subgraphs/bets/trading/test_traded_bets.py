"""Slips that traders refuse, limit and void, over a real database and a real ledger."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.storage.database import Database
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.models import BETS, TRADING
from subgraphs.bets.opened import OpenedBets
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.bets.trading.exposure import exposed_bet
from subgraphs.kit.domain.selections import market_of
from tests.subgraphs.bets.house import OWNER
from tests.subgraphs.bets.slips import offer, offered, selection
from tests.subgraphs.bets.trading.exposed import Sums, recounted
from tests.subgraphs.bets.trading.traded import TradedHouse, bet_void, factor, traded_house, trading, void
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CUSTOMERS

HIGHEST: Final = {"currency": "GBP", "minimum_minor": 1, "maximum_minor": 50}
MARKET: Final = market_of(selection(1))
NUMBERS: Final = count(1)
"""Of decisions and results: each is newer than all before."""


@pytest.fixture
async def traded(database_url: str, tmp_path: Path) -> AsyncIterator[TradedHouse]:
    """Bets over each kind of database."""
    async with traded_house(database_url, tmp_path, minimum_stake=1, delay_seconds=5.0) as opened:
        opened.house.offers.offers = offered(*(offer(number, market_kind="WIN") for number in (1, 2, 3)))
        yield opened


def limit(**said: Any) -> dict[str, Any]:
    """Return a limit of the brand in pounds."""
    usual = {"scope": "brand", "id": "", "currency": "GBP", "stake_minor": None, "liability_minor": None}
    return {**usual, **said}


async def money(traded: TradedHouse) -> int:
    """Return all that the first customer has."""
    return (await traded.house.wallet.has(OWNER)).total


async def kept(traded: TradedHouse) -> dict[tuple[str, str, str], Sums]:
    """Return the sums as they are kept, but those of no bets."""
    async with traded.house.database.read() as connection:
        rows = await connection.execute(select(TRADING.exposure).where(TRADING.exposure.c.bets != 0))
        return {
            (row.brand_id, row.currency, row.selection_id): Sums(
                row.stake_minor, row.returns_minor, row.places_minor, row.bets
            )
            for row in rows
        }


async def open_bets(traded: TradedHouse) -> list[Bet]:
    """Return the bets that are decided, and neither refused nor settled."""
    async with traded.house.database.read() as connection:
        found = list(await connection.scalars(select(BETS.bet.c.bet_id)))
    loaded = [await traded.house.bets.work.store.load(bet_id) for bet_id in found]
    bets = [seen.bet for seen in loaded if seen is not None]
    return [bet for bet in bets if bet.decided_at and not bet.refusal and not bet.settlements]


async def test_what_is_suspended_takes_no_bets(traded: TradedHouse) -> None:
    """Other events do, and it does again later; a bet that waits is refused when it is looked at."""
    live = offered(offer(1, in_play=True), offer(2))
    traded.house.offers.offers = live
    waiting = await traded.house.place("k0")
    event = {"scope": "event", "id": "event1"}
    await traded.decide(trading(1, suspended=[event]))
    assert (await traded.house.place("k1")).refusal == "SUSPENDED"
    assert (await traded.house.place("k2", numbers=(2,))).status is BetStatus.OPEN
    traded.house.clock.advance(timedelta(seconds=6))
    await traded.house.work()
    assert (await traded.house.bet(waiting)).refusal == "SUSPENDED"
    await traded.decide(trading(2))
    assert (await traded.house.place("k3")).status is BetStatus.PENDING


async def test_a_customer_may_stake_their_part(traded: TradedHouse) -> None:
    """Half of the limit for who has half, and all of it for others."""
    await traded.decide(trading(1, limits=[limit(stake_minor=40)]))
    await traded.apply(factor(500, customer=OWNER.customer))
    assert (await traded.house.place("k1", stake=21)).refusal == "STAKE_TOO_HIGH"
    assert (await traded.house.place("k2", stake=20)).status is BetStatus.OPEN
    assert (await traded.house.place("k3", CUSTOMERS[1], stake=40)).status is BetStatus.OPEN


@pytest.mark.parametrize("limits", [{"limits": [limit(stake_minor=50)]}, {"stakes": [HIGHEST]}])
async def test_small_bets_on_a_selection_are_one_stake(traded: TradedHouse, limits: dict[str, Any]) -> None:
    """Whatever limits the stake: what the customer has staked already counts, and others are not stopped."""
    await traded.decide(trading(1, **limits))
    bets = await asyncio.gather(*(traded.house.place(f"k{number}", stake=10) for number in range(8)))
    made = [bet for bet in bets if bet.status is BetStatus.OPEN]
    assert {bet.refusal for bet in bets if bet not in made} == {"STAKE_TOO_HIGH"}
    assert len(made) == 5
    assert (await traded.house.place("multiple", stake=10, numbers=(1, 2))).refusal == "STAKE_TOO_HIGH"
    assert (await traded.house.place("other", stake=50, numbers=(2,))).status is BetStatus.OPEN
    assert (await traded.house.place("theirs", CUSTOMERS[1], stake=50)).status is BetStatus.OPEN


async def test_two_processes_take_one_stake(mariadb_url: str, tmp_path: Path) -> None:
    """Each takes small bets of one customer on one selection at once: no more than one bet may cost."""
    async with traded_house(mariadb_url, tmp_path, minimum_stake=1) as traded:
        traded.house.offers.offers = offered(offer(1, market_kind="WIN"))
        await traded.decide(trading(1, limits=[limit(stake_minor=50)]))
        house = traded.house
        second = Database.open(traded.settings, "bets")
        other = OpenedBets.of(
            second, house.clock, house.bets.placing.settings, house.funds, house.offers, None
        )
        both = (house, replace(house, database=second, bets=other))
        asked = (both[number % 2].place(f"k{number}", stake=10) for number in range(12))
        placed = await asyncio.gather(*asked)
        await other.close()
        await second.close()
    assert sum(bet.status is BetStatus.OPEN for bet in placed) == 5


async def test_customers_at_once_use_a_liability_up_and_no_more(traded: TradedHouse) -> None:
    """Each may win 20; the stake of those that are refused comes back."""
    await traded.decide(trading(1, limits=[limit(liability_minor=90)]))
    before = sum([(await traded.house.wallet.has(owner)).total for owner in CUSTOMERS[:2]])
    placing = (traded.house.place(f"k{number}", CUSTOMERS[number % 2], stake=10) for number in range(12))
    bets = await asyncio.gather(*placing)
    made = [bet for bet in bets if bet.status is BetStatus.OPEN]
    assert {bet.refusal for bet in bets if bet not in made} == {"STAKE_TOO_HIGH"}
    assert len(made) == 4
    await traded.house.work()
    after = sum([(await traded.house.wallet.has(owner)).total for owner in CUSTOMERS[:2]])
    assert before - after == 40


@pytest.mark.parametrize("of", ["bet", "market", "selection"])
@pytest.mark.parametrize("status", [None, "winner", "loser"])
async def test_a_void_bet_gives_its_stake_back(traded: TradedHouse, of: str, status: str | None) -> None:
    """Before a result, and after one: then what was won is taken back."""
    before = await money(traded)
    bet = await traded.house.place(stake=10)
    if status is not None:
        runner = Runner(selection_id=selection(1), status=status)
        await traded.house.told(MARKET, 1, MarketResult(kind="WIN", status="settled", runners=(runner,)))
        await traded.house.work()
        assert await money(traded) == before + {"winner": 20, "loser": -10}[status]
    if of == "bet":
        await traded.apply(bet_void(bet.bet_id, customer=bet.customer_id))
    else:
        await traded.decide(void(1, of, MARKET if of == "market" else selection(1)))
    await traded.house.work()
    assert (await traded.house.bet(bet)).status is BetStatus.VOID
    assert await money(traded) == before
    if of != "bet" and status is not None:
        await traded.decide(void(2, of, MARKET if of == "market" else selection(1), is_void=False))
        await traded.house.work()
        assert await money(traded) == before + {"winner": 20, "loser": -10}[status]


async def test_a_bet_on_what_is_void_is_void_as_soon_as_it_is_made(traded: TradedHouse) -> None:
    """Also if it was asked for before: nobody has to find it."""
    before = await money(traded)
    traded.house.offers.offers = offered(offer(1, in_play=True), offer(2))
    waiting = await traded.house.place("k1")
    await traded.decide(void(1, "market", MARKET))
    traded.house.clock.advance(timedelta(seconds=6))
    await traded.house.work()
    assert (await traded.house.bet(waiting)).status is BetStatus.VOID
    assert await money(traded) == before
    assert await kept(traded) == {}


PLACED: Final = st.tuples(
    st.just("place"),
    st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3, unique=True),
    st.integers(1, 20),
    st.booleans(),
)
TOLD: Final = st.tuples(
    st.just("told"), st.sampled_from([1, 2, 3]), st.sampled_from(["winner", "loser", "removed"])
)
STEPS: Final = st.lists(PLACED | TOLD | st.tuples(st.just("void"), st.integers(0, 9)), max_size=14)


@settings(
    max_examples=OUTER_LAYER, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, run=st.uuids())
async def test_the_sums_are_those_of_all_open_bets(traded: TradedHouse, steps: list[Any], run: Any) -> None:
    """Whatever is placed, refused, told and void, also over what earlier runs have left."""
    await traded.decide(trading(next(NUMBERS), limits=[limit(liability_minor=120)]))
    placed: list[Bet] = []
    for index, (what, *details) in enumerate(steps, 1):
        if what == "place":
            numbers, stake, each_way = details
            placed.append(
                await traded.house.place(f"{run}-{index}", numbers=numbers, stake=stake, each_way=each_way)
            )
        elif what == "told":
            own, status = selection(details[0]), details[1]
            result = MarketResult(
                kind="WIN", status="settled", runners=(Runner(selection_id=own, status=status),)
            )
            await traded.house.told(market_of(own), next(NUMBERS), result)
        elif placed:
            chosen = placed[details[0] % len(placed)]
            await traded.apply(bet_void(chosen.bet_id, customer=chosen.customer_id))
        await traded.house.work()
        bets = await open_bets(traded)
        assert await kept(traded) == recounted([exposed_bet(bet) for bet in bets])
        assert all(sums.returns - sums.stake <= 120 for sums in (await kept(traded)).values())
