"""What open bets may cost by sports event: as a recount says, and never less than what is true."""

from collections import defaultdict
from itertools import product
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.questions.reports import report_question
from tests.analytics.made_bets import MadeBet, made_bets, told_of
from tests.analytics.test_revenue import PLACED, states_of
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import LEG, bet_state
from tests.support.examples import examples

RUNNERS: Final = (1, 2, 3)
Group = tuple[str, str]
"""A brand and a currency."""


def exposure(store: Store) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    """Return the rows of the report by brand, currency, product and event."""
    rows = store.engine.read(report_question("exposure", "json").sql)
    return {(row["brand"], row["currency"], row["product"], row["sports_event_id"]): row for row in rows}


def open_bets(told: list[tuple[MadeBet, int]]) -> dict[Group, list[MadeBet]]:
    """Return the bets that are open by what was told last of each."""
    groups: defaultdict[Group, list[MadeBet]] = defaultdict(list)
    for bet, states in states_of(told).items():
        if states[-1].returns is None:
            groups[bet.brand, bet.currency].append(bet)
    return groups


def dearest(bets: list[MadeBet], event: int) -> int:
    """Return the most that bets cost by the results of one event, if all else that they are on wins."""
    on_event = [(bet, pick) for bet in bets for pick in bet.picks if pick.event == event]
    costs = []
    for winners in product(RUNNERS, repeat=2):
        paid = [
            bet.most if winners[pick.market - 1] == pick.runner else bet.least_of_place
            for bet, pick in on_event
        ]
        costs.append(sum(paid) - sum(bet.cash for bet, _ in on_event))
    return max(costs)


@settings(max_examples=examples(6))
@given(bets=made_bets(), data=st.data())
def test_liability_is_that_of_the_open_bets(
    shared_store: Store, bets: list[MadeBet], data: st.DataObject
) -> None:
    """Each open bet is once in its brand's, and whole at each of its events; other bets are nowhere."""
    shared_store.clear()
    store = Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)
    whole = told_of(bets)
    told = data.draw(st.permutations(whole))[: data.draw(st.integers(1, len(whole)))]
    store.fill(*(bet.record(revision) for bet, revision in told))
    store.roll_up(tables=PLACED)
    rows, groups = exposure(store), open_bets(told)
    for (brand, currency), opened in groups.items():
        for name in {bet.product for bet in opened}:
            mine = [bet for bet in opened if bet.product == name]
            row = rows.pop((brand, currency, name, "*"))
            assert row["bets"] == len(mine)
            assert row["exposure_minor"] == sum(bet.most - bet.cash for bet in mine)
        for event in {pick.event for bet in opened for pick in bet.picks}:
            mine = [bet for bet in opened for pick in bet.picks if pick.event == event]
            row = rows.pop((brand, currency, "betting", f"event{event}"))
            assert (row["bets"], row["stake_minor"]) == (len(mine), sum(bet.cash for bet in mine))
            assert row["returns_minor"] == sum(bet.most for bet in mine)
            several = [bet for bet in mine if len(bet.picks) > 1]
            assert row["multiples"] == len(several)
            assert row["multiple_returns_minor"] == sum(bet.most for bet in several)
            assert row["worst_minor"] >= dearest(opened, event)
            if not any(bet.each_way for bet in mine):
                assert row["worst_minor"] == sum_of_backed(opened, event)
    assert rows == {}


def sum_of_backed(bets: list[MadeBet], event: int) -> int:
    """Return what bets cost if the costliest selection that somebody has backed wins in each market."""
    returns: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    cash = 0
    for bet in bets:
        for pick in bet.picks:
            if pick.event == event:
                returns[pick.market][pick.runner] += bet.most
                cash += bet.cash
    return sum(max(of_market.values()) for of_market in returns.values()) - cash


def test_the_worst_pick_is_named_and_what_is_known_is_no_risk(store: Store) -> None:
    """A leg that has won already is at risk no more, and the dearest events come last, before the brand."""
    other = LEG | {"selection_id": "market1-b", "pick": "Second Wind"}
    second = LEG | {"selection_id": "market2-a", "market_id": "market2", "sports_event_id": "event2"}
    store.fill(
        bet_state(),
        bet_state(bet_id="b-2", legs=[other], potential_returns_minor=9000),
        bet_state(bet_id="b-3", legs=[LEG | {"result": "WON"}, second], potential_returns_minor=50_000),
    )
    store.roll_up(tables=PLACED)
    rows = store.engine.read(report_question("exposure", "json").sql)
    shown = [(row["sports_event_id"], row["worst_minor"], row["worst_pick"]) for row in rows]
    assert shown == [
        ("event1", 7000, "Win: Second Wind"),
        ("event2", 49_000, "Win: Night Ferry"),
        ("*", 59_000, ""),
    ]
    assert str(rows[0]["starts_at"]) == "2026-03-25 14:30:00+00:00"
