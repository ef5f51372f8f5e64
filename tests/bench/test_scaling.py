"""The scaling simulation: its curves match what was published, and its autoscaler follows the rules."""

from dataclasses import replace
from typing import Final

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bench.scaling.costs import Costs, Work, answers, load_costs
from bench.scaling.curves import CHELTENHAM, DAY, FINAL, HOUR, NATIONAL, STEP, Event, Workload
from bench.scaling.rules import CHART, Policy, read_rules
from bench.scaling.simulation import Autoscaler, Pods, Sizing, calendar_of, peak_of, simulate

COSTS: Final = Costs(Work(200, 50), Work(200, 100), idle_ms=2.0, start_seconds=5.0)
UP: Final = Policy(stabilization=0, percent=100, pods=4, period=15)
DOWN: Final = Policy(stabilization=300, percent=20, pods=0, period=60)
RUSH: Final = Workload("rush", 1, 1e5, (Event(2 * HOUR, 3e6, 600, lasts=600, settling=100),))


def scaler(pods: int) -> Autoscaler:
    """Return an autoscaler between 2 and 20 pods."""
    return Autoscaler(2, 20, UP, DOWN, pods)


@pytest.mark.parametrize(
    ("workload", "bets", "a_minute"), [(NATIONAL, 24e6, 68_000), (CHELTENHAM, 70e6, 60_000)]
)
def test_curves_have_the_published_totals_and_tops(workload: Workload, bets: float, a_minute: float) -> None:
    """All bets of the days, and the most in a minute, are what was reported, within five per cent."""
    table = [one[0] for one in workload.table()]
    assert sum(table) * STEP == pytest.approx(bets, rel=0.05)
    assert max(table) * 60 == pytest.approx(a_minute, rel=0.05)


def test_a_third_of_the_finals_bets_are_placed_while_it_lasts() -> None:
    """As reported for the final of 2022."""
    (match,) = FINAL.events
    assert match.during / (match.before + match.during) == pytest.approx(1 / 3, rel=0.02)


@pytest.mark.parametrize("workload", [NATIONAL, FINAL, RUSH])
def test_every_bet_of_an_event_is_settled_once(workload: Workload) -> None:
    """What is settled after events is what was placed on them; the first bets come long before the day."""
    only = replace(workload, daily=0)
    settled = sum(only.settlements(at) for at in range(0, DAY, STEP)) * STEP
    assert settled == pytest.approx(sum(event.before + event.during for event in workload.events), rel=0.02)


def test_the_rules_are_those_of_the_chart() -> None:
    """The simulation reads the chart's values."""
    values = yaml.safe_load(CHART.read_text())
    rules = read_rules()
    assert rules.serve_maximum == values["serve"]["maximum"]
    assert rules.lag == values["consumerDefaults"]["lag"]
    assert rules.partitions == 24
    assert rules.up.percent == values["scaling"]["up"]["percent"]
    assert rules.down.stabilization == values["scaling"]["down"]["stabilizationSeconds"]


def test_pods_double_in_a_period_at_most() -> None:
    """The policy for more pods allows the larger of 4 pods and as many as there are."""
    one = scaler(2)
    assert [one.decide(at, [20]) for at in (0, 15, 30, 45)] == [6, 12, 20, 20]


def test_pods_stay_while_a_recommendation_of_the_window_was_higher() -> None:
    """After a rush, the highest recommendation of five minutes counts; then a fifth may go each minute."""
    one = scaler(10)
    assert one.decide(0, [10]) == 10
    assert {one.decide(at, [1]) for at in range(15, 301, 15)} == {10}
    assert one.decide(315, [1]) == 8
    assert {one.decide(at, [1]) for at in (330, 345, 360)} == {8}


def test_small_differences_change_nothing() -> None:
    """Within a tenth of the target, the number stays."""
    assert scaler(10).decide(0, [10.9]) == 10
    assert scaler(10).decide(0, [11.2]) == 12


def test_the_calendar_is_a_least_number() -> None:
    """Pods come for a fixture without any load."""
    one = scaler(4)
    assert one.decide(0, [0], least=7) == 7


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=60), st.integers(2, 20))
def test_the_number_stays_within_its_bounds(usages: list[float], first: int) -> None:
    """No sequence of loads leads beyond the minimum and the maximum, or faster than the policies allow."""
    one, before = scaler(first), first
    for number, usage in enumerate(usages):
        now = one.decide(number * 15, [usage])
        assert 2 <= now <= 20
        assert now - before <= max(before, 4)
        before = now


@example(17, 88_381.0)  # one process more is nearly full instead of full
@given(st.integers(1, 50), st.floats(0, 1e5))
def test_more_processes_never_answer_slower(processes: int, rate: float) -> None:
    """Latency, requests inside and refusals do not grow with the number of processes."""
    few, many = answers(COSTS, processes, rate), answers(COSTS, processes + 1, rate)
    assert many.p99_ms <= few.p99_ms + 1e-6
    assert many.refused <= few.refused
    assert many.utilization <= few.utilization


def test_a_rate_is_limited_by_processes_or_by_the_machine() -> None:
    """Four processes on two cores reach what two cores allow."""
    work = Work(ours=200, servers=100, load=100)
    assert work.most_a_second(1, 2) == pytest.approx(5000)
    assert work.most_a_second(2, 2) == pytest.approx(5000)
    assert work.most_a_second(4, 8) == pytest.approx(20000)


def test_a_pod_works_only_after_it_has_started() -> None:
    """It is paid for at once; a pod that is no longer wanted goes at once."""
    pods = Pods(20, 2, 2)
    pods.want(0, 5)
    assert (pods.wanted, pods.tick(19), pods.ready) == (5, False, 2)
    assert (pods.tick(20), pods.ready) == (True, 5)
    pods.want(30, 3)
    assert (pods.wanted, pods.ready) == (3, 3)


def test_the_calendar_keeps_messages_from_waiting_for_less_than_fixed_sizing() -> None:
    """Ahead of a rush, pods are there; without the calendar, messages wait until they come."""
    rules = read_rules()
    fixed, reactive, ahead = (simulate(RUSH, rules, COSTS, sizing) for sizing in Sizing)
    assert ahead.core_hours < fixed.core_hours
    assert ahead.longest_delay < reactive.longest_delay / 5
    assert reactive.longest_delay > 1
    assert fixed.refused == reactive.refused == ahead.refused == 0
    assert fixed.bets == reactive.bets


def test_a_calendars_fixture_covers_the_rush_before_and_the_settlement_after() -> None:
    """Its pods are what the load between its ends needs."""
    rules = read_rules()
    (fixture,) = calendar_of(RUSH, rules, COSTS)
    (event,) = RUSH.events
    assert fixture.begin < event.start - HOUR
    assert fixture.end > event.start + event.lasts + event.settling
    assert fixture.pods == peak_of(RUSH, rules, COSTS, 0, DAY)


def test_costs_are_recorded() -> None:
    """The recorded costs can be read, and are those of a machine."""
    costs = load_costs()
    assert 20 < costs.read.ours < 2000
    assert 20 < costs.bet.ours < 5000
