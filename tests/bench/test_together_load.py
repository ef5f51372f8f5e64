"""Bets at a rate, probes that wait for their bets, and when a step holds."""

import contextlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from confluent_kafka import KafkaException

from bench.harness.cores import TICKS
from bench.load.open_loop import Record
from bench.load.target import Target
from bench.together.__main__ import find_limit, summary
from bench.together.bets import BetGenerator, OutgoingMessage
from bench.together.probes import ProbeResults, Probes
from bench.together.producer import TOPIC, MessageProducer
from bench.together.recount import produced_messages
from bench.together.step import Consumed, Outcome, Rates, Usage, outcome, percentile
from bench.together.testbed import busy_seconds
from deploy.private_kafka import PrivateKafka

RATES = Rates(100, 50)
TRACKER = Target.graphql(1, "{ a }", {}, "Tracker")
HELD = Outcome(RATES, 100, 0, 0, 1, 2, 3, 50, 0, 10, 0, 50, 90, 99, 1, {"serve": 0.5}, {})


def _tracker(bets: Counter[str], shown_after: int) -> respx.Route:
    """A tracker that shows a customer's bets after a number of reads."""
    looks: Counter[str] = Counter()

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        looks[token] += 1
        shown = {"countedBets": bets[token]} if looks[token] >= shown_after else None
        return httpx.Response(200, text=json.dumps({"data": {"club": {"progress": shown}}}))

    return respx.post("http://127.0.0.1:1/graphql").mock(side_effect=answer)


def _probes(bets: Counter[str], patience: float) -> Probes:
    def place_bet(customer: str) -> None:
        bets[f"token of {customer}"] += 1

    return Probes(TRACKER, {name: f"token of {name}" for name in ("a", "b")}, place_bet, patience)


def _run(record: Record, seen: ProbeResults, applied: float) -> Outcome:
    return outcome(RATES, record, seen, Consumed(applied, 0), Usage({}, [], {}))


@respx.mock
async def test_a_probe_reads_until_its_bet_shows() -> None:
    """Customers probe one after the other, and each bet is timed until the tracker counts it."""
    bets: Counter[str] = Counter()
    route = _tracker(bets, shown_after=3)
    seen = await _probes(bets, 60).watch(20, 0.2)
    assert (len(seen.seconds), seen.unseen) == (4, 0)
    assert bets == {"token of a": 2, "token of b": 2}
    assert route.call_count >= 6
    assert max(seen.seconds) > 0.02


@respx.mock
async def test_a_probe_gives_up_in_the_end() -> None:
    """A bet that never shows is counted as unseen."""
    _tracker(Counter(), shown_after=10**9)
    seen = await _probes(Counter(), 0.1).watch(20, 0.1)
    assert (seen.seconds, seen.unseen) == ([], 2)


@respx.mock
@pytest.mark.parametrize("broken", [httpx.Response(503), httpx.Response(200, text='{"errors": []}')])
async def test_a_tracker_that_does_not_answer_shows_nothing(broken: httpx.Response) -> None:
    """Refusals and errors are ignored, not taken for an answer."""
    respx.post("http://127.0.0.1:1/graphql").mock(return_value=broken)
    seen = await _probes(Counter(), 0.1).watch(20, 0.05)
    assert (seen.seconds, seen.unseen) == ([], 1)


async def test_messages_are_sent_at_their_rate_and_can_be_read_again(kafka: PrivateKafka) -> None:
    """Every message that was due is on the topic once, beside those of other tests of this broker."""
    with contextlib.suppress(KafkaException):  # if one of them has made the topic
        kafka.create_topics([TOPIC], partitions=2)
    earlier = Counter(produced_messages(kafka.bootstrap, TOPIC))
    producer, bets, sent = MessageProducer(kafka.bootstrap), BetGenerator(["a", "b", "c"]), []

    def next_message(now: str) -> OutgoingMessage:
        message = bets.next_message(now)
        sent.append(message.value)
        return message

    await producer.send_at_rate(next_message, 400, 0.5)
    producer.flush()
    assert producer.acknowledged == 200
    assert Counter(produced_messages(kafka.bootstrap, TOPIC)) - earlier == Counter(sent)


def test_a_step_holds_while_everything_keeps_up() -> None:
    """Right answers in time, messages applied, probes seen within a second."""
    record = Record(2, 200, Counter(right=200), in_time=199, right=[0.01] * 200)
    found = _run(record, ProbeResults([0.1] * 20), 49.9)
    assert found.held
    assert (found.answered, found.read_p95_ms, found.tracker_p95_ms) == (99.5, 10, 100)


@pytest.mark.parametrize(
    "change",
    [
        {"answered": 98.9},
        {"failed": 0.5},
        {"applied": 49.4},
        {"unseen": 1},
        {"tracker_p95_ms": 1000},
        {"probes": 0},
    ],
    ids=str,
)
def test_a_step_does_not_hold(change: dict[str, Any]) -> None:
    """One figure that falls behind is enough."""
    assert HELD.held
    assert not replace(HELD, **change).held


def test_failures_are_counted_per_second() -> None:
    """CheckFailed, cut and late requests are failures; refusals are counted separately."""
    outcomes = Counter(right=100, refused=10, wrong=2, cut=4, late=6)
    found = _run(Record(2, 122, outcomes, in_time=100, right=[0.01] * 100), ProbeResults([0.1]), 50)
    assert (found.answered, found.refused, found.failed) == (50, 5, 6)


def _capable_of(reads: float) -> list[float]:
    """Return the rates that are tried from 100 on, given the highest that holds."""
    tried: list[float] = []

    def step(rates: Rates) -> Outcome:
        tried.append(round(rates.reads))
        return replace(HELD, offered=rates, answered=min(reads, rates.reads), applied=rates.messages)

    first = step(RATES)
    further = find_limit(step, first)
    assert [each.offered.reads for each in (first, *further)] == pytest.approx(tried, abs=0.5)
    return tried


def test_rates_rise_until_they_do_not_hold() -> None:
    """The last step is the first that did not hold."""
    assert _capable_of(150) == [100, 125, 156]


def test_rates_fall_until_they_hold() -> None:
    """If the first rates do not hold, the last step is the first that held."""
    assert _capable_of(70) == [100, 80, 64]


def test_the_best_step_that_held_is_what_was_sustained() -> None:
    """A step that did not hold is ignored, however much it answered."""
    better = replace(HELD, offered=RATES.times(2), answered=200, applied=100)
    failed = replace(HELD, offered=RATES.times(3), answered=250, applied=150)
    figures, ratios = summary(HELD, [better, failed])
    assert figures["sustained_reads_per_second"] == 200
    assert ratios["sustained_of_goal_reads"] == 0.08
    assert ratios["applied_of_offered_messages"] == 1
    assert [step["held"] for step in figures["steps"]] == [True, False]


def test_nothing_is_sustained_where_nothing_held() -> None:
    """Such a run has figures, but no sustained rates."""
    figures, ratios = summary(replace(HELD, unseen=1), [])
    assert (figures["sustained_messages_per_second"], ratios["sustained_of_goal_messages"]) == (0, 0)


def test_the_machine_is_busy_with_all_but_idling_and_waiting(tmp_path: Path) -> None:
    """Time taken by the host counts as busy, because it was not available."""
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 20 30 9999 8888 1 2 47 5 5\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
    assert busy_seconds(stat) == 200 / TICKS


def test_a_percentile_of_nothing_is_nothing() -> None:
    """Percentiles are in milliseconds, and 0 without values."""
    assert percentile([], 95) == 0
    assert percentile([number / 1000 for number in range(100, 0, -1)], 95) == 96
