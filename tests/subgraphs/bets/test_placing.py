"""Slips over a real database and a real ledger: one bet for a key, one end, whatever is lost in between."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from subgraphs.bets.accepting.slip import PriceChanges
from subgraphs.bets.betting.bet import Asked, Bet, BetStatus
from subgraphs.bets.models import BETS
from subgraphs.bets.placing.placing import INTERRUPTED, NOT_HERE, REUSED
from subgraphs.bets.placing.work import BetWork
from subgraphs.bets.records.forgetting import forget
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.bets.upkeep import Upkeep
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.offers import OfferStatus
from tests.subgraphs.bets.house import OWNER, House, opened_house
from tests.subgraphs.bets.slips import offer, offered, selection, slip
from tests.support.money.contract import CURRENCY


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Return bets over each kind of database."""
    async with opened_house(database_url, tmp_path, delay_seconds=5.0, minimum_stake=1) as opened:
        yield opened


def result(status: str, number: int = 1, *, market: str = "settled") -> tuple[str, MarketResult]:
    """Return what became of a selection, with its market."""
    own = selection(number)
    return market_of(own), MarketResult(
        kind="WIN", status=market, runners=(Runner(selection_id=own, status=status),)
    )


async def test_a_bet_is_made_and_told(house: House) -> None:
    """The stake is taken, and the club and others are told."""
    before = (await house.wallet.has(OWNER)).total
    bet = await house.place(stake=30)
    assert bet.status is BetStatus.OPEN
    assert (await house.wallet.has(OWNER)).total == before - 30
    told = await house.facts()
    assert [topic for topic, _ in told] == ["club.progress.v1", "bet.state.v1"]
    state = json.loads(told[1][1])
    assert (state["status"], state["stake_minor"], state["returns_minor"]) == ("OPEN", 30, None)
    assert state["legs"][0]["pick"] == "Horse 1"


async def test_one_bet_for_a_key(house: House) -> None:
    """However often it is asked for at once; another slip is another bet."""
    first, *others = await asyncio.gather(*(house.place() for _ in range(8)))
    assert {bet.bet_id for bet in others} == {first.bet_id}
    assert await house.rows() == 1
    settled = await house.bet(first)
    assert settled.status is BetStatus.OPEN
    assert len(await house.facts()) == 2
    assert await house.place(stake=11) == REUSED


async def test_nothing_is_noted_while_nobody_knows_what_is_offered(house: House) -> None:
    """So that the same may be asked again."""
    house.offers.offers = None
    assert await house.place() == INTERRUPTED
    assert await house.rows() == 0
    house.offers.offers = offered(offer())
    assert (await house.place()).status is BetStatus.OPEN


async def test_a_refusal_stays_one(house: House) -> None:
    """The same key has the same answer, whatever is offered since."""
    house.offers.offers = offered(offer(odds_milli=2900))
    bet = await house.place()
    assert (bet.status, bet.refusal, bet.changed) == (BetStatus.REFUSED, "PRICE_CHANGED", (selection(1),))
    house.offers.offers = offered(offer())
    assert await house.place() == bet
    assert await house.facts() == []
    assert (await house.place("k2", changes=PriceChanges.ANY)).status is BetStatus.OPEN


async def test_what_is_suspended_while_the_stake_is_reserved_is_no_bet(house: House) -> None:
    """Offers are looked at again once the money is kept."""
    before = await house.wallet.has(OWNER)
    reserve = house.funds.funds.reserve

    async def suspending(reservation: object) -> object:
        house.offers.offers = offered(offer(status=OfferStatus.SUSPENDED))
        return await reserve(reservation)  # type: ignore[arg-type]

    house.funds.reserve = suspending  # type: ignore[method-assign,assignment]
    bet = await house.place()
    assert (bet.status, bet.refusal) == (BetStatus.REFUSED, "SUSPENDED")
    assert bet.released_at is not None
    assert await house.wallet.has(OWNER) == before
    assert await house.facts() == []


async def test_a_bet_in_play_waits_for_the_delay(house: House) -> None:
    """Its stake is reserved meanwhile."""
    house.offers.offers = offered(offer(in_play=True))
    bet = await house.place()
    assert (bet.status, bet.reserved_at is not None) == (BetStatus.PENDING, True)
    begun = house.clock.now()
    assert bet.delay_left(begun) == timedelta(seconds=5)
    assert bet.delay_left(begun + timedelta(seconds=3.5)) == timedelta(seconds=1.5)
    assert bet.delay_left(begun + timedelta(seconds=6)) == timedelta()
    assert replace(bet, decided_at=begun).delay_left(begun) is None  # its stake is being taken
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.PENDING
    house.clock.advance(timedelta(seconds=5.1))
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.OPEN
    assert (await house.bet(bet)).delay_left(begun) is None
    assert await house.place() == await house.bet(bet)


async def test_a_price_that_moves_during_the_delay_is_looked_at(house: House) -> None:
    """The customer has the stake again."""
    house.offers.offers = offered(offer(in_play=True))
    before = await house.wallet.has(OWNER)
    bet = await house.place()
    house.offers.offers = offered(offer(in_play=True, odds_milli=2800))
    house.clock.advance(timedelta(seconds=5.1))
    await house.work()
    assert (await house.bet(bet)).refusal == "PRICE_CHANGED"
    assert await house.wallet.has(OWNER) == before


async def test_a_refused_bet_is_forgotten_after_three_months(house: House) -> None:
    """However often somebody asks for what is refused, it does not stay; bets do."""
    made = await house.place("k2")
    house.offers.offers = offered(offer(odds_milli=2900))
    refused = await house.place()
    assert refused.status is BetStatus.REFUSED
    for days, left in ((89, 2), (91, 1)):
        async with house.database.write() as connection:
            assert not await forget(connection, BETS, refused.asked_at + timedelta(days=days))
        assert await house.rows() == left
    assert await house.bet(made) == made


@pytest.mark.parametrize("lost", [["before"], ["after"], ["", "before"], ["", "after"], ["after", "after"]])
async def test_what_is_in_doubt_is_pending_until_somebody_knows(house: House, lost: list[str]) -> None:
    """A lost answer is neither a bet nor none."""
    house.funds.lost = list(lost)
    bet = await house.place()
    assert bet.status is BetStatus.PENDING
    assert bet.delay_left(house.clock.now()) is None
    house.clock.advance(timedelta(seconds=2))
    await house.work()
    house.clock.advance(timedelta(seconds=5))
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.OPEN
    assert len(await house.facts()) == 2


async def test_a_bet_whose_request_was_killed_goes_on(house: House) -> None:
    """Somebody else goes on with it, once its own request has had its time."""
    placing, work = house.bets.placing, house.bets.work
    asked = Asked(owner=OWNER, key="k1", slip=slip(currency=CURRENCY, stake=10), jurisdiction="GB")
    bet = await placing._new(asked)
    assert bet is not None
    assert await work.store.due(await work.now(), 10) == []
    house.clock.advance(timedelta(seconds=16))
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.OPEN


async def test_nobody_waits_for_ever(house: House) -> None:
    """A bet of which nothing can be known is refused."""
    before = await house.wallet.has(OWNER)
    house.offers.offers = offered(offer(in_play=True))
    bet = await house.place()
    house.offers.offers = None
    house.clock.advance(timedelta(seconds=60))
    await house.work()
    ended = await house.bet(bet)
    assert (ended.status, ended.refusal) == (BetStatus.REFUSED, "DECLINED")
    assert await house.wallet.has(OWNER) == before


async def test_a_result_settles_and_a_correction_takes_back(house: House) -> None:
    """An older state that comes late changes nothing."""
    before = (await house.wallet.has(OWNER)).total
    bet = await house.place(stake=10)
    market, won = result("winner")
    await house.told(market, 2, won)
    await house.work()
    settled = await house.bet(bet)
    assert (settled.status, settled.settlements[0].returns_minor) == (BetStatus.WON, 30)
    assert (await house.wallet.has(OWNER)).total == before + 20
    await house.told(market, 1, result("loser")[1])
    await house.work()
    assert await house.bet(bet) == settled
    await house.told(market, 3, result("loser")[1])
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.LOST
    assert (await house.wallet.has(OWNER)).total == before - 10
    states = [json.loads(value) for topic, value in await house.facts() if topic == "bet.state.v1"]
    assert [(state["bet_revision"], state["status"]) for state in states] == [
        (1, "OPEN"),
        (2, "WON"),
        (3, "LOST"),
    ]


async def test_a_result_that_is_there_already_settles_at_once(house: House) -> None:
    """The result came while the bet was being made."""
    market, won = result("winner")
    await house.told(market, 1, won)
    bet = await house.place(stake=10)
    assert (await house.bet(bet)).status is BetStatus.WON


async def test_a_result_that_saw_no_bet_is_found_by_sweeping(house: House) -> None:
    """The result and the bet were written at one moment."""
    bet = await house.place(stake=10)
    market, won = result("winner")
    await house.told(market, 1, won)
    seen = await house.bets.work.store.load(bet.bet_id)
    assert seen is not None
    await house.bets.work.store.schedule(seen, None, 0)  # as if it had been added at that moment
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.OPEN
    async with house.database.write() as connection:
        at = await house.bets.work.clock.at(connection)
        await house.bets.work.results.sweep(connection, at - timedelta(minutes=10), at)
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.WON


async def test_a_multiple_waits_for_all_but_is_lost_with_one(house: House) -> None:
    """Results come by themselves."""
    house.offers.offers = offered(offer(1), offer(2))
    bets = [await house.place(f"k{number}", numbers=(1, 2), stake=10) for number in range(2)]
    await house.told(*_revised(result("winner", 1)))
    await house.work()
    assert {(await house.bet(bet)).status for bet in bets} == {BetStatus.OPEN}
    await house.told(*_revised(result("loser", 2)))
    await house.work()
    assert {(await house.bet(bet)).status for bet in bets} == {BetStatus.LOST}


def _revised(told: tuple[str, MarketResult]) -> tuple[str, int, MarketResult]:
    return told[0], 1, told[1]


async def test_a_free_bet_pays_its_winnings_alone(house: House) -> None:
    """The stake was the club's."""
    has = await house.wallet.has(OWNER)
    credit, amount = next(iter(has.free_bets.items()))
    asked = replace(slip(currency=CURRENCY, stake=amount), free_bet=credit)
    bet = await house.bets.placing.place(Asked(owner=OWNER, key="k1", slip=asked, jurisdiction="GB"))
    assert isinstance(bet, Bet)
    assert (bet.status, bet.potential_returns) == (BetStatus.OPEN, 2 * amount)
    await house.told(*_revised(result("winner")))
    await house.work()
    now = await house.wallet.has(OWNER)
    assert (now.cash, now.free_bets[credit]) == (has.cash + 2 * amount, 0)
    states = [json.loads(value) for topic, value in await house.facts() if topic == "club.progress.v1"]
    assert {state["stake_source"] for state in states} == {"free_bet"}


async def test_a_void_free_bet_is_the_customers_again(house: House) -> None:
    """As if it had never been used."""
    has = await house.wallet.has(OWNER)
    credit, amount = next(iter(has.free_bets.items()))
    asked = replace(slip(currency=CURRENCY, stake=amount), free_bet=credit)
    await house.bets.placing.place(Asked(owner=OWNER, key="k1", slip=asked, jurisdiction="GB"))
    await house.told(*_revised(result("active", market="cancelled")))
    await house.work()
    assert await house.wallet.has(OWNER) == has


async def test_bets_are_taken_where_the_brand_takes_them(database_url: str, tmp_path: Path) -> None:
    """By the account, and by where the customer is."""
    async with opened_house(database_url, tmp_path, jurisdictions={OWNER.brand: ["GB"]}) as house:
        asked = Asked(
            owner=OWNER, key="k1", slip=slip(currency=CURRENCY, stake=10), territory="US", jurisdiction="GB"
        )
        assert await house.bets.placing.place(asked) == NOT_HERE
        assert await house.bets.placing.place(replace(asked, territory="GB", jurisdiction="US")) == NOT_HERE
        assert await house.rows() == 0
        assert isinstance(await house.bets.placing.place(replace(asked, territory="GB")), Bet)


async def test_a_bet_that_nobody_can_go_on_with_keeps_no_other_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker goes on with the others at once, and comes back to it."""
    house.offers.offers = offered(offer(in_play=True))
    bets = [await house.place(f"k{number}") for number in range(4)]
    house.clock.advance(timedelta(seconds=6))
    advance = BetWork.advance

    async def failing(work: BetWork, bet_id: str) -> Bet | None:
        if bet_id == bets[0].bet_id:
            raise ValueError("nobody has thought of this")
        return await advance(work, bet_id)

    monkeypatch.setattr(BetWork, "advance", failing)
    upkeep = Upkeep(house.database, house.bets)
    await upkeep.round()
    statuses = [(await house.bet(bet)).status for bet in bets]
    assert statuses == [BetStatus.PENDING, *(BetStatus.OPEN,) * 3]
    monkeypatch.undo()
    house.clock.advance(timedelta(minutes=10))
    await upkeep.round()
    assert (await house.bet(bets[0])).status is BetStatus.REFUSED  # it has waited for too long
