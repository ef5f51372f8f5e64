"""What bets return, beside examples that bookmakers and exchanges publish, and by what must hold of all."""

from fractions import Fraction
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.bets.settlement.outcomes import MAX_SHARING, LegResult, Outcome, total_deduction
from subgraphs.bets.settlement.returns import Leg, potential_returns, returns_of
from subgraphs.kit.offers import Terms

QUARTER, FIFTH = Terms(1, 4), Terms(1, 5)
WON, LOST, PLACED, VOID = (Outcome(result=LegResult(name)) for name in ("WON", "LOST", "PLACED", "VOID"))


def shared(runners: int, places: int = 1, result: str = "DEAD_HEAT") -> Outcome:
    """Return a dead heat of runners for places, as a provider tells it: in thousandths."""
    return Outcome(result=LegResult(result), shared_milli=round(1000 * places / runners))


def deducted(milli: int, result: str = "WON") -> Outcome:
    """Return a result with something taken off the winnings."""
    return Outcome(result=LegResult(result), deduction_milli=milli)


def leg(odds: str, outcome: Outcome, terms: Terms | None = None) -> Leg:
    """Return a leg; its odds are decimal, or fractional as 16/1."""
    decimal = Fraction(odds) + 1 if "/" in odds else Fraction(odds)
    return Leg(odds_milli=round(decimal * 1000), terms=terms, outcome=outcome)


PUBLISHED: Final = {
    # help.daznbet.com, "Each Way Dead Heats": £20 each way at 16/1, a quarter for three places
    "third, each way": (2000, True, [leg("16/1", PLACED, QUARTER)], 10000),
    "joint third of two, each way": (2000, True, [leg("16/1", shared(2, 1, "PLACED"), QUARTER)], 5000),
    # support.betfair.com, answer 6779: £10 at 10/1, two runners share the first place
    "joint first of two": (1000, False, [leg("10/1", shared(2))], 5500),
    # The same, each way: £10 at 9.0, a quarter for two places, three share the first; six for four places
    "three first, two places": (1000, True, [leg("9.0", shared(3), Terms(1, 4, 2))], 5000),
    "six first, four places": (1000, True, [leg("9.0", shared(6), Terms(1, 4, 4))], 3500),
    "two first, three places": (1000, True, [leg("9.0", shared(2), Terms(1, 4, 3))], 4500 + 3000),
    # betdaq.zendesk.com, "What is a dead heat?": €60 at 6.0, three for one place, four for two
    "three for the first place": (6000, False, [leg("6.0", shared(3))], 12000),
    "four for two places": (6000, False, [leg("6.0", shared(4, 2))], 18000),
    # help.smarkets.com, "Dead heat calculator": £20 at 4.0, three runners
    "a third of £80": (2000, False, [leg("4.0", shared(3))], 2667),
    # help.draftkings.com, "What is a dead heat reduction": $50 at 3.0, six for three places
    "six for three places": (5000, False, [leg("3.0", shared(6, 3))], 7500),
    # www.unibet.co.uk, "Horse racing - win": £10 at 2.25, 80p in the pound
    "Rule 4 of 80p": (1000, False, [leg("2.25", deducted(800))], 1250),
    # www.allaboutbetting.co.uk, "Rule 4": £10 at 8/1, 25p in the pound
    "Rule 4 of 25p": (1000, False, [leg("8/1", deducted(250))], 7000),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_examples(name: str) -> None:
    """Each with its source."""
    stake, each_way, legs, returns = PUBLISHED[name]
    assert returns_of(stake, legs, each_way=each_way) == returns


BY_HAND: Final = {
    "won": (1000, False, [leg("5/2", WON)], 3500),
    "lost": (1000, False, [leg("5/2", LOST)], 0),
    "void": (1000, False, [leg("5/2", VOID)], 1000),
    "won, each way: both lines": (500, True, [leg("10/1", WON, FIFTH)], 5500 + 1500),
    "lost, each way": (500, True, [leg("10/1", LOST, FIFTH)], 0),
    "void, each way: both stakes": (500, True, [leg("10/1", VOID, FIFTH)], 1000),
    "joint first, each way: half the win, the whole place": (
        *(500, True, [leg("10/1", shared(2), FIFTH)]),
        2750 + 1500,
    ),
    "placed, each way, with 20p off": (500, True, [leg("10/1", deducted(200, "PLACED"), FIFTH)], 1300),
    "won, each way, with 20p off": (500, True, [leg("10/1", deducted(200), FIFTH)], 4500 + 1300),
    "evens on a fraction of 10p off rounds half up": (5, False, [leg("2.0", deducted(100))], 10),
    "half of the stake given back, the rest won": (
        *(1000, False, [Leg(odds_milli=1900, outcome=Outcome(result=LegResult.WON, void_milli=500))]),
        500 + 950,
    ),
    "half of the stake given back, the rest lost": (
        *(1000, False, [Leg(odds_milli=1900, outcome=Outcome(result=LegResult.LOST, void_milli=500))]),
        500,
    ),
    "double": (1000, False, [leg("2.0", WON), leg("3.0", WON)], 6000),
    "double with a void leg is a single": (1000, False, [leg("2.0", VOID), leg("3.0", WON)], 3000),
    "double of void legs": (1000, False, [leg("2.0", VOID), leg("3.0", VOID)], 1000),
    "double with a lost leg": (1000, False, [leg("2.0", VOID), leg("3.0", LOST)], 0),
    "double each way: win to win, place to place": (
        *(100, True, [leg("4/1", WON, QUARTER), leg("8/1", PLACED, QUARTER)]),
        200 * 3,
    ),
    "double with a dead heat": (1000, False, [leg("2.0", shared(2)), leg("3.0", WON)], 3000),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_cases_computed_by_hand(name: str) -> None:
    """What the published examples leave out."""
    stake, each_way, legs, returns = BY_HAND[name]
    assert returns_of(stake, legs, each_way=each_way) == returns


@pytest.mark.parametrize(
    ("each_way", "legs", "returns"),
    [
        (False, [leg("5/2", WON)], 2500),
        (False, [leg("5/2", VOID)], 0),
        (False, [leg("5/2", LOST)], 0),
        (False, [leg("10/1", shared(2))], 5000),
        (False, [leg("2.0", WON), leg("3.0", WON)], 5000),
        (True, [leg("10/1", PLACED, FIFTH)], 2000),
    ],
)
def test_of_a_free_bet_the_winnings_alone_are_paid(*, each_way: bool, legs: list[Leg], returns: int) -> None:
    """Its stake never was the customer's money."""
    assert returns_of(1000, legs, each_way=each_way, is_free=True) == returns


def test_several_withdrawn_runners_take_off_ninety_pence_at_most() -> None:
    """Tattersalls' Rule 4(c)."""
    assert [total_deduction(milli) for milli in ([], [250], [400, 450], [550, 450])] == [0, 250, 850, 900]


@pytest.mark.parametrize(
    "share",
    [Fraction(places, runners) for runners in range(2, MAX_SHARING + 1) for places in range(1, runners)],
)
def test_shares_that_were_told_in_thousandths_are_exact_again(share: Fraction) -> None:
    """A third of a dead heat is a third, however it was written."""
    assert Outcome(result=LegResult.DEAD_HEAT, shared_milli=round(1000 * share)).win_share == share


@pytest.mark.parametrize(
    "facts", [{"shared_milli": 0}, {"shared_milli": 1001}, {"void_milli": -1}, {"deduction_milli": 901}]
)
def test_shares_that_are_none_are_refused(facts: dict[str, int]) -> None:
    """Nobody settles a bet by a message that makes no sense."""
    with pytest.raises(ValueError, match="no "):
        Outcome(result=LegResult.WON, **facts)


@pytest.mark.parametrize(
    ("legs", "each_way", "why"),
    [
        ([], False, "has a leg"),
        ([Leg(odds_milli=2000)], False, "outcome"),
        ([leg("2.0", WON)], True, "no terms"),
    ],
)
def test_a_bet_that_cannot_be_settled_is_refused(*, legs: list[Leg], each_way: bool, why: str) -> None:
    """It returns nothing by mistake."""
    with pytest.raises(ValueError, match=why):
        returns_of(100, legs, each_way=each_way)


outcomes = st.builds(
    Outcome,
    result=st.sampled_from(LegResult),
    shared_milli=st.integers(1, 1000),
    void_milli=st.sampled_from([0, 0, 500]),
    deduction_milli=st.integers(0, 900),
)
each_way_legs = st.lists(
    st.builds(
        Leg,
        odds_milli=st.integers(1001, 1_000_000),
        terms=st.builds(Terms, st.just(1), st.integers(1, 5)),
        outcome=outcomes,
    ),
    min_size=1,
    max_size=6,
)


@given(stake=st.integers(1, 10**9), legs=each_way_legs, each_way=st.booleans())
def test_no_bet_returns_more_than_it_promised(*, stake: int, legs: list[Leg], each_way: bool) -> None:
    """What the slip has shown is the most, and a free bet returns less than money does."""
    promised = potential_returns(
        stake, [Leg(odds_milli=leg.odds_milli, terms=leg.terms) for leg in legs], each_way=each_way
    )
    paid = returns_of(stake, legs, each_way=each_way)
    assert 0 <= returns_of(stake, legs, each_way=each_way, is_free=True) <= paid <= promised


@given(st.integers(1, 10**6), each_way_legs)
def test_what_is_not_each_way_is_the_product_of_its_legs(stake: int, legs: list[Leg]) -> None:
    """Counted in another way: a leg after the other, in decimals of what the one before has returned."""
    results = [leg.outcome.result for leg in legs if leg.outcome is not None]
    plain = [
        Leg(odds_milli=leg.odds_milli, outcome=Outcome(result=result))
        for leg, result in zip(legs, results, strict=True)
    ]
    returned = Fraction(stake)
    for leg, result in zip(legs, results, strict=True):
        if result in {LegResult.LOST, LegResult.PLACED}:
            returned = Fraction(0)
        elif result is not LegResult.VOID:
            returned *= Fraction(leg.odds_milli, 1000)
    assert returns_of(stake, plain, each_way=False) == int(returned + Fraction(1, 2))


@given(stake=st.integers(1, 10**6), legs=each_way_legs, each_way=st.booleans(), order=st.randoms())
def test_the_order_of_legs_changes_nothing(
    *, stake: int, legs: list[Leg], each_way: bool, order: Random
) -> None:
    """Results come in any order."""
    mixed = legs.copy()
    order.shuffle(mixed)
    assert returns_of(stake, mixed, each_way=each_way) == returns_of(stake, legs, each_way=each_way)
