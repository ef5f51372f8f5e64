"""How money moves for results and their corrections, at our own wallet."""

from collections.abc import AsyncIterator, Sequence
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import Acceptance, Accepted
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.betting.facts import RefusedFor, Settled, with_fact
from subgraphs.bets.betting.performing import MESSAGES, Performer
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.betting.steps import GiveBack, Reserve, Take, next_step
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.funds import IN_DOUBT, Funds, Outcome, Purpose, Reservation, Settlement, Why, refused
from tests.subgraphs.bets.slips import NOON, bet, selection, slip
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.money.contract import CUSTOMERS
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

OWNER: Final = CUSTOMERS[0]
RETURNS: Final = {"winner": 30, "loser": 0, "removed": 10, "winner 500": 20, "loser 500": 5}

IN_A_ROW: Final = (
    ("removed", "loser", "winner"),
    ("removed", "winner", "removed"),
    ("loser", "removed", "winner"),
    ("winner", "removed", "loser"),
    ("winner", "loser", "removed"),
)


@pytest.fixture
async def wallet(tmp_path: Path) -> AsyncIterator[LedgerWallet]:
    """A wallet of ours, whose customers have money."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{tmp_path}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        opened = LedgerWallet(database, ledger, clock)
        await opened.begin()
        yield opened


async def still_offered(known: Bet) -> Acceptance:
    """Find that what a bet is on is offered as it was."""
    return Accepted(known.legs)


async def worked(funds: Funds, known: Bet) -> Bet:
    """Return a bet for which all is done that can be."""
    performer = Performer(funds, still_offered)
    while (step := next_step(known, NOON)) is not None:
        fact = await performer.perform(known, step, NOON)
        assert fact is not None
        known = with_fact(known, fact)
    return known


def with_result(known: Bet, words: str) -> Bet:
    """Return a bet with a result."""
    status, _, void = words.partition(" ")
    runner = Runner(selection_id=selection(1), status=status, void_milli=int(void) if void else None)
    market = MarketResult(kind="WIN", status="settled", runners=(runner,))
    settlement = settlement_of(known, {market_of(selection(1)): market}, NOON)
    return known if settlement is None else with_fact(known, Settled(settlement))


async def with_results(wallet: LedgerWallet, name: str, results: Sequence[str]) -> Bet:
    """Return a bet of ten that was made, with results that correct each other."""
    known = await worked(wallet.funds, bet(slip(stake=10), bet_id=name))
    for words in results:
        known = await worked(wallet.funds, with_result(known, words))
    return known


async def test_every_correction_of_every_result_leaves_what_the_last_one_says(wallet: LedgerWallet) -> None:
    """Each result after each, and three in a row that give the stake back in between."""
    await wallet.funds.settle(await prize(wallet, 900))
    for number, results in enumerate([*product(RETURNS, repeat=2), *IN_A_ROW]):
        before = (await wallet.has(OWNER)).total
        known = await with_results(wallet, f"b{number}", results)
        assert not any(settlement.refusal for settlement in known.settlements), results
        assert (await wallet.has(OWNER)).total == before - 10 + RETURNS[results[-1]], results
    has = [(await wallet.has(owner)).total for owner in CUSTOMERS]
    assert await wallet.house() == wallet.paid_in - sum(has)


async def prize(wallet: LedgerWallet, amount: int) -> Settlement:
    """Return what pays a customer enough for many bets."""
    stake = Reservation(id="prize", owner=OWNER, currency="GBP", amount=1, purpose=Purpose.GAME, seconds=60)
    await wallet.funds.reserve(stake)
    return Settlement(id="prize.0", reservation=stake, returns=amount)


async def test_a_void_bet_gives_its_stake_back_where_it_came_from(wallet: LedgerWallet) -> None:
    """A bonus does not become cash because a horse did not run."""
    before = await wallet.has(OWNER)
    known = await with_results(wallet, "b1", ["removed"])
    assert known.status is BetStatus.VOID
    assert await wallet.has(OWNER) == before


async def test_what_was_spent_before_it_is_taken_back_is_owed(wallet: LedgerWallet) -> None:
    """A person decides; what a later result brings pays it first."""
    known = await with_results(wallet, "b1", ["winner"])
    stake = Reservation(id="all", owner=OWNER, currency="GBP", amount=120, purpose=Purpose.GAME, seconds=60)
    await wallet.funds.reserve(stake)
    left = (await wallet.has(OWNER)).cash
    known = await worked(wallet.funds, with_result(known, "loser"))
    assert (await wallet.has(OWNER)).cash == 0
    known = await worked(wallet.funds, with_result(known, "winner"))
    assert [settlement.owed_minor for settlement in known.settlements] == [0, 30 - left, 0]
    assert not any(settlement.refusal for settlement in known.settlements)
    assert (await wallet.has(OWNER)).cash == left


async def test_a_stake_that_is_not_there_refuses_the_bet(wallet: LedgerWallet) -> None:
    """With words for the customer, and nothing is held."""
    before = await wallet.has(OWNER)
    known = await worked(wallet.funds, bet(slip(stake=1000)))
    assert (known.status, known.refusal) == (BetStatus.REFUSED, "INSUFFICIENT_FUNDS")
    assert known.message == MESSAGES[Why.INSUFFICIENT_FUNDS]
    assert known.released_at == NOON
    assert await wallet.has(OWNER) == before


async def test_a_stake_whose_time_is_over_is_not_taken(wallet: LedgerWallet) -> None:
    """However late a bet is made that was accepted, it is made with its stake or not at all."""
    waiting = bet(slip(stake=10), reserved_at=NOON, decided_at=NOON)
    assert await wallet.funds.reserve(waiting.stake)
    await wallet.pass_time(8 * 24 * 3600)
    known = await worked(wallet.funds, waiting)
    assert (known.status, known.refusal) == (BetStatus.REFUSED, "DECLINED")
    assert known.released_at == NOON


class Answering:
    """A wallet somewhere else that always answers the same."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    async def answer(self, _asked: object) -> Outcome:
        """Return the answer."""
        return self._outcome

    reserve = confirm = settle = release = correct = answer

    async def ask(self, _asked: Reservation) -> None:
        """Know nothing."""


@pytest.mark.parametrize("step", [Reserve(), Take(), GiveBack()])
async def test_in_doubt_nothing_is_learnt(step: Reserve | Take | GiveBack) -> None:
    """The same step is done again: nobody guesses."""
    assert await Performer(Answering(IN_DOUBT), still_offered).perform(bet(), step, NOON) is None


@pytest.mark.parametrize("why", Why)
async def test_each_refusal_of_a_wallet_is_one_for_the_customer(why: Why) -> None:
    """In words; what only blocks know is that the bet was declined."""
    fact = await Performer(Answering(refused(why)), still_offered).perform(bet(), Reserve(), NOON)
    assert isinstance(fact, RefusedFor)
    assert fact.code == (why.value if why in MESSAGES else "DECLINED")
    assert fact.message


async def test_nobody_decides_by_offers_that_are_not_known(wallet: LedgerWallet) -> None:
    """The bet stays pending, until it is refused for having waited too long."""

    async def unknown(_: Bet) -> None:
        return None

    known = replace(bet(slip(stake=10)), reserved_at=NOON)
    step = next_step(known, NOON)
    assert step is not None
    assert await Performer(wallet.funds, unknown).perform(known, step, NOON) is None
