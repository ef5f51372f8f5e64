"""Simulated traffic: endless, plausible, and only of the traffic customers."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from random import Random

import pytest

from simulator.events import EventSource
from simulator.kafka.messages import LEGS, Bet, Leg
from simulator.kafka.traffic import MAX_OPEN_BETS, Picks, traffic
from simulator.world import World
from subgraphs.kit.domain.selections import market_of
from subgraphs.progress.counting.legs import combined_odds

START = datetime(2026, 3, 25, 14, tzinfo=UTC)


def some_traffic(world: World, number: int = 4000, seed: int = 7, picks: Picks | None = None) -> list[Bet]:
    """That many messages, a second apart."""
    seconds = count()
    bets = traffic(world, seed, "run", lambda: START + timedelta(seconds=next(seconds)), picks)
    return list(islice(bets, number))


def test_only_traffic_customers_bet(world: World) -> None:
    """Named customers never appear, every traffic customer does."""
    expected = {(brand.id, customer.id) for brand in world.brands for customer in brand.traffic_customers()}
    assert {(bet.brand_id, bet.customer_id) for bet in some_traffic(world)} == expected


def test_revisions_follow_one_another(world: World) -> None:
    """A bet is placed at revision 1 and decided at most once; only decisions change it."""
    seen: defaultdict[str, list[Bet]] = defaultdict(list)
    for bet in some_traffic(world):
        seen[bet.bet_id].append(bet)
    for bets in seen.values():
        assert [bet.revision for bet in bets] == [1, 2][: len(bets)]
        first, last = bets[0], bets[-1]
        assert (first.customer_id, first.placed_at, first.stake_minor) == (
            last.customer_id,
            last.placed_at,
            last.stake_minor,
        )
        assert first.changed_at <= last.changed_at
        assert len(bets) == 1 or (first.status, last.status != "placed") == ("placed", True)


@pytest.mark.parametrize(
    "kind",
    [
        lambda bet: bet.stake_source == "free_bet",
        lambda bet: bet.odds_milli is not None and bet.odds_milli < 1500,
        lambda bet: bet.odds_milli is None and bet.product == "betting",
        lambda bet: bet.stake_minor < 100,
        lambda bet: bet.product == "casino",
        lambda bet: bet.bet_type == "system",
        lambda bet: bet.status == "void",
        lambda bet: bet.status == "partially_void",
        lambda bet: bet.status == "cashed_out",
        lambda bet: bet.channel == "virtual",
    ],
)
def test_traffic_has_all_kinds_of_bets(world: World, kind: Callable[[Bet], bool]) -> None:
    """Each kind is there, and each is the exception."""
    bets = some_traffic(world)
    assert 0 < sum(map(kind, bets)) < len(bets) / 4


def test_what_counts_fits_the_status(world: World) -> None:
    """Of a void or sold bet nothing may count, of one void in parts only a part, of others all."""
    for bet in some_traffic(world):
        match bet.status:
            case "void" | "cashed_out":
                assert bet.counting_stake_minor == 0
            case "partially_void":
                assert 0 < bet.counting_stake_minor < bet.stake_minor
            case _:
                assert bet.counting_stake_minor == bet.stake_minor


def test_a_decided_bet_has_odds(world: World) -> None:
    """A bet at the starting price has its odds once it is settled."""
    settled = [bet for bet in some_traffic(world) if bet.status == "settled" and bet.product == "betting"]
    assert settled
    assert all(bet.odds_milli is not None for bet in settled)


def test_few_bets_stay_open(world: World) -> None:
    """However long it runs, only a bounded number of bets wait for their decision."""
    statuses = Counter(bet.status == "placed" for bet in some_traffic(world, 20_000))
    casino = sum(bet.product == "casino" for bet in some_traffic(world, 20_000))
    assert statuses[True] - (statuses[False] - casino) <= MAX_OPEN_BETS


def test_sports_bets_name_selections_of_events_where_there_are_some(world: World) -> None:
    """Most of those with odds do, and have the odds of these together; they name the same in each state."""
    source = EventSource()
    list(source(world, Random(1), START))  # noqa: S311 - the same each time
    bets = some_traffic(world, picks=source.picks)
    named = [bet for bet in bets if bet.legs]
    assert len(bets) / 3 < len(named) < len(bets) * 2 / 3
    states: dict[str, set[tuple[Leg, ...]]] = defaultdict(set)
    for bet in bets:
        states[bet.bet_id].add(bet.legs)
        if bet.legs:
            assert bet.bet_type is not None
            assert (bet.channel, len(bet.legs)) == ("sports", LEGS[bet.bet_type])
            assert len({market_of(leg.selection_id) for leg in bet.legs}) == len(bet.legs)
            if bet.bet_type != "system":
                assert bet.odds_milli == combined_odds([leg.odds_milli for leg in bet.legs])
    assert all(len(legs) == 1 for legs in states.values())


def test_bets_name_nothing_before_there_are_events(world: World) -> None:
    """A source that has told nothing has no selections; the bets are those without it."""
    assert not any(bet.legs for bet in some_traffic(world, 500, picks=EventSource().picks))


def test_the_seed_fixes_the_traffic(world: World) -> None:
    """The same seed gives the same bets, another one others."""
    assert some_traffic(world, 200) == some_traffic(world, 200)
    assert some_traffic(world, 200) != some_traffic(world, 200, seed=8)
