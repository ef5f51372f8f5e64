"""Nobody bets on what is known, or when their own rules stop them by the time the bet is decided."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.settlement.results import MarketResult, Runner, VoidPeriod
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.offers import OfferStatus
from subgraphs.wallet.limits.limit import LimitKind
from tests.subgraphs.bets.house import OWNER, House, opened_house
from tests.subgraphs.bets.slips import NOON, offer, offered, selection
from tests.subgraphs.wallet.limited_wallet import LimitedWallet

MARKET = market_of(selection(1))


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Return bets over each kind of database, whose customers have limits."""
    async with opened_house(database_url, tmp_path, delay_seconds=5.0, minimum_stake=1) as opened:
        yield opened


@pytest.fixture
def wallet(house: House) -> LimitedWallet:
    """Return the wallet behind its limits, from which the house takes stakes."""
    limited = LimitedWallet(house.wallet.database, house.wallet.ledger, house.wallet.clock)
    house.funds.funds = limited.limited
    return limited


def told(status: str, market: str = "settled", **facts: object) -> MarketResult:
    """Return what became of a selection, with its market."""
    runners = (Runner(selection_id=selection(1), status=status),)
    return MarketResult(kind="WIN", status=market, runners=runners, **facts)  # type: ignore[arg-type]


async def decided(house: House, bet: object) -> tuple[BetStatus, str]:
    """Return how a bet stands after the bet delay, and why."""
    house.clock.advance(timedelta(seconds=5.1))
    await house.work()
    written = await house.bet(bet)  # type: ignore[arg-type]
    return written.status, written.refusal


async def test_an_event_that_began_two_hours_ago_takes_no_bets(house: House) -> None:
    """Its provider still says that it is scheduled."""
    house.offers.offers = offered(offer(sport="football", starts_at=NOON - timedelta(hours=2)))
    bet = await house.place()
    assert (bet.status, bet.refusal) == (BetStatus.REFUSED, "SUSPENDED")


async def test_a_start_that_passes_during_the_delay_is_seen(house: House) -> None:
    """A late race may be bet on as the bet is asked for, and no more as it is decided."""
    house.offers.offers = offered(offer(starts_at=NOON - timedelta(minutes=14, seconds=57)))
    before = await house.wallet.has(OWNER)
    bet = await house.place()
    assert bet.status is BetStatus.PENDING
    assert await decided(house, bet) == (BetStatus.REFUSED, "SUSPENDED")
    assert await house.wallet.has(OWNER) == before


@pytest.mark.parametrize(
    "result",
    [
        *[told("winner"), told("winner", "closed"), told("active", "cancelled")],
        told("active", "open", void_periods=(VoidPeriod(NOON - timedelta(minutes=1), None),)),
    ],
)
async def test_a_stored_result_takes_no_bets(house: House, result: MarketResult) -> None:
    """Whatever is offered; nor does one by which the bet would be void at once."""
    before = await house.wallet.has(OWNER)
    await house.told(MARKET, 1, result)
    bet = await house.place()
    assert (bet.status, bet.refusal) == (BetStatus.REFUSED, "SUSPENDED")
    assert await house.wallet.has(OWNER) == before


async def test_a_result_that_is_taken_back_lets_bets_be_made_again(house: House) -> None:
    """Its market is open, and nobody knows who wins."""
    await house.told(MARKET, 1, told("winner", known_at=NOON))
    await house.told(MARKET, 2, told("active", "open"))
    bet = await house.place()
    assert bet.status is BetStatus.OPEN
    house.clock.advance(timedelta(minutes=1))
    await house.told(MARKET, 3, told("winner", known_at=house.clock.now()))
    await house.work()
    assert (await house.bet(bet)).status is BetStatus.WON


async def test_a_result_that_comes_during_the_delay_refuses_the_bet(house: House) -> None:
    """The offers still stand, by a store that lags."""
    house.offers.offers = offered(offer(in_play=True))
    before = await house.wallet.has(OWNER)
    bet = await house.place()
    await house.told(MARKET, 1, told("winner"))
    assert await decided(house, bet) == (BetStatus.REFUSED, "SUSPENDED")
    assert await house.wallet.has(OWNER) == before


async def test_a_bet_struck_after_the_deciding_moment_is_void(house: House) -> None:
    """Its result was known to the provider, and not to us; a correction does not move that moment."""
    before = await house.wallet.has(OWNER)
    earlier = await house.place("k1")
    house.clock.advance(timedelta(seconds=3))
    known_at = house.clock.now()
    house.clock.advance(timedelta(seconds=3))
    later = await house.place("k2")
    assert {earlier.status, later.status} == {BetStatus.OPEN}
    await house.told(MARKET, 1, told("winner", known_at=known_at))
    await house.told(MARKET, 2, told("winner", known_at=known_at + timedelta(hours=1)))
    await house.work()
    assert (await house.bet(earlier)).status is BetStatus.WON
    assert (await house.bet(later)).status is BetStatus.VOID
    assert (await house.wallet.has(OWNER)).total == before.total + 20


async def test_a_market_whose_store_lags_is_suspended_when_the_bet_is_decided(house: House) -> None:
    """Its provider falls silent during the bet delay."""
    house.offers.offers = offered(offer(in_play=True))
    bet = await house.place()
    house.offers.offers = offered(offer(in_play=True, status=OfferStatus.SUSPENDED))
    assert await decided(house, bet) == (BetStatus.REFUSED, "SUSPENDED")


async def test_who_excludes_themselves_during_the_delay_makes_no_bet(
    house: House, wallet: LimitedWallet
) -> None:
    """The stake goes back."""
    house.offers.offers = offered(offer(in_play=True))
    before = await house.wallet.has(OWNER)
    bet = await house.place()
    assert bet.status is BetStatus.PENDING
    await wallet.exclude(OWNER, 6)
    assert await decided(house, bet) == (BetStatus.REFUSED, "SELF_EXCLUDED")
    assert (await house.bet(bet)).released_at is not None
    assert await house.wallet.has(OWNER) == before


@pytest.mark.parametrize(
    ("kind", "most", "is_made"),
    [
        *[(LimitKind.STAKE_BET, 9, False), (LimitKind.LOSS_DAY, 9, False)],
        *[(LimitKind.STAKE_BET, 10, True), (LimitKind.LOSS_DAY, 10, True)],
    ],
)
async def test_a_limit_set_during_the_delay_is_asked(
    house: House, wallet: LimitedWallet, kind: LimitKind, most: int, *, is_made: bool
) -> None:
    """The stake that waits counts once."""
    house.offers.offers = offered(offer(in_play=True))
    before = await house.wallet.has(OWNER)
    bet = await house.place(stake=10)
    await wallet.limit(OWNER, kind, most)
    status, why = await decided(house, bet)
    if is_made:
        assert (status, why) == (BetStatus.OPEN, "")
    else:
        assert (status, why) == (BetStatus.REFUSED, "LIMIT_REACHED")
        assert await house.wallet.has(OWNER) == before


async def test_an_answer_lost_before_an_exclusion_makes_no_bet(house: House, wallet: LimitedWallet) -> None:
    """The stake was reserved, and nobody knew; it goes back."""
    before = await house.wallet.has(OWNER)
    house.funds.lost = ["after"]
    bet = await house.place()
    assert bet.status is BetStatus.PENDING
    await wallet.exclude(OWNER, 6)
    assert await decided(house, bet) == (BetStatus.REFUSED, "SELF_EXCLUDED")
    assert await house.wallet.has(OWNER) == before


async def test_a_wallet_that_does_not_answer_is_asked_again(house: House, wallet: LimitedWallet) -> None:
    """Its silence neither makes nor refuses the bet."""
    del wallet
    house.offers.offers = offered(offer(in_play=True))
    bet = await house.place()
    house.funds.lost = ["before"]
    assert await decided(house, bet) == (BetStatus.PENDING, "")
    assert await decided(house, bet) == (BetStatus.OPEN, "")
