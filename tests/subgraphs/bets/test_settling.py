"""When a bet settles, how it stands by its results, and what a correction changes."""

from datetime import timedelta
from typing import Any, Final

import pytest

from subgraphs.bets.accepting.acceptance import MAX_RETURNS
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.betting.facts import Settled, with_fact
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.settlement.outcomes import LegResult, Outcome
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.kit.domain.selections import market_of
from tests.subgraphs.bets.slips import NOON, bet, made, selection, slip

LATER: Final = NOON + timedelta(hours=1)
S: Final = BetStatus


def results(**told: str) -> dict[str, MarketResult]:
    """Return markets by what their selections say: `m1="winner"`, or `m1="loser 500"` with a part void."""
    markets = {}
    for name, words in told.items():
        pick = selection(int(name.removeprefix("m")))
        status, _, void = words.partition(" ")
        runner = Runner(selection_id=pick, status=status, void_milli=int(void) if void else None)
        has_results = status != "active"
        market = MarketResult(kind="WIN", status="settled" if has_results else "open", runners=(runner,))
        markets[market_of(pick)] = market
    return markets


def settled(a_bet: Bet, **told: str) -> Bet:
    """Return a bet by some more results."""
    settlement = settlement_of(a_bet, results(**told), LATER)
    return a_bet if settlement is None else with_fact(a_bet, Settled(settlement))


@pytest.mark.parametrize(
    ("told", "status", "returns", "counting"),
    [
        ({"m1": "active"}, S.OPEN, None, None),
        ({"m1": "winner"}, S.WON, 3000, 1000),
        ({"m1": "loser"}, S.LOST, 0, 1000),
        ({"m1": "placed"}, S.LOST, 0, 1000),
        ({"m1": "removed"}, S.VOID, 1000, 0),
        ({"m1": "winner 500"}, S.PARTLY_VOID, 500 + 1500, 500),
        ({"m1": "loser 500"}, S.PARTLY_VOID, 500, 500),
    ],
)
def test_singles(told: dict[str, str], status: BetStatus, returns: int | None, counting: int | None) -> None:
    """A thousand at 3.0."""
    after = settled(made(), **told)
    assert after.status is status
    if returns is not None:
        [settlement] = after.settlements
        assert (settlement.returns_minor, settlement.counting_minor) == (returns, counting)
        assert (settlement.number, settlement.decided_at) == (1, LATER)


@pytest.mark.parametrize(
    ("told", "status", "returns"),
    [
        ({"m1": "winner"}, S.OPEN, None),
        ({"m1": "winner", "m2": "winner"}, S.WON, 9000),
        ({"m1": "loser"}, S.LOST, 0),
        ({"m1": "loser", "m2": "removed"}, S.LOST, 0),
        ({"m1": "winner", "m2": "removed"}, S.PARTLY_VOID, 3000),
        ({"m1": "removed", "m2": "removed"}, S.VOID, 1000),
        ({"m1": "loser 500"}, S.OPEN, None),
    ],
)
def test_multiples(told: dict[str, str], status: BetStatus, returns: int | None) -> None:
    """A double: it is lost with its first leg, and a void leg leaves a single."""
    after = settled(made(slip((1, 2))), **told)
    assert after.status is status
    assert (after.settlements[0].returns_minor if after.settlements else None) == returns


def test_each_way_a_place_pays_and_keeps_a_multiple_alive() -> None:
    """A thousand each way at 3.0, a fifth of the odds for the place."""
    assert settled(made(slip(each_way=True)), m1="placed").settlements[0].returns_minor == 1400
    double = settled(made(slip((1, 2), each_way=True)), m1="placed")
    assert double.status is S.OPEN
    assert settled(double, m1="placed", m2="loser").status is S.LOST


def test_a_correction_is_a_settlement_with_the_next_number() -> None:
    """The same results again are none; each correction is, also back to what was before."""
    won = settled(made(), m1="winner")
    assert settled(won, m1="winner") is won
    lost = settled(won, m1="loser")
    again = settled(lost, m1="winner")
    assert [
        (settlement.number, settlement.status, settlement.returns_minor) for settlement in again.settlements
    ] == [*[(1, S.WON, 3000), (2, S.LOST, 0), (3, S.WON, 3000)]]


def test_a_bet_whose_result_is_taken_back_is_open_again() -> None:
    """It has returned nothing, and all of its stake counts; a market that is no longer kept says nothing."""
    won = settled(made(), m1="winner 500")
    assert settlement_of(won, {}, LATER) is None
    again = settled(won, m1="active")
    assert (again.status, again.returns_minor) == (S.OPEN, None)
    [_, undone] = again.settlements
    assert (undone.number, undone.returns_minor, undone.counting_minor) == (2, 0, 1000)
    assert undone.outcomes == {}
    assert settled(again, m1="active") is again
    assert settled(again, m1="loser").status is S.LOST


def test_a_double_whose_lost_leg_is_corrected_is_open_while_the_other_is() -> None:
    """It was lost at once, and what is known of one leg does not decide it any more."""
    lost = settled(made(slip((1, 2))), m1="loser", m2="active")
    again = settled(lost, m1="winner", m2="active")
    assert again.status is S.OPEN
    assert settled(again, m1="winner", m2="active") is again
    assert settled(again, m1="winner", m2="winner").settlements[-1].returns_minor == 9000
    assert settled(settled(again, m1="active", m2="active"), m1="loser").status is S.LOST


def test_a_void_that_people_take_back_is_none() -> None:
    """Of a market of which no provider has said anything."""
    cancelled = {market_of(selection(1)): MarketResult(kind="", status="cancelled", runners=())}
    known = made()
    void = settlement_of(known, cancelled, LATER)
    assert void is not None
    after = with_fact(known, Settled(void))
    again = settlement_of(after, {}, LATER)
    assert again is not None
    assert again.status is S.OPEN


def test_what_became_of_a_leg_after_the_bet_was_lost_is_kept_too() -> None:
    """The customer sees it; and if the lost leg is corrected, the bet has won."""
    lost = settled(made(slip((1, 2))), m1="loser", m2="active")
    both = settled(lost, m1="loser", m2="winner")
    assert both.status is S.LOST
    assert both.settlements[-1].outcomes[selection(2)] == Outcome(result=LegResult.WON)
    assert settled(both, m1="winner").settlements[-1].returns_minor == 9000


@pytest.mark.parametrize("facts", [{}, {"decided_at": NOON}, {"refusal": "DECLINED", "decided_at": NOON}])
def test_only_a_bet_that_is_made_settles(facts: dict[str, Any]) -> None:
    """A result that comes while it is pending is looked at once it is made."""
    assert settlement_of(bet(**facts), results(m1="winner"), LATER) is None


def test_nothing_returns_more_than_money_can_say() -> None:
    """Odds are limited as a bet is accepted; a bet that another system has kept is limited here."""
    huge = made(slip(range(1, 21), seen=1_000_000))
    winners = {f"m{number}": "winner" for number in range(1, 21)}
    assert settled(huge, **winners).settlements[0].returns_minor == MAX_RETURNS
