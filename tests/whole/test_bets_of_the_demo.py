"""Customers of the running demo bet by its graph, on races that a provider of the tests tells.

What the graph says of a bet, the wallet with its transactions, and the club's tracker agree at each step.
"""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from furlong.demo.money.wallets import OPENING_MINOR
from tests.support.bets.demo_bettors import Bettor, standings
from tests.support.processes.running_furlong import PATIENCE_SECONDS, Demo, eventually, running_demo
from tests.whole.demo_races import Racecourse, racecourse

WON: Final = {"status": "winner"}
SHARES: Final = {"status": "winner", "dead_heat_milli": 500}
PLACED: Final = {"status": "placed"}
TAKEN: Final = "POSTED"


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo in which a bet on a running race waits long enough for a slow test to move it."""
    with running_demo(tmp_path_factory.mktemp("demo"), FURLONG_BETS_DELAY_SECONDS="15") as running:
        yield running


@pytest.fixture(scope="module")
def course(demo: Demo) -> Iterator[Racecourse]:
    """A provider that is well."""
    with racecourse(demo) as course:
        yield course


@pytest.fixture(scope="module")
def first(demo: Demo) -> Bettor:
    """A customer in the club, whose bets and money are looked at in all their parts."""
    bettor = Bettor(demo, "c-1001")
    bettor.joins()
    return bettor


@pytest.fixture(scope="module")
def second(demo: Demo) -> Bettor:
    """Another customer, for what is refused."""
    return Bettor(demo, "c-1002")


def test_a_single_wins(course: Racecourse, first: Bettor) -> None:
    """The bet, the money, the tracker and the stream tell the same."""
    race = course.race("Dawn Stakes", dawn=3000, ember=4000)
    before, counted = first.balance, first.staked
    with first.follow() as changes:
        bet_id = first.bets(500, (race.selection("dawn"), 3000))
        assert standings(changes, bet_id, "OPEN")[-1] == "OPEN"
        placed = first.all_bets[0]
        assert (placed["id"], placed["returns"]) == (bet_id, None)
        assert (placed["stake"]["minor"], placed["potentialReturns"]["minor"]) == (500, 1500)
        (leg,) = placed["legs"]
        assert (leg["event"], leg["pick"], leg["result"]) == ("Dawn Stakes", "Dawn", None)
        assert leg["selection"]["id"] == race.selection("dawn")
        assert (first.balance, first.moved_for(bet_id)) == (before - 500, [("STAKE", TAKEN, -500)])
        first.has_staked(counted + 500)
        race.results(dawn=WON)
        assert standings(changes, bet_id, "WON")[-1] == "WON"
    assert first.comes_to(bet_id, "WON", 1500)["legs"][0]["result"] == "WON"
    first.has(before + 1000)
    assert first.moved_for(bet_id) == [("STAKE", TAKEN, -500), ("RETURN", TAKEN, 1500)]
    assert first.staked == counted + 500


def test_an_each_way_bet_shares_the_win_and_is_corrected(course: Racecourse, first: Bettor) -> None:
    """At 6.00 and a quarter of the odds for two places; what was paid too much is taken back."""
    race = course.race("Ember Handicap", dawn=6000, ember=4000, flint=5000)
    before, counted = first.balance, first.staked
    terms, seen = {"places": 2, "numerator": 1, "denominator": 4}, (race.selection("dawn"), 6000)
    refused = first.refuses_terms(200, seen, terms | {"denominator": 5})
    assert [each["id"] for each in refused["changed"]] == [race.selection("dawn")]
    bet_id = first.bets(200, seen, eachWay=True)
    placed = first.bet(bet_id)
    assert placed["legs"][0]["placeTerms"] == terms
    assert (placed["eachWay"], placed["stake"]["minor"], placed["potentialReturns"]["minor"]) == (
        *(True, 400),
        1200 + 450,
    )
    first.has_staked(counted + 400)
    race.results(dawn=SHARES, ember=SHARES)
    assert first.comes_to(bet_id, "WON", 600 + 450)["legs"][0]["result"] == "DEAD_HEAT"
    first.has(before - 400 + 1050)
    race.results(dawn=WON, ember=PLACED)
    assert first.comes_to(bet_id, "WON", 1650)["legs"][0]["result"] == "WON"
    first.has(before - 400 + 1650)
    race.results(ember=WON, dawn=PLACED)
    assert first.comes_to(bet_id, "WON", 450)["legs"][0]["result"] == "PLACED"
    first.has(before - 400 + 450)
    race.results(ember=WON, flint=PLACED)
    assert first.comes_to(bet_id, "LOST", 0)["legs"][0]["result"] == "LOST"
    first.has(before - 400)
    assert first.staked == counted + 400
    race.results("cancelled")
    assert first.comes_to(bet_id, "VOID", 400)["legs"][0]["result"] == "VOID"
    first.has(before)
    first.has_staked(counted)
    moved = first.moved_for(bet_id)
    assert moved == [
        ("STAKE", TAKEN, -400),
        ("RETURN", TAKEN, 1050),
        ("RETURN", TAKEN, 600),
        ("CORRECTION", TAKEN, -1200),
        ("CORRECTION", TAKEN, -450),
        ("REFUND", TAKEN, 400),
    ]


def test_a_multiple_with_a_deduction_and_a_void_leg(course: Racecourse, first: Bettor) -> None:
    """Who was withdrawn after the bet makes the others' odds shorter; a void leg counts as 1.00."""
    one = course.race("Flint Cup", dawn=2000, ember=3000, flint=9000)
    other = course.race("Gale Plate", gale=3000, haze=2000)
    before, counted = first.balance, first.staked
    legs = ((one.selection("dawn"), 2000), (other.selection("gale"), 3000))
    bet_id = first.bets(300, *legs)
    assert first.bet(bet_id)["potentialReturns"]["minor"] == 1800
    first.has_staked(counted + 300)
    one.results(dawn=WON, ember={"status": "removed", "deduction_milli": 250})
    other.results(gale={"status": "void"}, haze=WON)
    assert _results(first.comes_to(bet_id, "PARTLY_VOID", 525)) == ["WON", "VOID"]
    first.has(before - 300 + 525)
    other.results(gale=WON)
    assert _results(first.comes_to(bet_id, "WON", 1575)) == ["WON", "WON"]
    first.has(before - 300 + 1575)
    assert [minor for _, _, minor in first.moved_for(bet_id)] == [-300, 525, 1050]
    assert first.staked == counted + 300


def _results(bet: dict[str, Any]) -> list[str]:
    return [leg["result"] for leg in bet["legs"]]


def test_prices_that_move_are_no_bet_unless_they_are_taken(course: Racecourse, second: Bettor) -> None:
    """The refusal names the new odds; what the customer takes is what the bet has."""
    race = course.race("Haze Sprint", dawn=3000, ember=4000)
    before, dawn = second.balance, race.selection("dawn")
    race.moves(dawn=2500)
    for taken in ("NONE", "HIGHER"):
        answer = second.asks(500, (dawn, 3000), acceptChanges=taken)
        assert [error["code"] for error in answer["errors"]] == ["PRICE_CHANGED"]
        assert answer["changed"] == [{"id": dawn, "odds": {"milli": 2500}}]
        assert (answer["bet"]["status"], second.balance) == ("REFUSED", before)
    worse = second.bets(500, (dawn, 3000), acceptChanges="ANY")
    race.moves(dawn=4000)
    better = second.bets(500, (dawn, 2500), acceptChanges="HIGHER")
    assert second.refused(500, (dawn, 2500)) == "PRICE_CHANGED"
    found = [second.bet(bet_id) for bet_id in (worse, better)]
    assert [bet["legs"][0]["odds"]["milli"] for bet in found] == [2500, 4000]
    assert [bet["potentialReturns"]["minor"] for bet in found] == [1250, 2000]
    assert second.balance == before - 1000


def test_what_cannot_be_bet_on_is_refused(demo: Demo, course: Racecourse, second: Bettor) -> None:
    """A market that is suspended or over, two legs of a race, too much money; nothing is taken for any."""
    race = course.race("Jade Stakes", dawn=3000, ember=4000)
    before, dawn = second.balance, (race.selection("dawn"), 3000)
    assert second.refused(500, dawn, (race.selection("ember"), 4000)) == "RELATED_SELECTIONS"
    assert second.refused(500, (race.selection("nobody"), 3000)) == "UNKNOWN_SELECTION"
    assert second.refused(OPENING_MINOR + 1, dawn) == "INSUFFICIENT_FUNDS"
    assert second.refused(9, dawn) == "STAKE_TOO_LOW"
    race.offer("suspended")
    race.shows("SUSPENDED")
    assert second.refused(500, dawn) == "SUSPENDED"
    race.moves(dawn=3000)
    bet_id = second.bets(500, dawn)
    race.results(ember=WON)
    second.comes_to(bet_id, "LOST", 0)
    assert second.refused(500, dawn) == "SUSPENDED"
    with racecourse(demo, "paddock") as paddock:
        other = paddock.race("Kestrel Stakes", dawn=3000, ember=4000)
        paddock.fails("the line is cut")
        other.shows("SUSPENDED")
        assert second.refused(500, (other.selection("dawn"), 3000)) == "SUSPENDED"
    assert second.balance == before - 500


def test_one_key_is_one_bet_however_often_it_is_asked_for_at_once(course: Racecourse, second: Bettor) -> None:
    """With another slip the key is refused."""
    race = course.race("Lark Stakes", dawn=3000, ember=4000)
    before, key, dawn = second.balance, str(uuid4()), (race.selection("dawn"), 3000)
    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda _: second.asks(500, dawn, key=key), range(8)))
    assert [answer["errors"] for answer in answers] == [[]] * 8
    (bet_id,) = {answer["bet"]["id"] for answer in answers}
    second.comes_to(bet_id, "OPEN", None)
    assert second.asks(500, dawn, key=key)["bet"] == second.bet(bet_id)
    reused = second.asks(600, dawn, key=key)
    assert (reused["bet"], [error["code"] for error in reused["errors"]]) == (None, ["IDEMPOTENCY_REUSED"])
    assert (second.balance, second.moved_for(bet_id)) == (before - 500, [("STAKE", TAKEN, -500)])


def test_a_race_that_runs_waits_for_the_bet_delay(course: Racecourse, second: Bettor) -> None:
    """The page hears what becomes of it; a market that is suspended or moves meanwhile is no bet."""
    race = course.race("Moth Chase", dawn=3000, ember=4000)
    before, dawn = second.balance, (race.selection("dawn"), 3000)
    race.begins()
    race.shows("OPEN", dawn=3000)
    with second.follow() as changes:
        stands = _waiting(second, 500, dawn)
        assert second.balance == before - 500
        seen = standings(changes, stands, "OPEN")
        assert seen[0] == "PENDING", seen
        moved, key = str(uuid4()), str(uuid4())
        refused = _waiting(second, 500, dawn, key=moved)
        race.moves(dawn=2000)
        assert standings(changes, refused, "REFUSED")[-1] == "REFUSED"
        second.has(before - 500)
        again = second.asks(500, dawn, key=moved)
        assert [error["code"] for error in again["errors"]] == ["PRICE_CHANGED"]
        assert again["changed"] == [{"id": dawn[0], "odds": {"milli": 2000}}]
        stopped = _waiting(second, 500, (dawn[0], 2000), key=key)
        race.offer("suspended")
        assert standings(changes, stopped, "REFUSED")[-1] == "REFUSED"
        second.has(before - 500)
        assert [error["code"] for error in second.asks(500, (dawn[0], 2000), key=key)["errors"]] == [
            "SUSPENDED"
        ]
    assert second.moved_for(refused) == [("STAKE", "VOIDED", -500)]
    race.results(dawn=WON)
    second.comes_to(stands, "WON", 1500)
    second.has(before + 1000)


def _waiting(bettor: Bettor, stake: int, leg: tuple[str, int], **more: Any) -> str:
    """Ask for a bet that waits; return its id."""
    answer = bettor.asks(stake, leg, **more)
    assert (answer["errors"], answer["bet"]["status"]) == ([], "PENDING"), answer
    assert answer["bet"]["delayLeftMs"] > 0, answer
    return str(answer["bet"]["id"])


@pytest.mark.slow("a demo starts twice")
@pytest.mark.usefixtures("processes")
def test_bets_settle_after_the_demo_was_killed(tmp_path: Path) -> None:
    """One is open, one waits for the bet delay, one's result has been told; the scenario keeps the data."""
    with running_demo(tmp_path) as demo:
        bettor = Bettor(demo, "c-1001")
        with racecourse(demo) as course:
            bettor.joins()
            races = [
                course.race(name, dawn=3000, ember=4000) for name in ("Night Cup", "Onyx Cup", "Pearl Chase")
            ]
            picks = [(race.selection("dawn"), 3000) for race in races]
            is_open, is_told = (bettor.bets(500, pick) for pick in picks[:2])
            races[2].begins()
            races[2].shows("OPEN", dawn=3000)
            races[1].results(dawn=WON)
            key = str(uuid4())
            waits = _waiting(bettor, 500, picks[2], key=key)
        demo.process.send_signal(signal.SIGKILL)
        demo.process.wait(PATIENCE_SECONDS)
    (tmp_path / ".furlong" / "demo.json").unlink()
    with running_demo(tmp_path, "--scenario", "our-wallet") as demo:
        bettor = Bettor(demo, "c-1001")
        bettor.comes_to(is_told, "WON", 1500)
        eventually(lambda: bettor.bet(waits)["status"] != "PENDING", "what waited has come to its end")
        assert bettor.asks(500, picks[2], key=key)["bet"]["id"] == waits
        with racecourse(demo) as course:
            for race in races:
                race.course = course
            assert bettor.bet(is_open)["status"] == "OPEN"
            races[0].results(dawn=WON)
            races[2].results(ember=WON)
            bettor.comes_to(is_open, "WON", 1500)
        is_made = bettor.bet(waits)["status"] != "REFUSED"
        if is_made:
            bettor.comes_to(waits, "LOST", 0)
        bettor.has(OPENING_MINOR + 1000 + 1000 - 500 * is_made)
        bettor.has_staked(1000 + 500 * is_made)
        for bet_id in (is_open, is_told):
            assert bettor.moved_for(bet_id) == [("STAKE", TAKEN, -500), ("RETURN", TAKEN, 1500)]
