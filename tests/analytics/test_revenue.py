"""What bets come to by brand, product, event and day: as a recount says, in whatever order it was told."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.rollups import Rollups
from analytics.schema import rollups
from tests.analytics.made_bets import MadeBet, State, made_bets, told_of
from tests.support.analytics_store import Crash, Store
from tests.support.consumers.sample_messages import bet_state
from tests.support.examples import examples

PLACED: Final = [table for table in rollups() if table.is_of_placed_bets]
SUMS: Final = (
    *("bets", "settled_bets", "turnover_minor", "settled_minor", "void_minor", "returns_minor"),
    *("gross_minor", "free_turnover_minor", "free_settled_minor", "free_void_minor", "free_returns_minor"),
    "free_gross_minor",
)
KEY: Final = ("brand", "day", "product", "currency", "sports_event_id")
Told = Collection[tuple[MadeBet, int]]
"""Bets, each with a revision that was told."""


def states_of(told: Told) -> Mapping[MadeBet, list[State]]:
    """Return how each bet stood, as far as it was told, in the order of its revisions."""
    known: defaultdict[MadeBet, list[State]] = defaultdict(list)
    for bet, revision in sorted(set(told), key=lambda one: (one[0].number, one[1])):
        known[bet].append(bet.states[revision - 1])
    return known


def recount(told: Told) -> dict[tuple[Any, ...], dict[str, int]]:
    """Return the sums of each day and event, added up bet by bet."""
    days: defaultdict[tuple[Any, ...], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for bet, states in states_of(told).items():
        event = f"event{bet.picks[0].event}" if len(bet.picks) == 1 else ""
        for day, more in moves(bet, states):
            sums = days[bet.brand, day, bet.product, bet.currency, event]
            for name, amount in more.items():
                sums[name] += amount
    return {key: whole for key, sums in days.items() if any((whole := _whole(sums)).values())}


def moves(bet: MadeBet, states: list[State]) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield what a bet adds to its days."""
    free = "free_" if bet.is_free else ""
    yield f"{bet.placed_at:%Y-%m-%d}", {"bets": 1, f"{free}turnover_minor": bet.stake}
    settled = void = returns = is_settled = 0
    for state in states:
        now_settled = int(state.returns is not None)
        if not (now_settled or is_settled):
            continue
        counting, paid = state.counting * now_settled, state.returns or 0
        now_void = (bet.stake - counting) * now_settled
        won_back = 0 if bet.is_free else now_void - void
        yield (
            bet.day_of(state),
            {
                "settled_bets": now_settled - is_settled,
                f"{free}settled_minor": counting - settled,
                f"{free}void_minor": now_void - void,
                f"{free}returns_minor": paid - returns,
                f"{free}gross_minor": counting - settled + won_back - (paid - returns),
            },
        )
        settled, void, returns, is_settled = counting, now_void, paid, now_settled


def _whole(sums: Mapping[str, int]) -> dict[str, int]:
    return {name: sums.get(name, 0) for name in SUMS}


def counted(store: Store) -> dict[tuple[Any, ...], dict[str, int]]:
    """Return the same from the store."""
    rows = store.engine.read("SELECT * FROM betting_results")
    found = {
        (row["brand"], str(row["day"]), row["product"], row["currency"], row["sports_event_id"]): row
        for row in rows
    }
    assert len(found) == len(rows)
    sums = {key: {name: row[name] for name in SUMS} for key, row in found.items()}
    return {key: row for key, row in sums.items() if any(row.values())}


@settings(max_examples=examples(8))
@given(bets=made_bets(), data=st.data())
def test_sums_are_those_of_a_recount_whatever_comes_when(
    shared_store: Store, bets: list[MadeBet], data: st.DataObject
) -> None:
    """Revisions are missing at first, come in any order and more than once; a count may be killed."""
    shared_store.clear()
    store = Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)
    whole = told_of(bets)
    order = data.draw(st.permutations([*whole, *whole[: len(whole) // 3]]))
    cut = data.draw(st.integers(1, len(order)))
    for told, part in ((order[:cut], order[:cut]), (order, order[cut:])):
        store.fill(*(bet.record(revision) for bet, revision in part))
        with suppress(Crash):
            store.roll_up(data.draw(st.sampled_from([0, 4, 9, 15])), PLACED)
        store.roll_up(tables=PLACED)
        assert counted(store) == recount(told)
        assert list(Rollups(store.engine, PLACED).placed_weeks.differences()) == []
    assert store.rows("SELECT count() FROM refused_records") == [(0,)]


def test_no_money_is_lost_between_the_figures(store: Store) -> None:
    """What was staked is open, void or settled, whatever was corrected."""
    won = {"status": "WON", "returns_minor": 3000}
    void = {"status": "VOID", "counting_stake_minor": 0, "returns_minor": 1000}
    store.fill(
        *(bet_state(bet_id=f"b-{number}") for number in (1, 2, 3)),
        bet_state(bet_revision=2, occurred_at="2026-03-26T00:00:00Z", **won),
        bet_state(bet_revision=3, occurred_at="2026-03-28T00:00:00Z", **void),
        bet_state(bet_id="b-2", bet_revision=2, occurred_at="2026-03-25T23:59:59Z", **won),
    )
    store.roll_up(tables=PLACED)
    columns = "toString(day), turnover_minor, settled_minor, void_minor, returns_minor, gross_minor"
    assert store.rows(f"SELECT {columns} FROM betting_results ORDER BY day") == [
        ("2026-03-25", 3000, 1000, 0, 3000, -2000),
        ("2026-03-26", 0, 1000, 0, 3000, -2000),
        ("2026-03-28", 0, -1000, 1000, -2000, 2000),
    ]
    sums = "sum(turnover_minor) - sum(settled_minor) - sum(void_minor)"
    assert store.rows(f"SELECT {sums} FROM betting_results") == store.rows(
        "SELECT sum(stake_minor) FROM rollup_open_bets"
    )


def test_a_bet_is_one_also_after_its_customer_was_erased(store: Store) -> None:
    """What is told of it then is under a pseudonym, and its stake is staked once."""
    gone = {"customer_id": "erased-1", "bet_revision": 2, "status": "WON", "returns_minor": 3000}
    store.fill(bet_state(), bet_state(occurred_at="2026-03-26T00:00:00Z", **gone))
    store.roll_up(tables=PLACED)
    sums = "sum(bets), sum(settled_bets), sum(turnover_minor), sum(gross_minor)"
    assert store.rows(f"SELECT {sums} FROM betting_results") == [(1, 1, 1000, -2000)]
    assert store.rows("SELECT count() FROM rollup_open_bets") == [(0,)]
    assert store.rows("SELECT revision, status FROM bet_states") == [(2, "WON")]


def test_a_bet_that_cannot_be_understood_counts_nowhere(store: Store) -> None:
    """It is a record with a reason, without what it quotes."""
    store.fill(bet_state(), bet_state(bet_id="b-2", returns_minor=5), bet_state(bet_id="b-3", legs=[]))
    store.roll_up(tables=PLACED)
    reasons = store.rows("SELECT facts, reason FROM refused_records ORDER BY topic_offset")
    assert [facts for facts, _ in reasons] == ["bet states"] * 2
    assert "once it is not open" in reasons[0][1]
    assert "betting has" in reasons[1][1]
    assert store.rows("SELECT sum(bets) FROM betting_results") == [(1,)]
    assert store.rows("SELECT revision, status FROM bet_states") == [(1, "OPEN")]


def test_a_week_that_is_dropped_counts_no_more(store: Store) -> None:
    """What retention has taken away is not in the sums; and a roll-up that is right is left alone."""
    store.fill(bet_state(), bet_state(bet_id="b-2", placed_at="2026-03-16T00:00:00Z"))
    weeks = Rollups(store.engine, PLACED).placed_weeks
    assert weeks.refresh() == 2
    assert weeks.refresh() == 0
    store.engine.execute("ALTER TABLE bet_state_records DELETE WHERE placed_at < '2026-03-20'")
    assert weeks.refresh() == 0
    assert store.rows("SELECT toString(day) FROM betting_results") == [("2026-03-25",)]
