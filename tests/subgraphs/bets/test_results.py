"""What became of selections, by markets as providers have them."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.bets.settlement.outcomes import LegResult, Outcome
from subgraphs.bets.settlement.results import MarketResult, Runner, VoidPeriod, outcome_of
from tests.subgraphs.bets.slips import NOON


def runner(status: str, name: str = "pick", **facts: Any) -> Runner:
    """Return a selection of a market."""
    return Runner(selection_id=name, status=status, **facts)


def outcome(*runners: Runner, kind: str = "WIN", status: str = "settled", **facts: Any) -> Outcome | None:
    """Return what became of `pick`."""
    market = MarketResult(kind=kind, status=status, runners=runners, **facts)
    return outcome_of(market, "pick", NOON)


def result(name: str, **facts: Any) -> Outcome:
    """Return an outcome."""
    return Outcome(result=LegResult(name), **facts)


@pytest.mark.parametrize(
    ("kind", "told", "expected"),
    [
        ("WIN", runner("winner"), result("WON")),
        ("WIN", runner("placed"), result("PLACED")),
        ("WIN", runner("loser"), result("LOST")),
        ("WIN", runner("winner", dead_heat_milli=500), result("DEAD_HEAT", shared_milli=500)),
        ("WIN", runner("placed", dead_heat_milli=333), result("PLACED", shared_milli=333)),
        ("PLACE", runner("placed"), result("WON")),
        ("PLACE", runner("placed", dead_heat_milli=500), result("DEAD_HEAT", shared_milli=500)),
        ("HANDICAP", runner("loser", void_milli=500), result("LOST", void_milli=500)),
        ("HANDICAP", runner("winner", void_milli=500), result("WON", void_milli=500)),
        ("WIN", runner("removed"), Outcome.void()),
        ("WIN", runner("removed_vacant"), Outcome.void()),
        ("WIN", runner("void"), Outcome.void()),
        ("WIN", runner("active"), None),
        ("WIN", runner("loser", "another"), None),
    ],
)
def test_results_of_a_settled_market(kind: str, told: Runner, expected: Outcome | None) -> None:
    """A place wins where places are what is bet on; what is not told is not known."""
    assert outcome(told, kind=kind) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *[(status, None) for status in ("inactive", "open", "suspended", "closed")],
        ("settled", result("LOST")),
        ("cancelled", Outcome.void()),
    ],
)
def test_only_a_market_with_results_has_any(status: str, expected: Outcome | None) -> None:
    """Whatever its selections say: a provider may take a result back while it looks at it."""
    assert outcome(runner("loser"), status=status) == expected


def test_a_closed_market_with_a_winner_has_results() -> None:
    """Exchanges close markets as they settle them."""
    assert outcome(runner("loser"), runner("winner", "another"), status="closed") == result("LOST")


@pytest.mark.parametrize(
    ("begins", "ends", "is_void"),
    [
        *[(None, None, True), (0, None, True), (None, 0, False), (None, 1, True)],
        *[(1, None, False), (-1, 1, True), (-2, -1, False)],
    ],
)
def test_bets_of_a_void_period_are_void(begins: int | None, ends: int | None, *, is_void: bool) -> None:
    """From its beginning to before its end."""

    def at(minutes: int | None) -> Any:
        return None if minutes is None else NOON + timedelta(minutes=minutes)

    told = outcome(runner("loser"), void_periods=(VoidPeriod(at(begins), at(ends)),))
    assert told == (Outcome.void() if is_void else result("LOST"))


@pytest.mark.parametrize(("seconds", "is_void"), [(-1, False), (0, True), (1, True)])
def test_a_bet_struck_after_the_deciding_moment_is_void(seconds: int, *, is_void: bool) -> None:
    """Whatever it would have won: it was a bet on what is known."""
    known_at = NOON - timedelta(seconds=seconds)
    told = outcome(runner("winner"), known_at=known_at)
    assert told == (Outcome.void() if is_void else result("WON"))


def test_runners_withdrawn_after_the_bet_take_something_off_its_winnings() -> None:
    """Not those of which the odds that were taken knew already, and nothing of those that ran."""
    runners = (
        runner("winner"),
        runner("removed", "early", deduction_milli=100),
        runner("removed", "late", deduction_milli=250),
        runner("removed", "latest", deduction_milli=50),
        runner("removed", "outsider"),
        runner("loser", "slow", deduction_milli=300),
    )
    market = MarketResult(kind="WIN", status="settled", runners=runners)
    assert outcome_of(market, "pick", NOON, {"early"}) == result("WON", deduction_milli=300)
    assert outcome_of(market, "pick", NOON) == result("WON", deduction_milli=400)
